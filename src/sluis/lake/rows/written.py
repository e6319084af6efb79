"""Rows as JSON without loss (see `wire`): an object per row, its number first as `_id`, then the columns."""

from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

from sluis.lake.rows.types import Column
from sluis.lake.rows.wire import value_json
from sluis.lake.serving.ready import Ready


def of_lines(lines: Sequence[tuple[Any, ...]], columns: Sequence[Column], geometry: str) -> list[str]:
    """Of lines with the row number, the cells (geometry as WKB), and perhaps more. `geometry`: as `page` takes it."""
    ids, *cells = zip(*lines, strict=True) if lines else ((), *((),) * len(columns))
    texts = [
        held if column.type == "geometry" else [value_json(value, column.type) for value in held]
        for column, held in zip(columns, cells, strict=False)
    ]
    return _objects(ids, columns, texts, geometry)


def of_ready(ready: Ready, rows: Sequence[int], columns: Sequence[Column], geometry: str) -> list[str]:
    """Of rows by number, straight from the structures: no value is made only to be written."""
    return _objects(rows, columns, ready.written(rows, columns), geometry)


def _objects(ids: Iterable[int], columns: Sequence[Column], texts: Iterable[Sequence[Any]], geometry: str) -> list[str]:
    shown = [
        _shapes(held, column.crs, geometry) if column.type == "geometry" else held
        for column, held in zip(columns, texts, strict=True)
    ]
    keys = (encode_basestring(column.name).replace("%", "%%") for column in columns)
    form = "{" + ",".join(['"_id":%d', *(f"{key}:%s" for key in keys)]) + "}"
    return [form % line for line in zip(ids, *shown, strict=True)]


def _shapes(stored: Sequence[bytes | None], crs: str, form: str) -> list[str]:
    from sluis.lake.rows import shapes

    if form == "geojson":
        return shapes.to_geojson_texts(stored, crs)
    return [value_json(text, "text") for text in shapes.to_wkt(stored)]
