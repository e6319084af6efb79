"""Which structures are worth their room: pure rules on what the profile says."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

# Under so many rows DuckDB reads the whole table in the time that one answer takes anyway.
LEAST_ROWS = 100_000
# All structures of a table together: at most so many times its Parquet file.
BUDGET = 2
# Texts that are longer are read rather than looked up.
_KEY_LENGTH = 64


def after_vectors(columns: Sequence[Mapping[str, Any]], left: Collection[str], rising: Collection[str]) -> list[str]:
    """What to make once the vectors are there, the most useful first; `left` have no vector, `rising` are
    in the order of the rows already.

    Without `rest` no whole row can be given; keys and words are what only the whole table could answer. A description
    is searched for its words, also when no two are the same; whether its words come back is seen when they are listed.
    """
    texts = [c for c in columns if c["name"] in left and c["type"] == "text"]
    keys = [f"order:{c['name']}" for c in texts if _looked_up(c)]
    words = [f"words:{c['name']}" for c in texts]
    numbers = [f"order:{c['name']}" for c in columns if c["name"] not in (*left, *rising) and _unique(c)]
    return ["rest", "cube", *keys, *words, *numbers]


def order_bytes(rows: int) -> int:
    """How large an order is, which is known before it is made."""
    return rows * (4 if rows < 2**32 else 8)


def _looked_up(column: Mapping[str, Any]) -> bool:
    length = (column.get("profile") or {}).get("length") or {}
    return float(length.get("mean") or 0) <= _KEY_LENGTH


def _unique(column: Mapping[str, Any]) -> bool:
    return bool((column.get("profile") or {}).get("unique"))
