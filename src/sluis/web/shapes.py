"""What the components are fed with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """`current` is "page", "step" or "true" when the reader is there; `count` shows between brackets."""

    label: str
    url: str
    current: str = ""
    count: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, with how many things have it."""

    value: str
    label: str
    count: int | None = None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of checkboxes; `more_url` leads to all values when only the first are here."""

    name: str
    title: str
    choices: Sequence[Choice] = ()
    is_open: bool = True
    more_url: str = ""
    more_label: str = ""


# Of tables that we make ourselves: how many there are (1.234), and which part of it (0 to 1, shown as 4,3%).
FIGURES = ("amount", "share")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a data table.

    `type` is a column type of the lake (text, integer, …) or one of FIGURES; `chip` overrules its name. `facts` stands
    beside the chip ("12 waarden", "3,7-350"), `empty` is the share without a value (0-1), `bars` the counts of the
    histogram and `bars_text` says the same in words. `sort_url` makes the name a link; `sort` is "ascending" or
    "descending".
    """

    title: str
    type: str = "text"
    chip: str = ""
    facts: str = ""
    empty: float | None = None
    bars: Sequence[float] = ()
    bars_text: str = ""
    sort_url: str = ""
    sort: str = ""
    scale: int | None = None

    @property
    def numeric(self) -> bool:
        return self.type in ("integer", "decimal", "number", *FIGURES)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows are sequences of values in the order of the columns; a value may be a Link. None shows as "leeg".

    `row_header` is the index of the column that names the row; None when there is none.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    row_header: int | None = 0
    id: str = "table"


@dataclass(frozen=True, slots=True)
class Download:
    """A file somebody can take along. `size` in bytes; `sha256` in hex; `date` of the file; no `url`: not there yet."""

    label: str
    url: str
    format: str = ""
    size: int | None = None
    date: Any = None
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a process; `state` is "done", "current", "todo" or "skipped"; `inner` stands inside another step."""

    label: str
    state: str = "todo"
    note: str = ""
    url: str = ""
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Point:
    """One moment of a series; `value` is None when not known, `low` and `high` are what was expected.

    `odd`: it is not as it should be.
    """

    label: str
    value: float | None
    odd: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One small multiple: `told` says in a sentence what it shows, `limit` is a line over all of it."""

    title: str
    told: str
    points: Sequence[Point]
    unit: str = ""
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of an error summary; `target` is the id of the field it belongs to."""

    message: str
    target: str = ""
