"""How well people are hidden in rows: the figures before and after the steps. In the sandbox."""

from collections.abc import Sequence
from typing import Any

import duckdb

from sluis.kernel.sql import quoted
from sluis.lake.profile.quasi import about
from sluis.lake.steps.duck_steps import ROWS, Flow
from sluis.lake.steps.types import Do, Step


def quasi_of(steps: Sequence[Step], columns: Sequence[str], titles: Sequence[str]) -> list[str]:
    """Which columns together may point at a person: those that `k_anonymise` names, or else those that steps make
    coarser or group by and those whose name says so."""
    named = [name for step in steps if step.do is Do.K_ANONYMISE for name in step.columns]
    coarse = [name for step in steps if step.do in (Do.GENERALISE, Do.AGGREGATE) for name in step.columns]
    by_name = [name for name, title in zip(columns, titles, strict=True) if about(name, title)]
    found = named or [*coarse, *by_name]
    return [name for name in dict.fromkeys(found) if name in columns]


def measured(con: duckdb.DuckDBPyConnection, source: str, quasi: Sequence[str], sensitive: str = "") -> dict[str, Any]:
    """`rows`; and over the columns of `quasi`: `groups` (different combinations), `smallest` (rows in the smallest
    group), `unique` (groups of one row), and `least_values` of a sensitive column in one group."""
    rows = con.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]
    figures: dict[str, Any] = {"rows": rows, "columns": list(quasi)}
    if not quasi:
        return figures
    by = ", ".join(map(quoted, quasi))
    values = f", count(DISTINCT {quoted(sensitive)}) AS _values" if sensitive else ", NULL AS _values"
    groups = f"SELECT sum({ROWS}) AS _n{values} FROM {source} GROUP BY {by}"
    told = "count(*), coalesce(min(_n), 0)::BIGINT, count(*) FILTER (_n = 1), min(_values)"
    number, smallest, unique, least = con.execute(f"SELECT {told} FROM ({groups})").fetchall()[0]
    figures |= {"groups": number, "smallest": smallest, "unique": unique}
    return figures | ({"sensitive": sensitive, "least_values": least or 0} if sensitive else {})


def told(flow: Flow, steps: Sequence[Step], began: Sequence[str], before: dict[str, Any]) -> dict[str, Any]:
    """All figures of a run of steps; `before` are those of the rows of the beginning."""
    sensitive = next((s.sensitive for s in reversed(steps) if s.do is Do.K_ANONYMISE and s.sensitive), "")
    left = [name for name in before["columns"] if name in flow.kinds]
    return {
        "before": before,
        "after": measured(flow.con, flow.source, left, sensitive if sensitive in flow.kinds else ""),
        "left_out": flow.left_out,
        "removed": [name for name in began if name not in flow.kinds],
        "pseudonyms": [n for s in steps if s.do is Do.PSEUDONYMISE for n in s.columns if n in flow.kinds],
        "climbed": flow.climbed,
    }
