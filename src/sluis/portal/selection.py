"""What somebody asks of a table, from the address: the same words as the API, so that every state can be shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import Said
from sluis.lake.rows.parse import parse, split_choices, written_choice
from sluis.lake.rows.types import Column, PageRequest
from sluis.portal.columns import is_choice, title_of, value_text
from sluis.release.types import PublicColumn
from sluis.web.shapes import Choice, Link

OURS = frozenset({"page", "columns", "release"})
PLACE = frozenset({"cursor", "page"})
_NOT_SHARED = PLACE | {"limit", "count", "columns"}
_RANGED = ("integer", "decimal", "number", "date", "datetime")
_INPUTS = {"date": "date", "datetime": "datetime-local"}
_LONGEST_CHOICE = 80  # the profile cuts longer values off
SHOWN_FILTERS = 14
OPEN_FILTERS = 3


@dataclass(frozen=True, slots=True)
class Filter:
    """One group of the filter form. `kind`: choice, range or text."""

    name: str
    title: str
    kind: str
    is_open: bool
    choices: Sequence[Choice] = ()
    least: str = ""
    most: str = ""
    text: str = ""
    input: str = "text"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`pairs` are filters and order as the API takes them; `faults` say what could not be read."""

    request: PageRequest
    pairs: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...] = ()


def tidy(request: HttpRequest) -> str:
    """The address without empty parameters, when a form sent those; else ''."""
    kept = [(name, value) for name, value in _all(request.GET) if value]
    if len(kept) == len(_all(request.GET)):
        return ""
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def read(request: HttpRequest, columns: Sequence[Column], size: int) -> Asked:
    """The typed question. A filter that cannot be read gives faults and no question."""
    pairs = [(name, value) for name, value in _all(request.GET) if name not in ("limit", "count")]
    shared = tuple((name, value) for name, value in pairs if name not in _NOT_SHARED)
    try:
        asked = parse(pairs, columns, ignore=OURS)
    except Invalid as wrong:
        return Asked(PageRequest(), shared, wrong.faults)
    return Asked(replace(asked, limit=size, count=True), shared)


def _all(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.lists() for value in values]


def filters(columns: Sequence[PublicColumn], query: QueryDict) -> list[Filter]:
    """Groups to filter on: choices first, then the rest in the order of the table."""
    asked = {name.partition("__")[0] for name in query}
    usable = [column for column in columns if column.type in (*_RANGED, "text", "boolean")]
    ranked = sorted(usable, key=lambda column: (column.name not in asked, not _has_choices(column)))
    return [
        _filter(column, query, is_open=column.name in asked or place < OPEN_FILTERS)
        for place, column in enumerate(ranked[:SHOWN_FILTERS])
    ]


def _has_choices(column: PublicColumn) -> bool:
    return bool(_choices(column, QueryDict())) and column.type in ("text", "boolean")


def _filter(column: PublicColumn, query: QueryDict, *, is_open: bool) -> Filter:
    title = title_of(column)
    name = column.name
    words = Said(f"{title} ({column.unit})", title.language) if column.unit else title
    if _has_choices(column):
        return Filter(name, words, "choice", is_open, choices=_choices(column, query))
    if column.type in _RANGED:
        least, most = query.get(f"{name}__gte", ""), query.get(f"{name}__lte", "")
        kind = _INPUTS.get(column.type, "text")
        return Filter(name, words, "range", is_open, least=least, most=most, input=kind)
    return Filter(name, words, "text", is_open, text=query.get(f"{name}__contains", ""))


def _choices(column: PublicColumn, query: QueryDict) -> list[Choice]:
    """The most frequent values, and what was chosen besides."""
    if not is_choice(column):
        return []
    chosen = [part for value in query.getlist(f"{column.name}__in") for part in split_choices(value)]
    top = [(_written(one["value"]), value_text(one["value"], column), one["count"]) for one in column.profile["top"]]
    if any(len(value) >= _LONGEST_CHOICE for value, _shown, _count in top):
        return []
    found = [Choice(written_choice(value), shown, count, value in chosen) for value, shown, count in top]
    known = {value for value, _shown, _count in top}
    return found + [
        Choice(written_choice(value), value, None, checked=True) for value in chosen if value and value not in known
    ]


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def active(request: HttpRequest, columns: Sequence[PublicColumn]) -> list[Link]:
    """Each filter in words, with the address of the page without it."""
    known = {column.name: column for column in columns}
    found = []
    for name, value in _all(request.GET):
        column, _, operation = name.partition("__")
        if name == "q":
            found.append(Link(gettext("Tekst: {value}").format(value=value), _without(request, name)))
        elif column in known and name not in OURS | PLACE | {"sort"}:
            found.append(Link(_words(known[column], operation, value), _without(request, name, value)))
    return found


def _words(column: PublicColumn, operation: str, value: str) -> str:
    """A filter as people say it."""
    if column.type == "boolean" or operation == "empty":
        value = {"true": gettext("ja"), "false": gettext("nee")}.get(value, value)
    if operation == "in":
        value = ", ".join(split_choices(value))
    pattern = {
        "gte": gettext("{title} vanaf {value}"),
        "gt": gettext("{title} meer dan {value}"),
        "lte": gettext("{title} tot en met {value}"),
        "lt": gettext("{title} minder dan {value}"),
        "neq": gettext("{title} niet {value}"),
        "contains": gettext("{title} bevat {value}"),
        "starts": gettext("{title} begint met {value}"),
        "words": gettext("{title} heeft de woorden {value}"),
        "empty": gettext("{title} leeg: {value}"),
    }.get(operation, "{title}: {value}")
    return pattern.format(title=title_of(column), value=value)


def _without(request: HttpRequest, name: str, value: str = "") -> str:
    kept = [
        (key, one) for key, one in _all(request.GET) if key not in PLACE and not (key == name and value in ("", one))
    ]
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def sort_links(request: HttpRequest, asked: PageRequest, sortable: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Column → (direction now, address that turns it): up, down, and back to the order of the file."""
    now = {sort.column: "descending" if sort.descending else "ascending" for sort in asked.sort[:1]}
    found = {}
    for name in sortable:
        query = request.GET.copy()
        for key in PLACE:
            query.pop(key, None)
        turned = {"": name, "ascending": f"-{name}", "descending": ""}[now.get(name, "")]
        query["sort"] = turned
        if not turned:
            query.pop("sort")
        found[name] = (now.get(name, ""), request.path + (f"?{query.urlencode()}" if query else ""))
    return found
