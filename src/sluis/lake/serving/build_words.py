"""Lists the rows of every word of a text column, chunk by chunk."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluis.kernel.sql import quoted
from sluis.lake.rows.duck_sql import words_of
from sluis.lake.serving import CHUNK
from sluis.lake.serving.container import Array, Writer
from sluis.lake.serving.duck_source import batches, cells, connect, different, distinct

MOST_WORDS = 500_000
_SAMPLE = 100_000


def build(request: Mapping[str, Any], path: Path, progress: Any) -> dict[str, Any] | None:
    """None when nearly every row has words of its own: such a list says as much as the texts."""
    rows, words = int(request["rows"]), words_of(quoted(request["column"]))
    with connect(path) as connection, Writer(path) as out:
        vocabulary = _vocabulary(connection, cells(request, f"unnest({words})"), rows)
        if vocabulary is None:
            return None
        numbers: list[Array] = []
        counts: list[Array] = []
        chunks = [0]

        def places() -> Iterator[Array]:
            for number, batch in enumerate(batches(connection, cells(request, words), CHUNK)):
                found, many, where = _chunk(batch.column(0), vocabulary)
                numbers.append(found)
                counts.append(many)
                chunks.append(chunks[-1] + len(found))
                yield where
                progress(min(1.0, (number + 1) * CHUNK / max(1, rows)), request["column"])

        out.add("vocabulary", [b"\n", *(f"{word}\n".encode() for word in vocabulary.to_pylist())])
        out.add("places", places(), np.uint16)
        out.add("numbers", numbers, np.uint32)
        out.add("ends", [np.concatenate([[0], np.cumsum(np.concatenate([*counts, np.zeros(0, int)]))])], np.uint64)
        out.add("chunks", [np.array(chunks)], np.uint64)
        told = {"rows": rows, "words": len(vocabulary)}
        out.close(told)
    return told


def _vocabulary(connection: Any, sql: str, rows: int) -> Any:
    """Every word in order; None when there are too many."""
    found, others = connection.execute(different(sql, _SAMPLE)).fetchall()[0]
    if rows > 1000 and others * 2 > found:
        return None
    words = connection.execute(distinct(sql, MOST_WORDS + 1)).to_arrow_table()
    if len(words) > MOST_WORDS:
        return None
    return pa.array(sorted(words.column(0).to_pylist(), key=str.encode), pa.string())


def _chunk(lists: Any, vocabulary: Any) -> tuple[Array, Array, Array]:
    """The words of one chunk, in how many rows each stands, and those rows one word after another."""
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False)
    words = pc.index_in(lists.flatten(), value_set=vocabulary).to_numpy(zero_copy_only=False).astype(np.uint64)
    keys = words * CHUNK + np.repeat(np.arange(len(lists), dtype=np.uint64), lengths)
    keys.sort()  # np.unique takes a hundred times as long
    keys = keys[np.diff(keys, prepend=np.uint64(2**63)) != 0]
    found, many = np.unique(keys // CHUNK, return_counts=True)
    return found.astype(np.uint32), many, (keys % CHUNK).astype(np.uint16)
