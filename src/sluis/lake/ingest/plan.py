"""What the ingest decides before it converts: dialect and, per column, how a text becomes a value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.types import Column, ColumnType


@dataclass(frozen=True, slots=True)
class Spec:
    """How the texts of one column are read.

    `mark` and `group` are the decimal mark and thousands separator ('' when none), `form` a date order or format,
    `unit` strips money and percent signs, `trim` outer spaces, `nulls` (lower case) stand for no value.
    """

    type: ColumnType = ColumnType.TEXT
    precision: int = 18
    scale: int = 0
    mark: str = "."
    group: str = ""
    form: str = ""
    unit: bool = False
    trim: bool = False
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A column of the target and how to read it; `source` is its position in the source, counted from 0."""

    name: str
    title: str
    source: int
    spec: Spec

    def written(self) -> dict[str, str]:
        """How the values are written, as far as it shows: decimal, thousands and date_order (dmy, mdy, ymd)."""
        if self.spec.type in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER):
            decimal = {"decimal": self.spec.mark} if self.spec.scale or self.spec.type is ColumnType.NUMBER else {}
            return decimal | ({"thousands": self.spec.group} if self.spec.group else {})
        if self.spec.type in (ColumnType.DATE, ColumnType.DATETIME) and self.spec.form:
            first = self.spec.form[:2]
            return {"date_order": {"%d": "dmy", "%m": "mdy", "na": "dmy"}.get(first, "ymd")}
        return {}

    def column(self) -> Column:
        if self.spec.type is ColumnType.DECIMAL:
            return Column(self.name, self.title, self.spec.type, self.spec.precision, self.spec.scale)
        return Column(self.name, self.title, self.spec.type)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written. `first_line` is the line (from 1) on which the data starts."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    first_line: int
    width: int
    header_line: int = 0
    comment: bool = False
    pad: bool = False

    def to_json(self) -> dict[str, Any]:
        shape = asdict(self)
        known = {key: shape[key] for key in ("encoding", "delimiter", "header_line", "first_line", "comment")}
        return known | {"quote": '"'}


@dataclass(frozen=True, slots=True)
class Options:
    """Corrections by the owner of the file; everything not given is found out from the data.

    `header_row` is the line number of the header, 0 for none. `types`, `names` and `titles` go by the column name the
    ingest gave. `date_order` is dmy, mdy or ymd.
    """

    encoding: str = ""
    delimiter: str = ""
    header_row: int | None = None
    decimal: str = ""
    date_order: str = ""
    skip: int = 0
    sheet: str = ""
    null_markers: tuple[str, ...] | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict[str, ColumnType])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    titles: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def read(cls, raw: Mapping[str, Any] | None) -> "Options":
        """Check what came from a form or API; raises Invalid naming the first wrong option."""
        raw = {key: value for key, value in (raw or {}).items() if value not in (None, "")}
        for key in raw:
            if key not in cls.__dataclass_fields__:
                raise _wrong(key)
        read: dict[str, Any] = {}
        key = ""
        try:
            for key, value in raw.items():
                read[key] = _read_option(key, value)
        except (ValueError, TypeError, LookupError, AttributeError):
            raise _wrong(key) from None
        return cls(**read)


_CHOICES = {
    "delimiter": {",", ";", "\t", "|"},
    "decimal": {",", "."},
    "date_order": {"dmy", "mdy", "ymd"},
}


def _read_option(key: str, value: Any) -> Any:
    if key == "encoding":
        "".encode(str(value))
        return str(value).lower()
    if key in _CHOICES:
        if value not in _CHOICES[key]:
            raise ValueError(key)
        return value
    if key in ("header_row", "skip"):
        if int(value) < 0:
            raise ValueError(key)
        return int(value)
    if key == "types":
        return {str(name): ColumnType(kind) for name, kind in value.items()}
    if key in ("names", "titles"):
        return {str(name): str(text) for name, text in value.items()}
    return tuple(str(part) for part in value) if key == "null_markers" else str(value)


def _wrong(key: str) -> Invalid:
    if key not in Options.__dataclass_fields__:
        return Invalid(
            "ingest.option",
            N_("Voor het inlezen bestaat de instelling '{option}' niet."),
            way_out=N_("Kies uit: {known}."),
            option=str(key)[:80],
            known=", ".join(Options.__dataclass_fields__),
        )
    return Invalid(
        "ingest.option",
        N_("De instelling '{option}' voor het inlezen klopt niet."),
        way_out=N_("Haal deze instelling weg of kies een andere waarde."),
        option=str(key)[:80],
    )


VECTOR_OPTIONS = ("layer", "crs")
"""What the reader of maps takes beside them."""


def filled_in(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """What somebody filled in; a wrong correction is refused at once, in front of the one who typed it."""
    given = {name: value for name, value in (options or {}).items() if value not in (None, "")}
    Options.read({name: value for name, value in given.items() if name not in VECTOR_OPTIONS})
    return given


@dataclass(frozen=True, slots=True)
class Job:
    """One run: where the file is, what it was called, where results go and what the owner corrected."""

    source: Path
    filename: str
    out: Path
    options: Options
