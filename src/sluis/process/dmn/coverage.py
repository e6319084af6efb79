"""Whether the rules of a table overlap, and whether they leave a gap.

Each column is cut at the values its cells name: 18 and 65 cut numbers into below 18, 18, between, 65, above 65. Within
one piece every cell gives the same answer, so one value stands for the whole piece. A rule is then a box of pieces.
A cell that depends on other variables is taken to leave no gap and to make no overlap: nobody can know beforehand.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sluis.kernel.errors import SluisError
from sluis.process.dmn.constants import closed, constants
from sluis.process.feel import UnaryTests
from sluis.process.feel import syntax as s
from sluis.process.feel.expressions import guarded
from sluis.process.feel.faults import Budget
from sluis.process.feel.frames import Frame
from sluis.process.feel.names import free_names
from sluis.process.feel.values import YearsMonths, kind
from sluis.process.feel.writing import to_text

MOST_SHOWN = 10
_MOST_PIECES = 400_000
_MOST_STEPS = 200_000
_MOST_RULES = 1_500
_MOST_COLUMNS = 100


class TooComplex(Exception):
    """The table is too large to look at every combination."""


@dataclass(frozen=True)
class Column:
    """`pieces` are values that stand for all values, the missing one (None) last; `covers` has the rules per piece.

    A set of rules is an integer: bit n for the n-th rule. `certain` leaves out cells nobody can know beforehand.
    """

    name: str
    pieces: tuple[Any, ...]
    covers: tuple[int, ...]
    certain: tuple[int, ...]


def column(
    name: str, kind_: str | None, allowed: UnaryTests | None, cells: Sequence[UnaryTests], *, counts: bool = False
) -> Column:
    """Cut a column into pieces; one that `counts` holds 0, 1, 2, … only. Raises TooComplex."""
    cut = _pieces("number" if counts else kind_, allowed, cells)
    if counts:
        cut = [Decimal(one) for one in sorted({int(piece) for piece in cut if piece >= 0})]
    pieces = [*cut, None]
    if len(pieces) * len({cell.text for cell in cells}) > _MOST_PIECES:
        raise TooComplex
    answers: dict[str, tuple[list[bool], list[bool]]] = {}
    covers, certain = [0] * len(pieces), [0] * len(pieces)
    for number, cell in enumerate(cells):
        if cell.text not in answers:
            answers[cell.text] = _answers(cell, pieces)
        for place, (maybe, surely) in enumerate(zip(*answers[cell.text], strict=True)):
            covers[place] |= maybe << number
            certain[place] |= surely << number
    return Column(name, tuple(pieces), tuple(covers), tuple(certain))


def _answers(cell: UnaryTests, pieces: Sequence[Any]) -> tuple[list[bool], list[bool]]:
    """Per piece whether the cell may pass, and whether it surely does."""
    if not _foreseeable(cell):
        return [True] * len(pieces), [False] * len(pieces)
    passed = [_passes(cell, piece) for piece in pieces]
    return passed, passed


def _foreseeable(cell: UnaryTests) -> bool:
    """No other variables, and nothing is calculated from the value itself."""
    for test in cell.tree.tests:
        if not closed(test.operand) and free_names(test.operand) - {"?"} - _functions(test.operand):
            return False
        if test.asks_input and any(
            isinstance(one, s.Call | s.Path | s.Filter) and not closed(one) for one in s.walk(test.operand)
        ):
            return False
        if not test.asks_input and not closed(test.operand):
            return False
    return True


def _functions(node: s.Node) -> frozenset[str]:
    return frozenset(
        one.function.name for one in s.walk(node) if isinstance(one, s.Call) and isinstance(one.function, s.Name)
    )


def _passes(cell: UnaryTests, value: Any) -> bool:
    try:
        return guarded(lambda: cell.holds(value, Frame({}, Budget(steps=5_000))))
    except SluisError:
        return False


def _pieces(kind_: str | None, allowed: UnaryTests | None, cells: Sequence[UnaryTests]) -> list[Any]:
    named = {
        _key(value): value for tests in (*([allowed] if allowed else []), *cells) for value in constants(tests.tree)
    }
    values = [value for value in named.values() if value is not None and kind(value) != "list"]
    kinds = {kind(value) for value in values}
    wanted = kind_ or (kinds.pop() if len(kinds) == 1 else None)
    cut = _CUTS.get(wanted or "")
    if cut is None:
        return [_ANYTHING]
    pieces = cut([value for value in values if kind(value) == wanted])
    return [piece for piece in pieces if allowed is None or _passes(allowed, piece)]


def _key(value: Any) -> Any:
    return (kind(value), value if kind(value) not in ("list", "context", "range") else id(value))


_ANYTHING = "…"
"""Stands for every value that no cell names."""


def _texts(values: list[Any]) -> list[Any]:
    other = _ANYTHING
    while other in values:
        other += "…"
    return [*values, other]


def _ordered(values: list[Any]) -> list[Any]:
    """Below the first, each value, between each two, above the last."""
    points = sorted(values)
    if not points:
        return [_origin()]
    found = [_moved(points[0], -1)]
    for place, point in enumerate(points):
        found.append(point)
        if place + 1 < len(points):
            found.append(_middle(point, points[place + 1]))
    return [piece for piece in (*found, _moved(points[-1], 1)) if piece is not None]


def _origin() -> Decimal:
    return Decimal(0)


def _moved(value: Any, way: int) -> Any:
    try:
        if isinstance(value, YearsMonths):
            return YearsMonths(value.months + way)
        return value + (way if isinstance(value, Decimal) else timedelta(way))
    except OverflowError:
        return None


def _middle(low: Any, high: Any) -> Any:
    """A value between two others; None when there is none."""
    if isinstance(low, YearsMonths):
        return YearsMonths((low.months + high.months) // 2) if high.months - low.months > 1 else None
    if isinstance(low, date) and not isinstance(low, datetime):
        return low + timedelta((high - low).days // 2) if (high - low).days > 1 else None
    return low + (high - low) / 2


_CUTS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "string": _texts,
    "boolean": lambda values: [True, False],
    "number": _ordered,
    "date": lambda values: _ordered(values) if values else [_ANYTHING],
    "date and time": lambda values: _ordered(values) if values else [_ANYTHING],
    "days and time duration": lambda values: _ordered(values) if values else [_ANYTHING],
    "years and months duration": lambda values: _ordered(values) if values else [_ANYTHING],
}


def overlaps(columns: Sequence[Column], rules: int) -> Iterator[tuple[int, int, str]]:
    """Pairs of rules (numbers from 1) that surely hold at the same time, with an example. Raises TooComplex."""
    if rules > _MOST_RULES:
        raise TooComplex
    boxes = [[_pieces_of(column, number) for column in columns] for number in range(rules)]
    for later in range(rules):
        for earlier in range(later):
            common = [a & b for a, b in zip(boxes[earlier], boxes[later], strict=True)]
            if all(common):
                yield earlier + 1, later + 1, _example(columns, [(one & -one).bit_length() - 1 for one in common])


def _pieces_of(column: Column, rule: int) -> int:
    """The pieces where a rule surely passes, as a set of bits."""
    return sum(1 << place for place, rules in enumerate(column.certain) if rules >> rule & 1)


def gaps(columns: Sequence[Column], rules: int) -> Iterator[str]:
    """Examples of input for which no rule holds, missing values left aside. Raises TooComplex."""
    if len(columns) > _MOST_COLUMNS:
        raise TooComplex
    yield from _Search(columns, rules).found(0, (1 << rules) - 1, [])


class _Search:
    """Goes through the columns from left to right, keeping the rules that can still hold."""

    def __init__(self, columns: Sequence[Column], rules: int) -> None:
        self._columns = columns
        self._seen: set[tuple[int, int]] = set()
        self._open_from = self._always(rules)

    def _always(self, rules: int) -> list[int]:
        """Per column the rules that hold whatever stands in it and in all to its right."""
        found = [(1 << rules) - 1]
        for column in reversed(self._columns):
            everywhere = found[-1]
            for covers in column.covers[:-1]:
                everywhere &= covers
            found.append(everywhere)
        return found[::-1]

    def found(self, place: int, left: int, way: list[int]) -> Iterator[str]:
        if not left:
            yield _example(self._columns, way + [0] * (len(self._columns) - place))
            return
        if left & self._open_from[place] or place == len(self._columns) or (place, left) in self._seen:
            return
        self._seen.add((place, left))
        if len(self._seen) > _MOST_STEPS:
            raise TooComplex
        before = None
        for piece, covers in enumerate(self._columns[place].covers[:-1]):
            if left & covers != before:  # else the same as the piece beside it
                before = left & covers
                yield from self.found(place + 1, before, [*way, piece])


def _example(columns: Sequence[Column], places: Sequence[int]) -> str:
    """`age = 17, kind = "x"`: the columns that make a difference, or all when none does."""
    chosen = [(column, column.pieces[place]) for column, place in zip(columns, places, strict=True)]
    telling = [(column, piece) for column, piece in chosen if piece is None or len({*column.covers[:-1]}) > 1]
    return ", ".join(f"{one.name} = {to_text(piece, Budget(), inside=True)}" for one, piece in telling or chosen) or "-"
