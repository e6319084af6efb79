"""Frozen shapes of a row query and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

type Value = str | int | float | bool | Decimal | date | datetime | time

MAX_CONDITIONS = 30
MAX_CHOICES = 200
MAX_SORTS = 4
MAX_TEXT = 1000
MAX_LIMIT = 10_000
DEFAULT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Files:
    """Where the rows of a table stand: its Parquet files in order, and how many rows each has."""

    paths: tuple[Path, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table version; `crs` ("EPSG:28992") only for geometry."""

    name: str
    type: str
    title: str = ""
    crs: str = ""

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> "Column":
        return cls(str(wire["name"]), str(wire["type"]), str(wire.get("title") or ""), str(wire.get("crs") or ""))


class Op(StrEnum):
    EQ = "eq"
    NEQ = "neq"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    CONTAINS = "contains"
    STARTS = "starts"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Compare:
    """`neq` also keeps empty cells; `contains`, `starts` and `words` ignore case; the others leave empty cells out.

    `words`: every word of the value occurs as a whole word, in any order; a word is a run of letters and digits.
    """

    column: str
    op: Op
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """No value at all, or for text a text of length zero."""

    column: str
    empty: bool


@dataclass(frozen=True, slots=True)
class Box:
    """The envelope of the geometry touches this box; coordinates in `crs`, x before y (longitude before latitude)."""

    min_x: float
    min_y: float
    max_x: float
    max_y: float
    crs: str = "EPSG:4326"


type Condition = Compare | OneOf | Empty | Box


@dataclass(frozen=True, slots=True)
class Selection:
    """All conditions hold, and `search` occurs (ignoring case) in at least one text column."""

    conditions: tuple[Condition, ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True)
class Sort:
    """Empty cells come last, ascending and descending alike."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    selection: Selection = field(default_factory=Selection)
    sort: tuple[Sort, ...] = ()
    limit: int = DEFAULT_LIMIT
    cursor: str = ""
    count: bool = False


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """`ids` are the stable row numbers of `rows` (from 0, in file order)."""

    rows: tuple[Row, ...]
    ids: tuple[int, ...]
    next_cursor: str = ""
    previous_cursor: str = ""
    total: int | None = None


RowPage = Page[dict[str, Any]]
"""Rows as dicts by column name, in the asked order."""
JsonPage = Page[str]
"""Rows as JSON objects."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: Any
    count: int
