"""How coarse columns must become so that few rows are in small groups: Datafly (Sweeney, 2002), in DuckDB.

While more than the allowed share of the rows stands in groups under k, the column that has the most different values
and a rung left is made one rung coarser. Greedy: not the least loss there could be, but always an end and always the
same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from sluis.kernel.sql import quoted
from sluis.lake.steps.duck_coarser import coarser
from sluis.lake.steps.types import Coarser, Step


@dataclass(frozen=True, slots=True)
class Rungs:
    """Of each column that was made coarser: how, and which rung of its ladder that is (from 1)."""

    chosen: Mapping[str, Coarser]
    heights: Mapping[str, int]


def climb(con: duckdb.DuckDBPyConnection, source: str, weight: str, kinds: Mapping[str, str], step: Step) -> Rungs:
    heights = dict.fromkeys(step.columns, 0)
    while True:
        values = {name: _value(name, kinds[name], step, heights[name]) for name in step.columns}
        small, every = _in_small_groups(con, source, weight, list(values.values()), step.least)
        left = [name for name in step.columns if heights[name] < len(step.ladders.get(name, ()))]
        if not left or small * 100 <= every * step.most_percent:
            break
        heights[_widest(con, source, {name: values[name] for name in left})] += 1
    taken = {name: height for name, height in heights.items() if height}
    return Rungs({name: step.ladders[name][height - 1] for name, height in taken.items()}, taken)


def _value(name: str, kind: str, step: Step, height: int) -> str:
    return coarser(name, kind, step.ladders[name][height - 1]) if height else quoted(name)


def _in_small_groups(
    con: duckdb.DuckDBPyConnection, source: str, weight: str, values: list[str], least: int
) -> tuple[int, int]:
    """How many rows stand in groups under `least`, and how many rows there are."""
    named = ", ".join(f"{value} AS _v{place}" for place, value in enumerate(values))
    by = ", ".join(f"_v{place}" for place in range(len(values)))
    groups = f"SELECT sum({weight}) AS n FROM (SELECT {named}, {weight} FROM {source}) GROUP BY {by}"
    found = con.execute(
        f"SELECT coalesce(sum(n) FILTER (n < {least}), 0)::BIGINT, coalesce(sum(n), 0)::BIGINT FROM ({groups})"
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _widest(con: duckdb.DuckDBPyConnection, source: str, values: Mapping[str, str]) -> str:
    counts = ", ".join(f"count(DISTINCT {value})" for value in values.values())
    found = con.execute(f"SELECT {counts} FROM {source}").fetchone() or ()
    return max(zip(values, found, strict=True), key=lambda pair: pair[1])[0]
