"""Sorts the row numbers by one column."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from sluis.kernel.sql import quoted
from sluis.lake.serving.container import Array, Writer
from sluis.lake.serving.duck_source import batches, connect, in_order

_BATCH = 1 << 16


def build(request: Mapping[str, Any], path: Path, progress: Any) -> dict[str, Any] | None:
    rows, name = int(request["rows"]), quoted(request["column"])
    kind = np.min_scalar_type(max(rows, 1))
    state: dict[str, Any] = {"filled": 0, "unique": True, "last": None, "done": 0}

    def sorted_rows() -> Iterator[Array]:
        for batch in batches(connection, in_order(request, name), _BATCH):
            _look(batch.column(1), state)
            yield batch.column(0).to_numpy(zero_copy_only=False).astype(kind)
            progress(min(1.0, state["done"] / max(1, rows)), request["column"])

    with connect(path) as connection, Writer(path) as out:
        out.add("rows", sorted_rows(), kind)
        told = {"filled": state["filled"], "unique": state["unique"]}
        out.close(told)
    return told


def _look(values: Any, state: dict[str, Any]) -> None:
    """Whether each value stands alone, in a list that is in order."""
    state["done"] += len(values)
    filled = values.drop_null()
    state["filled"] += len(filled)
    if not len(filled):
        return
    if filled[0].as_py() == state["last"] or pc.any(pc.equal(filled[1:], filled[:-1])).as_py():
        state["unique"] = False
    state["last"] = filled[-1].as_py()
