"""What the description says about operations whose parameters depend on the table, and about files."""

from typing import Any

from sluis.lake.rows.grouping import DEFAULT_GROUPS
from sluis.lake.rows.types import DEFAULT_LIMIT, MAX_LIMIT

_FILTERS = """\
A condition on a column, as many as you like; all of them hold. `column=value` is equal to; `column__gte=value` is at
least; also `gt`, `lte`, `lt`, `neq`, `contains`, `starts`, `words` (has all these whole words), `in` (values with
commas between; `\\,` is a comma inside a value) and `empty` (true or false). Which columns there are stands in
`/datasets/{slug}/columns`. A column with the name of another parameter is reached with `name__eq`."""


def _query(name: str, schema: dict[str, Any], description: str, **extra: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description, **extra}


def _content(**media: dict[str, Any]) -> dict[str, Any]:
    return {"description": "OK", "content": {name.replace("__", "/"): body for name, body in media.items()}}


_RELEASE = _query(
    "release", {"type": "integer", "minimum": 1}, "Release number; the current one when left out.", example=3
)
_GEOMETRY = _query(
    "geometry",
    {"type": "string", "enum": ["wkt", "geojson"], "default": "wkt"},
    "`wkt`: text in the coordinate system of the table (see columns). `geojson`: longitude and latitude (WGS84).",
)
_ROW = {
    "type": "object",
    "description": "A value per column, and `_id`: the number of the row within this release.",
    "properties": {"_id": {"type": "integer"}},
    "required": ["_id"],
    "additionalProperties": True,
}
_EXAMPLE_ROW = {"_id": 0, "plaats": "Gorinchem", "datum": "2026-07-01", "ecoli": 12}
_PAGE = {
    "type": "object",
    "required": ["release", "rows", "links"],
    "properties": {
        "release": {"type": "integer"},
        "total": {"type": "integer", "description": "Only with `count=true`."},
        "rows": {"type": "array", "items": _ROW},
        "links": {"$ref": "#/components/schemas/Links"},
    },
}
_EXAMPLE_PAGE = {
    "release": 3,
    "rows": [_EXAMPLE_ROW],
    "links": {"self": "https://data.example/api/v1/datasets/zwemwater/rows?limit=1"},
}
ROWS: dict[str, Any] = {
    "description": (
        "JSON comes in pages; follow `links.next` to the end, there is no limit on the whole. CSV and NDJSON, and JSON "
        "with `limit=all`, give the whole selection as one stream."
    ),
    "parameters": [
        _query(
            "filter",
            {"type": "object", "additionalProperties": {"type": "string"}},
            _FILTERS,
            style="form",
            explode=True,
            example={"plaats": "Gorinchem", "datum__gte": "2026-01-01"},
        ),
        _query("q", {"type": "string", "maxLength": 1000}, "Occurs in any text column."),
        _query(
            "sort", {"type": "string"}, "Columns with commas between; `-` before a name: descending.", example="-datum"
        ),
        _query(
            "limit",
            {
                "oneOf": [{"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, {"const": "all"}],
                "default": DEFAULT_LIMIT,
            },
            "Rows per page, or `all`.",
        ),
        _query("cursor", {"type": "string"}, "From `links.next` or `links.prev`."),
        _query("count", {"type": "boolean", "default": False}, "Also give the exact `total`."),
        _query("bbox", {"type": "string"}, "Touches this box: west,south,east,north.", example="4.9,51.8,5.0,51.9"),
        _query("bboxCrs", {"type": "string", "enum": ["EPSG:4326", "EPSG:28992"]}, "System of `bbox`."),
        _query("format", {"type": "string", "enum": ["json", "csv", "ndjson"]}, "Goes before the Accept header."),
        _RELEASE,
        _GEOMETRY,
    ],
    "responses": {
        200: _content(
            application__json={"schema": _PAGE, "example": _EXAMPLE_PAGE},
            text__csv={"schema": {"type": "string"}, "example": "plaats,datum,ecoli\nGorinchem,2026-07-01,12\n"},
        )
    },
}
ROWS["responses"][200]["content"]["application/x-ndjson"] = {"schema": {"type": "string"}}
ONE_ROW: dict[str, Any] = {
    "parameters": [_RELEASE, _GEOMETRY],
    "responses": {
        200: _content(
            application__json={
                "schema": {
                    "type": "object",
                    "required": ["release", "row"],
                    "properties": {"release": {"type": "integer"}, "row": _ROW},
                },
                "example": {"release": 3, "row": _EXAMPLE_ROW},
            }
        )
    },
}

_GROUP = {
    "type": "object",
    "required": ["values", "count"],
    "properties": {
        "values": {"type": "object", "additionalProperties": True, "description": "A value per column of `by`."},
        "count": {"type": "integer"},
        "sum": {"type": "object", "additionalProperties": True},
        "avg": {"type": "object", "additionalProperties": True},
    },
}
_EXAMPLE_GROUP = {"values": {"plaats": "Gorinchem"}, "count": 12, "avg": {"ecoli": 31.5}}
GROUPS: dict[str, Any] = {
    "description": (
        "The largest group first. Takes the conditions of rows. A sum of whole or decimal numbers is exact; empty "
        "cells do not count in `sum` and `avg`."
    ),
    "parameters": [
        _query("by", {"type": "string"}, "One to three columns, with commas between.", example="plaats")
        | {"required": True},
        _query("sum", {"type": "string"}, "Columns of numbers to add up, with commas between."),
        _query("avg", {"type": "string"}, "Columns of numbers to take the average of."),
        _query(
            "filter",
            {"type": "object", "additionalProperties": {"type": "string"}},
            "A condition on a column, as with rows.",
            style="form",
            explode=True,
        ),
        _query("q", {"type": "string", "maxLength": 1000}, "Occurs in any text column."),
        _query(
            "limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_GROUPS}, "Most groups."
        ),
        _RELEASE,
    ],
    "responses": {
        200: _content(
            application__json={
                "schema": {
                    "type": "object",
                    "required": ["release", "more", "groups"],
                    "properties": {
                        "release": {"type": "integer"},
                        "more": {"type": "boolean", "description": "Whether there are more groups than `limit`."},
                        "groups": {"type": "array", "items": _GROUP},
                    },
                },
                "example": {"release": 3, "more": False, "groups": [_EXAMPLE_GROUP]},
            }
        )
    },
}

_BYTES = {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
_RANGE = {
    "name": "Range",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "One part of the file.",
    "example": "bytes=0-1023",
}
FILE: dict[str, Any] = {
    "description": "Formats: parquet, csv, json, and for maps geojson and gpkg. The ETag is the SHA-256 of the file.",
    "parameters": [_RANGE],
    "responses": {
        200: {"description": "The whole file", "content": _BYTES},
        206: {"description": "A part of the file", "content": _BYTES},
        302: {"description": "The file is still being made; the same rows come straight out of the table"},
        304: {"description": "You have it already"},
        412: {"description": "You have something else"},
        416: {"description": "Outside the file"},
        503: {"description": "The file is still being made; see Retry-After"},
    },
}
CURRENT_FILE: dict[str, Any] = {
    "responses": {
        302: {"description": "The file of the current release", "headers": {"Location": {"schema": {"type": "string"}}}}
    }
}

_SQL_PAGE = {
    "type": "object",
    "required": ["total", "truncated", "tables", "columns", "rows", "links"],
    "properties": {
        "total": {"type": "integer", "description": "Rows that meet the conditions in the address."},
        "truncated": {"type": "boolean", "description": "Whether there may be more than the million rows we keep."},
        "tables": {"type": "array", "items": {"type": "string"}},
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "title", "type"],
                "properties": {name: {"type": "string"} for name in ("name", "title", "type")},
            },
        },
        "rows": {"type": "array", "items": _ROW},
        "links": {"$ref": "#/components/schemas/Links"},
    },
}
_SQL_BUSY = {
    "type": "object",
    "required": ["status", "place", "seconds", "budget", "links"],
    "properties": {
        "status": {"type": "string", "enum": ["running", "waiting"]},
        "place": {"type": "integer", "description": "In the row of those who wait; 0 when it runs."},
        "seconds": {"type": "number"},
        "budget": {"type": "number", "description": "Seconds after which it is stopped."},
        "links": {"$ref": "#/components/schemas/Links"},
    },
}
_LINKS = {"self": "https://data.example/api/v1/sql?sql=SELECT+1+AS+een"}
SQL: dict[str, Any] = {
    "description": (
        "The name of a table is the slug of its dataset with underscores. Only one SELECT, in the dialect of DuckDB, "
        "within ten seconds. The answer is kept for a while: filter, sort and page it with the keys of rows. An answer "
        "that takes more than two seconds gives 202: ask the same again. CSV, NDJSON, Parquet, and JSON with "
        "`limit=all`, give the whole answer."
    ),
    "parameters": [
        _query("sql", {"type": "string", "maxLength": 20_000}, "The question.", example="SELECT 1 AS een"),
        _query(
            "filter",
            {"type": "object", "additionalProperties": {"type": "string"}},
            "A condition on a column of the answer, as with rows.",
            style="form",
            explode=True,
        ),
        _query("sort", {"type": "string"}, "Columns of the answer; `-` before a name: descending."),
        _query(
            "limit",
            {
                "oneOf": [{"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, {"const": "all"}],
                "default": DEFAULT_LIMIT,
            },
            "Rows per page.",
        ),
        _query("cursor", {"type": "string"}, "The place of a page; follow the links instead of making one."),
        _query("format", {"type": "string", "enum": ["json", "csv", "ndjson", "parquet"]}, "Goes before Accept."),
    ],
    "responses": {
        200: _content(
            application__json={
                "schema": _SQL_PAGE,
                "example": {
                    "total": 1,
                    "truncated": False,
                    "tables": [],
                    "columns": [{"name": "een", "title": "een", "type": "integer"}],
                    "rows": [{"_id": 0, "een": 1}],
                    "links": _LINKS,
                },
            },
            text__csv={"schema": {"type": "string"}, "example": "een\n1\n"},
        ),
        202: _content(
            application__json={
                "schema": _SQL_BUSY,
                "example": {"status": "running", "place": 0, "seconds": 2.1, "budget": 10, "links": _LINKS},
            }
        ),
    },
}
