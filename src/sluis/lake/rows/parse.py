"""Query parameters to a typed page request.

    gemeente=Delft            equal                     bedrag__gte=1000   at least (also gt, lte, lt, neq)
    naam__contains=sluis      occurs in (also starts)   status__in=a,b     one of; a comma inside a value is \\,
    naam__words=sluis brug    has all these words       (whole words, in any order)
    einde__empty=ja           no value                  q=brug             occurs in any text column
    bbox=4.3,51.9,4.5,52.1    touches this box, longitude and latitude unless bboxCrs=EPSG:28992
    sort=-datum,naam  limit=50  cursor=…  count=true

A reserved key wins from a column of the same name; such a column is reached with `limit__eq=…`.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.rows.types import (
    DEFAULT_LIMIT,
    MAX_CHOICES,
    MAX_CONDITIONS,
    MAX_LIMIT,
    MAX_SORTS,
    Box,
    Column,
    Compare,
    Condition,
    Empty,
    OneOf,
    Op,
    PageRequest,
    Selection,
    Sort,
    Value,
)
from sluis.lake.rows.values import EXPECTED, read

RESERVED = frozenset({"limit", "cursor", "sort", "q", "bbox", "bboxCrs", "count"})
BOX_SYSTEMS = ("EPSG:4326", "EPSG:28992")

_EQUAL = (Op.EQ, Op.NEQ)
_ORDER = (Op.LT, Op.LTE, Op.GT, Op.GTE)
_COMPARISONS: dict[str, tuple[Op, ...]] = {
    "text": (*_EQUAL, *_ORDER, Op.CONTAINS, Op.STARTS, Op.WORDS),
    "boolean": _EQUAL,
    "json": (),
    "geometry": (),
}


class _Wrong(Exception):
    """Carries a Fault from one parameter to the list of all faults."""

    def __init__(self, message: str, name: str, **params: object) -> None:
        super().__init__(message)
        self.fault = Fault(message, field=name, params={"name": name, **params})


def parse(pairs: Iterable[tuple[str, str]], columns: Sequence[Column], ignore: Set[str] = frozenset()) -> PageRequest:
    """Read key-value pairs, in any order; keys in `ignore` belong to the caller.

    Raises Invalid with one Fault per wrong parameter, naming the parameter and what is allowed.
    """
    reading = _Reading({c.name: c for c in columns})
    faults: list[Fault] = []
    for key, text in pairs:
        if key in ignore:
            continue
        try:
            reading.take(key, text)
        except _Wrong as wrong:
            faults.append(wrong.fault)
    request = PageRequest()
    try:
        request = reading.finish()
    except _Wrong as wrong:
        faults.append(wrong.fault)
    if faults:
        way_out = N_("Verbeter de genoemde delen.")
        raise Invalid("rows.query", N_("De zoekvraag klopt niet."), way_out=way_out, faults=faults)
    return request


@dataclass
class _Reading:
    columns: Mapping[str, Column]
    conditions: list[Condition] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    single: dict[str, str] = field(default_factory=dict)

    def take(self, key: str, text: str) -> None:
        if key in RESERVED:
            if key in self.single:
                raise _Wrong(N_("{name} mag maar één keer voorkomen."), key)
            self.single[key] = text
            return
        name, _, operation = key.partition("__")
        column = self.columns.get(name)
        if column is None:
            allowed = ", ".join(self.columns)
            raise _Wrong(N_("De kolom {name} bestaat niet. Er is wel: {allowed}."), key[:100], allowed=allowed)
        self._condition(column, key, operation or "eq", text)

    def _condition(self, column: Column, key: str, operation: str, text: str) -> None:
        if operation not in operations(column):
            allowed = ", ".join(operations(column))
            raise _Wrong(N_("{name} kan niet bij deze kolom. Het kan wel met: {allowed}."), key[:100], allowed=allowed)
        if operation == "in":
            self.choices.setdefault(column.name, []).extend(split_choices(text))
        elif operation == "empty":
            self.conditions.append(Empty(column.name, bool(_value(Column(column.name, "boolean"), key, text))))
        else:
            kind = Op(operation)
            if kind is Op.WORDS and not any(map(str.isalnum, text)):
                raise _Wrong(N_("{name} verwacht minstens één woord van letters of cijfers."), key[:100])
            self.conditions.append(Compare(column.name, kind, _value(column, key, text)))

    def finish(self) -> PageRequest:
        conditions = [*self.conditions, *self._choices(), *self._box()]
        if len(conditions) > MAX_CONDITIONS:
            raise _Wrong(N_("Een zoekvraag heeft hooguit {most} voorwaarden."), "q", most=MAX_CONDITIONS)
        return PageRequest(
            selection=Selection(tuple(conditions), self._search()),
            sort=self._sort(),
            limit=self._limit(),
            cursor=self.single.get("cursor", ""),
            count=bool(self._reserved("count", "boolean", "false")),
        )

    def _choices(self) -> Iterable[Condition]:
        for name, texts in self.choices.items():
            key = f"{name}__in"
            if len(texts) > MAX_CHOICES:
                raise _Wrong(N_("{name} heeft hooguit {most} keuzes."), key, most=MAX_CHOICES)
            yield OneOf(name, tuple(_value(self.columns[name], key, text) for text in texts))

    def _search(self) -> str:
        return str(self._reserved("q", "text", "")).strip()

    def _limit(self) -> int:
        limit = self._reserved("limit", "integer", str(DEFAULT_LIMIT))
        if not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
            raise _Wrong(N_("{name} is een getal van 1 tot en met {most}."), "limit", most=MAX_LIMIT)
        return limit

    def _reserved(self, name: str, kind: str, default: str) -> object:
        return _value(Column(name, kind), name, self.single.get(name, default))

    def _sort(self) -> tuple[Sort, ...]:
        names = [name for name in self.single.get("sort", "").split(",") if name]
        sorts = tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in names)
        sortable = [c.name for c in self.columns.values() if c.type in EXPECTED]
        if len(sorts) > MAX_SORTS or len({s.column for s in sorts}) < len(sorts):
            raise _Wrong(N_("Sorteer op hooguit {most} verschillende kolommen."), "sort", most=MAX_SORTS)
        if any(s.column not in sortable for s in sorts):
            raise _Wrong(
                N_("Sorteren kan op: {allowed}. Zet er een - voor om aflopend te sorteren."),
                "sort",
                allowed=", ".join(sortable),
            )
        return sorts

    def _box(self) -> Iterable[Box]:
        system = self.single.get("bboxCrs", BOX_SYSTEMS[0])
        if system not in BOX_SYSTEMS:
            raise _Wrong(N_("{name} is een van: {allowed}."), "bboxCrs", allowed=", ".join(BOX_SYSTEMS))
        if "bbox" not in self.single:
            return
        if all(c.type != "geometry" for c in self.columns.values()):
            raise _Wrong(N_("Deze tabel heeft geen kaart; {name} kan hier niet."), "bbox")
        yield Box(*_corners(self.single["bbox"]), crs=system)


def split_choices(text: str) -> list[str]:
    """The values of `__in`: a comma parts them, unless a backslash stands before it."""
    parts = [""]
    for piece in re.findall(r"\\[\\,]|,|[^\\,]+|\\", text):
        if piece == ",":
            parts.append("")
        else:
            parts[-1] += piece[1:] if piece in ("\\,", "\\\\") else piece
    return parts


def written_choice(value: str) -> str:
    """One value as `__in` takes it; the reverse of split_choices."""
    return value.replace("\\", "\\\\").replace(",", "\\,")


def operations(column: Column) -> list[str]:
    """What a query may ask of this column, as the part after `__`."""
    comparisons = _COMPARISONS.get(column.type, (*_EQUAL, *_ORDER))
    return [*comparisons, *(["in"] if comparisons else []), "empty"]


def _value(column: Column, key: str, text: str) -> Value:
    try:
        return read(column.type, text)
    except (ValueError, OverflowError) as fault:
        expected = EXPECTED[column.type]
        raise _Wrong(
            N_("{name} verwacht {expected_term}; gevonden: “{value}”."),
            key,
            expected_term=expected,
            value=_printable(text),
        ) from fault


def _corners(text: str) -> tuple[float, float, float, float]:
    wrong = _Wrong(N_("{name} is vier getallen met komma's ertussen: west, zuid, oost, noord."), "bbox")
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as fault:
        raise wrong from fault
    finite = all(map(math.isfinite, (west, south, east, north)))
    if not finite or west > east or south > north:
        raise wrong
    return west, south, east, north


def _printable(text: str) -> str:
    return text[:60].encode("utf-8", "replace").decode()
