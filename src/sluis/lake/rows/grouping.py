"""Counts, sums and averages per value of one or more columns, within a selection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.rows import duck
from sluis.lake.rows.duck_sql import groups_of
from sluis.lake.rows.parse import parse
from sluis.lake.rows.types import MAX_LIMIT, Column, Selection
from sluis.lake.serving import grouping
from sluis.lake.serving.ready import Ready

MAX_COLUMNS = 3
MAX_MEASURES = 10
DEFAULT_GROUPS = 1000
KEYS = ("by", "sum", "avg")
NUMBERS = ("integer", "decimal", "number")
_NO_PLACE = ("cursor", "sort", "count")


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """`by`: columns whose values make a group; `sums` and `averages`: columns of numbers."""

    by: tuple[Column, ...]
    sums: tuple[Column, ...] = ()
    averages: tuple[Column, ...] = ()
    selection: Selection = field(default_factory=Selection)
    limit: int = DEFAULT_GROUPS

    @property
    def measures(self) -> tuple[Column, ...]:
        """The columns that are added up, each once."""
        return tuple(dict.fromkeys((*self.sums, *self.averages)))


@dataclass(frozen=True, slots=True)
class Group:
    """`values` in the order of `by`. A sum is exact, but for doubles; None without any value to add."""

    values: tuple[Any, ...]
    count: int
    sums: Mapping[str, Any]
    averages: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Groups:
    """The largest groups first, equal ones by value with the empty one last; `more`: there are others."""

    groups: tuple[Group, ...]
    more: bool


def parse_groups(pairs: Iterable[tuple[str, str]], columns: Sequence[Column], ignore: frozenset[str]) -> GroupRequest:
    """`by=gemeente,status&sum=bedrag&avg=oppervlakte&limit=100` and the conditions of rows. Raises Invalid."""
    given = list(pairs)
    faults = [
        Fault(N_("{name} kan niet bij groepen."), field=k, params={"name": k}) for k, _ in given if k in _NO_PLACE
    ]
    lists = {key: _names(given, key) for key in KEYS}
    known = {c.name: c for c in columns}
    groupable = [c.name for c in columns if c.type not in ("geometry", "json")]
    numbers = [c.name for c in columns if c.type in NUMBERS]
    for key, names in lists.items():
        allowed = groupable if key == "by" else numbers
        if any(name not in allowed for name in names):
            said = {"name": key, "allowed": ", ".join(allowed)}
            faults.append(Fault(N_("Kies voor {name} uit: {allowed}."), field=key, params=said))
    if not 1 <= len(lists["by"]) <= MAX_COLUMNS:
        faults.append(Fault(N_("Groepeer op één tot {most} kolommen."), field="by", params={"most": MAX_COLUMNS}))
    if len(lists["sum"]) + len(lists["avg"]) > MAX_MEASURES:
        faults.append(Fault(N_("Tel hooguit {most} kolommen op."), field="sum", params={"most": MAX_MEASURES}))
    if faults:
        raise Invalid(
            "rows.groups", N_("Deze groepen kunnen niet."), way_out=N_("Verbeter de genoemde delen."), faults=faults
        )
    asked = parse(given, columns, ignore=ignore | set(KEYS))
    limit = asked.limit if any(key == "limit" for key, _ in given) else DEFAULT_GROUPS
    by, sums, averages = (tuple(known[name] for name in lists[key]) for key in KEYS)
    return GroupRequest(by, sums, averages, asked.selection, min(limit, MAX_LIMIT))


def _names(pairs: Sequence[tuple[str, str]], key: str) -> list[str]:
    return list(dict.fromkeys(name for k, text in pairs if k == key for name in text.split(",") if name))


def groups(path: Path, columns: Sequence[Column], request: GroupRequest, ready: Ready | None = None) -> Groups:
    """The groups of the selection. With `ready` the same, sooner. Raises Unavailable when it takes too long."""
    measures = request.measures
    lines = None
    if ready is not None:
        lines = grouping.lines(ready, columns, request.by, measures, request.selection, request.limit + 1)
    if lines is None:
        sql, params = groups_of(request.by, measures, request.selection, {c.name: c for c in columns})
        lines = duck.fetch(sql, [str(path), *params, request.limit + 1])
    return Groups(tuple(_group(request, line) for line in lines[: request.limit]), len(lines) > request.limit)


def _group(request: GroupRequest, line: tuple[Any, ...]) -> Group:
    """A line: the values, how many rows, and per measure its sum and how many cells have a value."""
    width = len(request.by)
    rest = line[width + 1 :]
    added = {c.name: (rest[2 * n], rest[2 * n + 1]) for n, c in enumerate(request.measures)}
    return Group(
        values=line[:width],
        count=line[width],
        sums={c.name: added[c.name][0] for c in request.sums},
        averages={c.name: _average(*added[c.name]) for c in request.averages},
    )


def _average(total: Any, filled: int) -> float | None:
    if total is None or not filled:
        return None
    return total / filled if isinstance(total, float) else float(Fraction(total) / filled)
