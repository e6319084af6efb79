"""Types of a model: simple ones of FEEL, and item definitions with components, lists and allowed values (DMN 7.3.2)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sluis.process.dmn.elements import ItemType
from sluis.process.feel import compile_unary_tests
from sluis.process.feel.faults import Budget, FeelFault
from sluis.process.feel.frames import Frame
from sluis.process.feel.temporal import moment, read_date, read_date_time, read_duration, read_time
from sluis.process.feel.types import simple_kind
from sluis.process.feel.values import Function, kind


class WrongType(ValueError):
    """The value is not of the type; `place` is the path within the value, `found` what stands there."""

    def __init__(self, expected: str, found: Any, place: str = "") -> None:
        super().__init__(expected)
        self.expected, self.found, self.place = expected, kind(found), place


class NotAllowed(WrongType):
    """Of the right kind, but not one of the allowed values."""


_READERS: dict[str, Callable[[str], Any]] = {
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "days and time duration": read_duration,
    "years and months duration": read_duration,
}
_MAX_DEPTH = 50


class Types:
    """The types of one model, by name."""

    def __init__(self, types: Mapping[str, ItemType]) -> None:
        self._types = types

    def knows(self, reference: str) -> bool:
        return (
            reference in ("", "Any", "feel:Any")
            or simple_kind(reference) is not None
            or self.item(reference) is not None
        )

    def item(self, reference: str) -> ItemType | None:
        """The item definition of that name, or the component that a path such as `tLoan.rate` leads to."""
        if reference in self._types:
            return self._types[reference]
        head, _, tail = reference.partition(".")
        found = self._types.get(head)
        for name in tail.split(".") if tail else ():
            found = next((one for one in found.components if one.name == name), None) if found else None
        return found if tail else None

    def kind(self, reference: str) -> str | None:
        """The FEEL kind behind a reference to a type without components or lists; None for others."""
        for _ in range(_MAX_DEPTH):
            item = self.item(reference)
            if item is None:
                return simple_kind(reference)
            if item.collection or item.components or item.function:
                return None
            reference = item.base
        return None

    def allowed(self, reference: str) -> str:
        """The unary tests that values of the type must pass; empty when all may."""
        for _ in range(_MAX_DEPTH):
            item = self.item(reference)
            if item is None or item.allowed or item.collection:
                return item.allowed if item and not item.collection else ""
            reference = item.base
        return ""

    def coerced(self, value: Any, reference: str, *, read: bool = False) -> Any:
        """The value as that type: a list of one and its item stand for each other, a date for its midnight.

        With `read`, a text becomes the date, time or duration the type asks for. Raises WrongType or NotAllowed.
        """
        if value is None or reference in ("", "Any", "feel:Any"):
            return value
        item = self.item(reference)
        if item is not None:
            return self._as_item(value, item, read, _MAX_DEPTH)
        wanted = simple_kind(reference)
        return value if wanted is None else _as_simple(value, wanted, read)

    def _as_item(self, value: Any, item: ItemType, read: bool, depth: int) -> Any:
        if value is None:
            return None
        if depth == 0:
            raise WrongType(item.name, value)
        if not item.collection:
            made = value[0] if isinstance(value, list) and len(value) == 1 and self._single(item) else value
            return self._single_item(made, item, read, depth)
        items: list[Any] = value if isinstance(value, list) else [value]
        made = [self._single_item(one, item, read, depth) for one in items]
        _check_allowed(made, item.allowed_whole, item.name)
        return made

    def _single(self, item: ItemType) -> bool:
        """Whether the type is surely not a list."""
        return bool(item.components) or self.kind(item.name) not in (None, "list")

    def _single_item(self, value: Any, item: ItemType, read: bool, depth: int) -> Any:
        if value is None:
            return None
        if item.components:
            made: Any = self._components(value, item, read, depth)
        elif item.function:
            made = value if isinstance(value, Function) else _wrong(item.name, value)
        else:
            base = self.item(item.base)
            made = self._as_item(value, base, read, depth - 1) if base else self.coerced(value, item.base, read=read)
        _check_allowed(made, item.allowed, item.name)
        if not item.collection:
            _check_allowed(made, item.allowed_whole, item.name)
        return made

    def _components(self, value: Any, item: ItemType, read: bool, depth: int) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise WrongType(item.name, value)
        made = dict(value)
        for component in item.components:
            if component.name not in value:
                if not read:
                    raise WrongType(item.name, None, component.name)
                made[component.name] = None
                continue
            try:
                made[component.name] = self._as_item(value[component.name], component, read, depth - 1)
            except WrongType as error:
                error.place = f"{component.name}.{error.place}".rstrip(".")
                raise
        return made


def _wrong(expected: str, value: Any) -> Any:
    raise WrongType(expected, value)


def _as_simple(value: Any, wanted: str, read: bool) -> Any:
    if kind(value) == wanted:
        return value
    if read and isinstance(value, str) and wanted in _READERS:
        found = _READERS[wanted](value)
        if found is not None and kind(found) == wanted:
            return found
    if isinstance(value, list) and len(value) == 1:
        return _as_simple(value[0], wanted, read)
    if wanted == "date and time" and type(value) is date:
        return moment(value)
    if wanted == "list":
        return [value]
    raise WrongType(wanted, value)


def _check_allowed(value: Any, allowed: str, name: str) -> None:
    if not allowed or value is None:
        return
    try:
        tests = compile_unary_tests(allowed)
    except FeelFault:
        return  # the check of the model says so
    if not tests.holds(value, Frame({}, Budget())):
        raise NotAllowed(name, value)
