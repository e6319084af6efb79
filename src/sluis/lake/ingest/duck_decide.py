"""Decides the type of every column on the given rows, and checks that decision against them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from sluis.kernel.sql import literal
from sluis.kernel.text import N_
from sluis.lake.ingest.duck_classify import Facts, classify, look, plain
from sluis.lake.ingest.duck_convert import misfit
from sluis.lake.ingest.judge import Verdict, file_mark, judge
from sluis.lake.ingest.plan import Options, Plan, Spec
from sluis.lake.ingest.shapes import NULL_MARKERS
from sluis.lake.types import ColumnType, Remark


@dataclass(frozen=True, slots=True)
class Named:
    """Names and titles of the columns, in order, and the delimiter ('' when there is none)."""

    names: Sequence[str]
    titles: Sequence[str]
    keys: Sequence[str]
    delimiter: str = ""


def decide(
    con: duckdb.DuckDBPyConnection, relation: str, named: Named, options: Options
) -> tuple[list[Plan], list[Remark], dict[str, Verdict]]:
    """Plans for all columns, remarks, and the verdicts by column name (for the odd values)."""
    nulls = NULL_MARKERS if options.null_markers is None else tuple(m.lower() for m in options.null_markers)
    columns = [f"c{n}" for n in range(len(named.names))]
    facts = look(con, relation, columns, nulls, [False] * len(columns))
    units = [bool(fact.shapes.get("unit")) for fact in facts]
    if any(units):
        chosen = [column for column, unit in zip(columns, units, strict=True) if unit]
        again = iter(look(con, relation, chosen, nulls, [True] * len(chosen)))
        stripped = [next(again) if unit else fact for unit, fact in zip(units, facts, strict=True)]
    else:
        stripped = facts
    mark = file_mark(stripped, named.delimiter, options)
    plans: list[Plan] = []
    remarks: list[Remark] = []
    verdicts: dict[str, Verdict] = {}
    for n, name in enumerate(named.names):
        verdict = _verdict(named.titles[n], facts[n], stripped[n], units[n], mark, options, nulls)
        forced = options.types.get(named.keys[n])
        if forced:
            verdict = Verdict(force(forced, verdict.spec, stripped[n], mark, options, nulls))
        verdicts[name] = verdict
        remarks += verdict.remarks
        plans.append(Plan(name, named.titles[n], n, verdict.spec))
    return plans, remarks, verdicts


def _verdict(
    title: str, fact: Facts, bare: Facts, unit: bool, mark: str, options: Options, nulls: tuple[str, ...]
) -> Verdict:
    if options.null_markers is not None and not options.null_markers:
        nulls = ()
    verdict = judge(title, fact, mark, options, nulls)
    if not unit or verdict.spec.type is ColumnType.TEXT:
        return verdict
    inner = judge(title, bare, mark, options, nulls)
    if inner.spec.type not in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER):
        return Verdict(Spec())
    message = N_("Kolom {column}: het teken voor geld of procent is weggelaten, het getal staat er nog.")
    remarks = (*inner.remarks, Remark("column.unit", message, {"column": title}))
    return Verdict(replace(inner.spec, unit=True), remarks)


def force(kind: ColumnType, found: Spec, fact: Facts, mark: str, options: Options, nulls: tuple[str, ...]) -> Spec:
    """The way to read a column as a type the owner chose; as found where that is the same type."""
    if kind is found.type and kind is not ColumnType.TEXT:
        return found
    if kind in (ColumnType.TEXT, ColumnType.GEOMETRY):
        return Spec()
    mark = mark or "."
    group = "," if mark == "." else "."
    scale = max(fact.commas if mark == "," else fact.points, 0)
    if kind is ColumnType.INTEGER:
        return Spec(kind, mark=mark, group=group, nulls=nulls)
    if kind in (ColumnType.DECIMAL, ColumnType.NUMBER):
        unit = bool(fact.shapes.get("unit")) or found.unit
        return Spec(kind, precision=38, scale=min(scale or 2, 12), mark=mark, group=group, unit=unit, nulls=nulls)
    order = {"dmy": "%d-%m-%Y", "mdy": "%m-%d-%Y", "ymd": "iso"}.get(options.date_order, "")
    if kind is ColumnType.DATE and fact.shapes.get("i"):
        order = "%Y%m%d"
    return Spec(kind, form=order if kind in (ColumnType.DATE, ColumnType.DATETIME) else "", nulls=nulls)


def check(
    con: duckdb.DuckDBPyConnection, relation: str, plans: list[Plan], options: Options, keys: Sequence[str]
) -> tuple[list[Plan], list[Remark]]:
    """Columns with values that look right but are not (31-02-2024) go back to text, with the line of the first."""
    judged = [
        n for n, plan in enumerate(plans) if plan.spec.type is not ColumnType.TEXT and keys[n] not in options.types
    ]
    if not judged:
        return plans, []
    counted = ", ".join(
        f"count(*) FILTER (WHERE {misfit(plans[n])}), min(line) FILTER (WHERE {misfit(plans[n])})" for n in judged
    )
    row = con.execute(f"SELECT {counted} FROM {relation}").fetchone() or ()
    remarks: list[Remark] = []
    plans = list(plans)
    for at, n in enumerate(judged):
        if row[at * 2]:
            message = N_("Kolom {column} blijft tekst: {count} waarden passen niet, de eerste op regel {line}.")
            params = {"column": plans[n].title, "count": row[at * 2], "line": row[at * 2 + 1]}
            remarks.append(Remark("column.misfit", message, params))
            plans[n] = replace(plans[n], spec=Spec())
    return plans, remarks


def odd_ones(
    con: duckdb.DuckDBPyConnection, relation: str, plans: Sequence[Plan], verdicts: dict[str, Verdict]
) -> list[Remark]:
    """One remark per text column that is mostly something else: how many values are odd and where the first is."""
    remarks: list[Remark] = []
    for plan in plans:
        verdict = verdicts[plan.name]
        if not verdict.odd or plan.spec.type is not ColumnType.TEXT:
            continue
        value = plain(f"c{plan.source}")
        odd = ", ".join(literal(name) for name in sorted(verdict.odd))
        row = con.execute(
            f"SELECT count(*), min(line), arg_min({value}, line) FROM {relation} "
            f"WHERE {classify(value, NULL_MARKERS)} IN ({odd})"
        ).fetchone()
        if row and row[0]:
            message = N_(
                "Kolom {column} blijft tekst: de meeste waarden zijn {kind_term}, maar {count} niet. "
                "De eerste is ‘{value}’ op regel {line}."
            )
            params = {
                "column": plan.title,
                "kind_term": verdict.kind,
                "count": row[0],
                "line": row[1],
                "value": row[2][:80],
            }
            remarks.append(Remark("column.mixed", message, params))
    return remarks
