"""The steps, one after another, as views over the rows that the SQL gave. In the sandbox.

Beside its columns a row has `_rows`: how many rows of the beginning it stands for. So what an aggregate made is counted
as the people it is about. No column of a table has such a name.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import quoted
from sluis.kernel.text import N_
from sluis.lake.query.shape import type_of
from sluis.lake.steps.duck_climbing import climb
from sluis.lake.steps.duck_coarser import NUMBERS, coarser, rounded, unfit
from sluis.lake.steps.types import Do, Measure, Step, wrong_step
from sluis.lake.types import ColumnType

ROWS = "_rows"
_PSEUDONYM = "_pseudonym"
_LONGEST = 500


@dataclass
class Flow:
    """`source` is the view that holds the rows now, `kinds` the type of each column in it.

    `parents` says from which columns of the beginning each column came. `left_out` counts rows that steps left out.
    """

    con: duckdb.DuckDBPyConnection
    key: bytes
    source: str = "_begin"
    kinds: dict[str, str] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: int = 0
    climbed: dict[str, int] = field(default_factory=dict)
    views: int = 0

    def to(self, select: str) -> None:
        """The rows become what this question gives."""
        self.views += 1
        self.con.execute(f"CREATE VIEW _after_{self.views} AS {select}")
        self.source = f"_after_{self.views}"
        self.look()

    def look(self) -> None:
        found = self.con.execute(f"DESCRIBE {self.source}").fetchall()
        self.kinds = {name: kind for name, kind, *_ in found if name != ROWS}

    def count(self) -> int:
        row = self.con.execute(f"SELECT coalesce(sum({ROWS}), 0)::BIGINT FROM {self.source}").fetchone()
        return int(row[0]) if row else 0


def begin(con: duckdb.DuckDBPyConnection, relation: str, key: bytes) -> Flow:
    con.execute(f"CREATE VIEW _begin AS SELECT *, 1::BIGINT AS {ROWS} FROM {relation}")
    flow = Flow(con, key)
    flow.look()
    flow.parents = {name: (name,) for name in flow.kinds}
    return flow


def apply(flow: Flow, steps: Sequence[Step]) -> None:
    """All steps, in order. Raises Invalid that names the step for a column that is not there or does not fit."""
    for number, step in enumerate(steps, start=1):
        for name in (*step.columns, *(m.column for m in step.measures if m.column), step.sensitive):
            if name and name not in flow.kinds:
                known = ", ".join(flow.kinds)[:_LONGEST]
                raise refused(
                    number, N_("De kolom {column} is er niet (meer). Wel: {known}."), column=name, known=known
                )
        _APPLY[step.do](flow, step, number)


def refused(number: int, text: str, **params: object) -> Invalid:
    wrong = wrong_step(number, text, params)
    return Invalid("transformation.step", N_("Een stap van de transformatie kan niet."), faults=[wrong])


def _drop(flow: Flow, step: Step, number: int) -> None:
    if set(step.columns) >= set(flow.kinds):
        raise refused(number, N_("Zonder deze kolommen blijft er geen tabel over."))
    flow.to(f"SELECT * EXCLUDE ({_listed(step.columns)}) FROM {flow.source}")
    for name in step.columns:
        del flow.parents[name]


def _generalise(flow: Flow, step: Step, number: int) -> None:
    (name,), how = step.columns, step.coarser
    if how is None:
        raise ValueError("a step without what it makes of the values")
    if why := unfit(flow.kinds[name], how):
        raise refused(number, why, column=name)
    _replace(flow, {name: coarser(name, flow.kinds[name], how)})


def _round(flow: Flow, step: Step, number: int) -> None:
    (name,) = step.columns
    if type_of(flow.kinds[name]) not in NUMBERS:
        raise refused(number, N_("De kolom {column} bevat geen getallen."), column=name)
    _replace(flow, {name: rounded(name, flow.kinds[name], step.nearest)})


def _pseudonymise(flow: Flow, step: Step, number: int) -> None:
    """A keyed hash (HMAC-SHA-256) of the value as text; what is empty stays empty. The key never stands in SQL."""
    for name in step.columns:
        if type_of(flow.kinds[name]) is ColumnType.GEOMETRY:
            raise refused(number, N_("De kaartkolom {column} kan geen pseudoniem worden; laat haar weg."), column=name)
    key = flow.key
    if not key:
        raise ValueError("no key for pseudonyms")

    def pseudonym(value: str) -> str:
        return hmac.digest(key, value.encode(), "sha256").hex()

    known = flow.con.execute("SELECT 1 FROM duckdb_functions() WHERE function_name = ? LIMIT 1", [_PSEUDONYM])
    if known.fetchone() is None:
        flow.con.create_function(_PSEUDONYM, pseudonym, ["VARCHAR"], "VARCHAR")
    _replace(flow, {name: f"{_PSEUDONYM}({quoted(name)}::VARCHAR)" for name in step.columns})


def _aggregate(flow: Flow, step: Step, number: int) -> None:
    for measure in step.measures:
        if measure.of in ("sum", "avg", "median") and type_of(flow.kinds[measure.column]) not in NUMBERS:
            raise refused(number, N_("De kolom {column} bevat geen getallen."), column=measure.column)
    before, by = flow.count(), [quoted(name) for name in step.columns]
    chosen = [*by, *(f"{_measured(flow, one)} AS {quoted(one.name)}" for one in step.measures)]
    group = f"GROUP BY {', '.join(by)}" if by else ""
    flow.to(
        f"SELECT {', '.join(chosen)}, sum({ROWS})::BIGINT AS {ROWS} FROM {flow.source} {group} "
        f"HAVING sum({ROWS}) >= {step.least}"
    )
    flow.left_out += before - flow.count()
    every = tuple(dict.fromkeys(parent for parents in flow.parents.values() for parent in parents))
    made = {one.name: flow.parents[one.column] if one.column else every for one in step.measures}
    flow.parents = {name: flow.parents[name] for name in step.columns} | made


def _measured(flow: Flow, measure: Measure) -> str:
    if measure.of == "count":
        return f"sum({ROWS})::BIGINT"
    value = f"{measure.of}({quoted(measure.column)})"
    whole = type_of(flow.kinds[measure.column]) is ColumnType.INTEGER
    return f"{value}::BIGINT" if whole and measure.of == "sum" else value


def _k_anonymise(flow: Flow, step: Step, number: int) -> None:
    for name in step.columns:
        if type_of(flow.kinds[name]) is ColumnType.GEOMETRY:
            raise refused(number, N_("Een kaartkolom wijst elke plek apart aan: laat {column} eerst weg."), column=name)
        for rung in step.ladders.get(name, ()):
            if why := unfit(flow.kinds[name], rung):
                raise refused(number, why, column=name)
    rungs = climb(flow.con, flow.source, ROWS, flow.kinds, step)
    _replace(flow, {name: coarser(name, flow.kinds[name], rung) for name, rung in rungs.chosen.items()})
    flow.climbed |= rungs.heights
    before = flow.count()
    over = f"sum({ROWS}) OVER (PARTITION BY {_listed(step.columns)})"
    flow.to(f"SELECT * FROM {flow.source} QUALIFY {over} >= {step.least}")
    flow.left_out += before - flow.count()


def _replace(flow: Flow, by: Mapping[str, str]) -> None:
    if by:
        put = ", ".join(f"{expression} AS {quoted(name)}" for name, expression in by.items())
        flow.to(f"SELECT * REPLACE ({put}) FROM {flow.source}")


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))


_APPLY: Mapping[Do, Callable[[Flow, Step, int], None]] = {
    Do.DROP: _drop, Do.GENERALISE: _generalise, Do.ROUND: _round, Do.AGGREGATE: _aggregate,
    Do.PSEUDONYMISE: _pseudonymise, Do.K_ANONYMISE: _k_anonymise,
}  # fmt: skip
