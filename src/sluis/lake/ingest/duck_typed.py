"""The common last step: from staged texts to the typed table, with rejects for values that do not fit a forced type."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.duck_convert import connect, misfit, parquet_relation, selection, write
from sluis.lake.ingest.duck_decide import Named, check, decide, odd_ones
from sluis.lake.ingest.duck_quick import NotFlawless, write_quickly
from sluis.lake.ingest.header import name_columns
from sluis.lake.ingest.plan import Job, Options, Plan
from sluis.lake.ingest.stage import Rejects, Stage
from sluis.lake.types import ColumnType, IngestReport, Remark

Progress = Callable[[float, str], None]
_OUT = "data.parquet"
# Below this many rows looking at all of them costs nothing.
_SMALL = 40_000


@dataclass
class Staged:
    """What a reader hands over: the still open rejects, and what it found."""

    format: str
    rejects: Rejects
    titles: Sequence[str]
    rows: int
    dialect: dict[str, Any]
    remarks: list[Remark] = field(default_factory=list[Remark])
    known: dict[int, ColumnType] = field(default_factory=dict[int, ColumnType])


def load(job: Job, stage: Stage, staged: Staged, progress: Progress) -> dict[str, Any]:
    """Close the stage; type, check and write all its rows. Returns the report. Raises Invalid when none is left."""
    keys, _, header_remarks = name_columns(staged.titles, replace(job.options, names={}, titles={}))
    names, titles, _ = name_columns(staged.titles, job.options)
    types = {keys[n]: kind for n, kind in staged.known.items()} | dict(job.options.types)
    options = replace(job.options, types=types)
    stage.close()
    con = connect(job.out)
    relation = parquet_relation(stage.path)
    progress(0.55, "typen bepalen")
    named = Named(names, titles, keys, staged.dialect.get("delimiter", ""))
    quick = _quickly(con, relation, named, options, job.out / _OUT) if stage.count > _SMALL else None
    plans, remarks, loaded = quick or _thoroughly(con, relation, named, options, keys, staged.rejects, job.out / _OUT)
    con.close()
    stage.path.unlink()
    return finish(staged, plans, loaded, header_remarks + remarks)


def _quickly(
    con: duckdb.DuckDBPyConnection, relation: str, named: Named, options: Options, target: Path
) -> tuple[list[Plan], list[Remark], int] | None:
    """None when the sample did not tell all, or when the owner chose types (rows that do not fit are rejected then)."""

    def texts_of(texts: Sequence[Plan]) -> str:
        renamed = ", ".join(f"c{plan.source} AS c{n}" for n, plan in enumerate(texts))
        return f"(SELECT {renamed}, line FROM {relation})"

    if options.types:
        return None
    try:
        return write_quickly(con, relation, named, options, target, texts_of)
    except (duckdb.Error, NotFlawless):
        return None


def _thoroughly(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    named: Named,
    options: Options,
    keys: Sequence[str],
    rejects: Rejects,
    target: Path,
) -> tuple[list[Plan], list[Remark], int]:
    plans, remarks, verdicts = decide(con, relation, named, options)
    plans, more = check(con, relation, plans, options, keys)
    remarks += more + odd_ones(con, relation, plans, verdicts)
    forced = [plan for n, plan in enumerate(plans) if keys[n] in options.types]
    _reject_misfits(con, relation, forced, plans, rejects)
    where = " AND ".join(f"NOT {misfit(plan)}" for plan in forced) or "true"
    select = f"{selection(plans, relation, strict=not forced)} WHERE {where}"
    return plans, remarks, write(con, select, target)


def finish(staged: Staged, plans: Sequence[Plan], loaded: int, remarks: list[Remark]) -> dict[str, Any]:
    rejected = staged.rejects.count
    if staged.rows != loaded + rejected:
        raise Invalid(
            "ingest.unaccounted",
            N_("Van {read} gelezen rijen zijn er {loaded} geladen en {rejected} afgekeurd; dat klopt niet."),
            way_out=N_("Meld dit bij de beheerder; er is niets opgeslagen."),
            read=staged.rows,
            loaded=loaded,
            rejected=rejected,
        )
    everything = staged.remarks + remarks + _reject_remarks(staged.rejects)
    return IngestReport(
        format=staged.format,
        dialect=staged.dialect | _written(staged, plans),
        rows_read=staged.rows,
        rows_loaded=loaded,
        rows_rejected=rejected,
        columns=tuple(plan.column() for plan in plans),
        warnings=tuple(everything),
        data=_OUT,
        rejects=staged.rejects.close(),
    ).to_json()


def _written(staged: Staged, plans: Sequence[Plan]) -> dict[str, Any]:
    """How numbers and dates are written in most columns, which columns differ, and how many lines were left out."""
    if staged.format not in ("csv", "xlsx", "ods"):
        return {}
    found = {plan.name: plan.written() for plan in plans}
    usual: dict[str, Any] = {}
    for key in ("decimal", "thousands", "date_order"):
        values = Counter(written[key] for written in found.values() if key in written)
        usual[key] = values.most_common(1)[0][0] if values else None
    differ = {
        name: {key: value for key, value in written.items() if value != usual[key]}
        for name, written in found.items()
        if any(value != usual[key] for key, value in written.items())
    }
    skipped = {
        "titles": max(0, staged.dialect.get("header_line", 0) - 1),
        "totals": staged.rejects.by_code.get("total", 0),
    }
    return usual | {"columns": differ, "skipped": skipped}


def _reject_misfits(
    con: duckdb.DuckDBPyConnection, relation: str, forced: Sequence[Plan], plans: Sequence[Plan], rejects: Rejects
) -> None:
    if not forced:
        return
    which = ", ".join(f"CASE WHEN {misfit(plan)} THEN {n} END" for n, plan in enumerate(forced))
    any_bad = " OR ".join(misfit(plan) for plan in forced)
    cells = ", ".join(f"c{plan.source}" for plan in plans)
    cursor = con.execute(f"SELECT line, coalesce({which}, -1), {cells} FROM {relation} WHERE {any_bad}")
    while rows := cursor.fetchmany(10_000):
        for line, at, *texts in rows:
            plan = forced[at]
            value = str(texts[plans.index(plan)])[:200]
            raw = ";".join("" if text is None else str(text) for text in texts)
            rejects.add(line, "type", raw, column=plan.title, value=value, type=plan.spec.type.value)


_REJECT_REMARK = {
    "total": N_("{count} totaalregels onder de tabel zijn niet ingelezen (regel {line})."),
    "": N_("{count} rijen zijn afgekeurd, de eerste op regel {line}. Download de lijst met afgekeurde rijen."),
}


def _reject_remarks(rejects: Rejects) -> list[Remark]:
    return [
        Remark(
            f"rejected.{code}",
            _REJECT_REMARK.get(code, _REJECT_REMARK[""]),
            {"count": count, "line": rejects.first[code], "reason": code},
        )
        for code, count in rejects.by_code.items()
    ]
