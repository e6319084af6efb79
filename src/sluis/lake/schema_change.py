"""What became of the columns of a table, and whether whoever reads it can go on: pure rules.

Compatible: a column more, another order, a type that holds all that the old one held. Breaking: a column less, another
name, a type that holds something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sluis.lake.types import Column, ColumnType

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.NUMBER)
_DAYS = (ColumnType.DATE, ColumnType.DATETIME)
_WHOLE_DIGITS = 19  # of a whole number of 64 bits
MOST_DIGITS = 38


class Kind(StrEnum):
    NONE = "none"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"


class What(StrEnum):
    """What happened to one column. `missing`: the load has no such column, and its rows are empty there."""

    ADDED = "added"
    MISSING = "missing"
    MOVED = "moved"
    WIDENED = "widened"
    REMOVED = "removed"
    RENAMED = "renamed"
    RETYPED = "retyped"


_BREAKING = (What.REMOVED, What.RENAMED, What.RETYPED)


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """`was` and `now` are types, or names when the column was renamed; "" when there is none."""

    name: str
    title: str
    what: What
    was: str = ""
    now: str = ""

    @property
    def breaking(self) -> bool:
        return self.what in _BREAKING


@dataclass(frozen=True, slots=True)
class Change:
    columns: tuple[ColumnChange, ...] = ()

    @property
    def kind(self) -> Kind:
        if any(column.breaking for column in self.columns):
            return Kind.BREAKING
        return Kind.COMPATIBLE if self.columns else Kind.NONE

    def to_json(self) -> dict[str, Any]:
        fields = ("name", "title", "what", "was", "now")
        columns = [{name: str(getattr(column, name)) for name in fields} for column in self.columns]
        return {"kind": self.kind.value, "columns": columns}

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "Change":
        return cls(tuple(ColumnChange(**{**item, "what": What(item["what"])}) for item in shape.get("columns", ())))


def compared(old: Sequence[Column], new: Sequence[Column]) -> Change:
    """From one version of a table to another that takes its place. Digits of a decimal type are no change."""
    was, now = _by_name(old), _by_name(new)
    gone, come = _apart(old, new)
    pairs = _renames(old, new)
    changes = [_renamed(was[a], now[b]) for a, b in pairs.items()]
    changes += [_change(was[name], What.REMOVED, was=was[name].type) for name in gone if name not in pairs]
    changes += [
        _change(was[name], _of_type(was[name].type, now[name].type), was=was[name].type, now=now[name].type)
        for name in was
        if name in now and was[name].type != now[name].type
    ]
    changes += [_change(now[name], What.ADDED, now=now[name].type) for name in come if name not in pairs.values()]
    if [name for name in was if name in now] != [name for name in now if name in was]:
        changes += [_change(now[name], What.MOVED) for name in _moved(was, now)]
    return Change(tuple(changes))


def joined(
    table: Sequence[Column], load: Sequence[Column], fits: Mapping[str, bool]
) -> tuple[Change, tuple[Column, ...]]:
    """What the columns become when the rows of a load are put with those of the table.

    `fits`: by name of a column that has another type in the load, whether all its values fit the table's type as they
    are. The columns keep their place; new ones follow.
    """
    was, now = _by_name(table), _by_name(load)
    gone, come = _apart(table, load)
    pairs = _renames(table, load)
    changes = [_renamed(was[a], now[b]) for a, b in pairs.items()]
    changes += [_change(was[name], What.MISSING, was=was[name].type) for name in gone if name not in pairs]
    columns: list[Column] = []
    for column in table:
        other = now.get(column.name)
        wide = column if other is None or _same(column, other) or fits.get(column.name) else wider(column, other)
        if wide != column:
            what = What.WIDENED if wide else What.RETYPED
            changes.append(_change(column, what, was=_told(column), now=_told(wide or other or column)))
        columns.append(wide or column)
    new = [now[name] for name in come if name not in pairs.values()]
    changes += [_change(column, What.ADDED, now=column.type) for column in new]
    return Change(tuple(changes)), (*columns, *new)


def wider(one: Column, other: Column) -> Column | None:
    """`one` with the narrowest type that holds the values of both; None when no type holds both as what they are."""
    kinds = {one.type, other.type}
    if kinds <= set(_NUMBERS):
        return _wider_number(one, other)
    if kinds <= set(_DAYS):
        return replace(one, type=ColumnType.DATETIME if len(kinds) == 2 else one.type)
    return one if len(kinds) == 1 else None


def may_fit(table: Column, load: Column) -> bool:
    """Can values of the type of `load` be values of `table` as they are, if they are not too large or too precise?"""
    kinds = {table.type, load.type}
    return table.type is ColumnType.TEXT or len(kinds) == 1 or any(kinds <= set(pair) for pair in (_NUMBERS, _DAYS))


def _wider_number(one: Column, other: Column) -> Column:
    if ColumnType.NUMBER in (one.type, other.type):
        return replace(one, type=ColumnType.NUMBER, precision=None, scale=None)
    if one.type == other.type == ColumnType.INTEGER:
        return one
    scale = max(one.scale or 0, other.scale or 0)
    digits = max(_whole(one), _whole(other)) + scale
    if digits > MOST_DIGITS:
        return replace(one, type=ColumnType.NUMBER, precision=None, scale=None)
    return replace(one, type=ColumnType.DECIMAL, precision=digits, scale=scale)


def _whole(column: Column) -> int:
    """Digits before the decimal mark."""
    if column.type is ColumnType.INTEGER:
        return _WHOLE_DIGITS
    return (column.precision or MOST_DIGITS) - (column.scale or 0)


def _of_type(was: ColumnType, now: ColumnType) -> What:
    """A whole number may become a decimal or any number, and a date a moment: never the other way."""
    for ladder in (_NUMBERS, _DAYS):
        if was in ladder and now in ladder and ladder.index(was) < ladder.index(now):
            return What.WIDENED
    return What.RETYPED


def _renames(old: Sequence[Column], new: Sequence[Column]) -> dict[str, str]:
    """Old name → new name: a column of the same type in the same place, in a table of the same width."""
    gone, come = (set(names) for names in _apart(old, new))
    if len(old) != len(new):
        return {}
    pairs = zip(old, new, strict=True)
    return {a.name: b.name for a, b in pairs if a.name in gone and b.name in come and a.type == b.type}


def _apart(old: Sequence[Column], new: Sequence[Column]) -> tuple[list[str], list[str]]:
    was, now = _by_name(old), _by_name(new)
    return [name for name in was if name not in now], [name for name in now if name not in was]


def _moved(was: Mapping[str, Column], now: Mapping[str, Column]) -> list[str]:
    before, after = [name for name in was if name in now], [name for name in now if name in was]
    return [b for a, b in zip(before, after, strict=True) if a != b]


def _renamed(was: Column, now: Column) -> ColumnChange:
    return ColumnChange(was.name, was.title, What.RENAMED, was.name, now.name)


def _change(column: Column, what: What, *, was: str = "", now: str = "") -> ColumnChange:
    return ColumnChange(column.name, column.title, what, str(was), str(now))


def _told(column: Column) -> str:
    """The type, with its digits where these matter: `decimal(18,2)`."""
    return f"{column.type}({column.precision},{column.scale or 0})" if column.precision else str(column.type)


def _same(one: Column, other: Column) -> bool:
    return replace(one, title="") == replace(other, title="")


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.name: column for column in columns}
