"""Writes the cells that are no vector, as lines of JSON in compressed blocks."""

from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from sluis.kernel.sql import quoted
from sluis.lake.serving.container import Array, Opened, Writer
from sluis.lake.serving.duck_source import batches, cells, connect
from sluis.lake.serving.rest import starts_of

_BLOCK_BYTES = 2048  # rows of a page lie far apart: of each block mostly one line is read
_MOST_LINES = 32
_DICTIONARY = 1 << 16
_LEVEL = 4
_BATCH = 1 << 15


def build(request: Mapping[str, Any], path: Path, progress: Any) -> dict[str, Any] | None:
    left = set(Opened(Path(request["vectors"])).told["left"])
    columns = [column for column in request["columns"] if column["name"] in left]
    if not columns:
        return None
    sql = cells(request, f"json_array({', '.join(map(_cell, columns))})::VARCHAR || chr(10)")
    with connect(path) as connection, Writer(path) as out:
        stretches = _stretches(connection, sql)
        first = next(stretches, (b"", np.zeros(1, np.int64)))
        size = _lines_in_block(first)
        dictionary = _trained(list(_blocks(first, size)))
        press = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary, write_content_size=True).compress
        sizes: list[int] = []

        def pressed() -> Iterator[bytes]:
            done = 0
            for stretch in chain([first], stretches):
                for block in _blocks(stretch, size):
                    made = press(block)
                    sizes.append(len(made))
                    yield made
                done += _BATCH
                progress(min(1.0, done / max(1, int(request["rows"]))), "rest")

        out.add("dictionary", [dictionary.as_bytes()])
        out.add("blocks", pressed())
        out.add("starts", [starts_of(sizes)], np.uint64)
        told = {"names": [c["name"] for c in columns], "types": [c["type"] for c in columns], "block": size}
        out.close(told)
    return told


def _cell(column: Mapping[str, Any]) -> str:
    name = quoted(column["name"])
    match column["type"]:
        case "geometry":
            return f"hex({name})"
        case "datetime":
            return f"replace({name}::TIMESTAMP::VARCHAR, ' ', 'T')"
        case "number":
            return f"{name}::DOUBLE::VARCHAR"
        case _:
            return f"{name}::VARCHAR"


def _stretches(connection: Any, sql: str) -> Iterator[tuple[bytes, Array]]:
    """Lines after one another, and where each begins; the last number is where they end."""
    for batch in batches(connection, sql, _BATCH):
        lines = batch.column(0)
        width = np.int64 if str(lines.type).startswith("large") else np.int32
        places = np.frombuffer(lines.buffers()[1], width)[lines.offset : lines.offset + len(lines) + 1].astype(np.int64)
        yield lines.buffers()[2].to_pybytes()[places[0] : places[-1]], places - places[0]


def _lines_in_block(stretch: tuple[bytes, Array]) -> int:
    """A power of two, so that blocks never cross stretches."""
    text, places = stretch
    each = max(1, len(text) // max(1, len(places) - 1))
    size = 1
    while size < _MOST_LINES and size * 2 * each <= _BLOCK_BYTES:
        size *= 2
    return size


def _blocks(stretch: tuple[bytes, Array], size: int) -> Iterator[bytes]:
    text, places = stretch
    ends = [*places[:-1:size].tolist(), int(places[-1])]
    yield from (text[first:end] for first, end in pairwise(ends))


def _trained(blocks: list[bytes]) -> Any:
    """Of few blocks nothing can be learned."""
    sample = blocks[:: max(1, len(blocks) // 2000)]
    try:
        return zstandard.train_dictionary(_DICTIONARY, sample)
    except zstandard.ZstdError:
        return zstandard.ZstdCompressionDict(b" " * 8)
