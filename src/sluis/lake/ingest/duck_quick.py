"""Types decided on a sample, proved on all rows while they are written: nearly always enough, and much cheaper."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from sluis.lake.ingest.duck_convert import parquet_relation, selection, write
from sluis.lake.ingest.duck_decide import Named, decide, odd_ones
from sluis.lake.ingest.plan import Options, Plan
from sluis.lake.types import ColumnType, Remark

_SAMPLE = 20_000
# Decided on a sample, while later rows may settle or count it.
_UNSETTLED = frozenset({"column.date-order", "column.mark-unsure", "column.null-marker"})


class NotFlawless(Exception):
    """Some row says otherwise than the sample did: look at all rows first."""


def write_quickly(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    named: Named,
    options: Options,
    target: Path,
    texts_of: Callable[[Sequence[Plan]], str],
) -> tuple[list[Plan], list[Remark], int]:
    """Write all rows of `relation` typed into `target`; returns plans, remarks and the number of rows.

    `texts_of` gives a relation with the texts of these columns as c0, c1, … and their `line`. Raises NotFlawless, or
    what DuckDB raises where a value does not fit.
    """
    con.execute(f"CREATE TEMP TABLE sample AS SELECT * FROM {relation} LIMIT {_SAMPLE}")
    plans, said, verdicts = decide(con, "sample", named, options)
    con.execute("DROP TABLE sample")
    if any(remark.code in _UNSETTLED for remark in said):
        raise NotFlawless
    loaded = write(con, selection(plans, relation, strict=True), target)
    empty = " AND ".join(f'"{plan.name}" IS NULL' for plan in plans)
    if con.execute(f"SELECT 1 FROM {parquet_relation(target)} WHERE {empty} LIMIT 1").fetchone():
        raise NotFlawless
    doubtful = [plan for plan in plans if not verdicts[plan.name].certain or plan.spec.trim]
    texts = [plan for plan in doubtful if plan.spec.type is ColumnType.TEXT]
    if texts:
        said = _confirm(con, texts_of(texts), texts, named, options, said)
    return plans, said, loaded


def _confirm(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    texts: Sequence[Plan],
    named: Named,
    options: Options,
    said: Sequence[Remark],
) -> list[Remark]:
    """Look at all rows of what became text: would the whole file say otherwise than the sample did?"""
    keys = [named.keys[plan.source] for plan in texts]
    inner = Named([plan.name for plan in texts], [plan.title for plan in texts], keys, named.delimiter)
    again, _, verdicts = decide(con, relation, inner, replace(options, types={}))
    if any(plan.spec != old.spec for plan, old in zip(again, texts, strict=True)):
        raise NotFlawless
    kept = [remark for verdict in verdicts.values() for remark in verdict.remarks]
    others = [remark for remark in said if remark.params.get("column") not in {plan.title for plan in texts}]
    return others + kept + odd_ones(con, relation, again, verdicts)
