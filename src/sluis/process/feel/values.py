"""The values of FEEL (DMN 1.5, chapter 10.3.2) as plain Python values, and when two of them are equal.

None · bool · Decimal · str · date · time · datetime · timedelta (days and time duration) · YearsMonths · list ·
dict (context) · Range · Function. Nothing else ever gets into an evaluation: `from_python` is the door.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import total_ordering
from typing import TYPE_CHECKING, Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.process.feel.faults import Budget

NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""IEEE 754-2008 decimal128, as DMN asks (10.3.2.3.1)."""
_DEEP = 100


@total_ordering
@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A duration in whole months; negative goes back in time."""

    months: int

    def __lt__(self, other: "YearsMonths") -> bool:
        return self.months < other.months


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`; None is without an end on that side."""

    low: Any
    high: Any
    low_closed: bool = True
    high_closed: bool = True

    def contains(self, value: object) -> bool | None:
        """None when the value cannot be compared with the ends."""
        above = True if self.low is None else compare(">=" if self.low_closed else ">", value, self.low)
        below = True if self.high is None else compare("<=" if self.high_closed else "<", value, self.high)
        if above is None or below is None or (self.low is None and self.high is None):
            return None
        return above and below


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """`signatures` are the ways to name the arguments; a trailing `?` may be left out, `...` repeats.

    `call` gets the budget and one argument per parameter (None where left out).
    """

    name: str
    signatures: tuple[tuple[str, ...], ...]
    call: "Callable[[Budget, list[Any]], Any]"
    built_in: bool = False
    """Then `call` looks for the fitting signature itself when the arguments come without names."""


_KINDS: dict[type, str] = {
    bool: "boolean",
    Decimal: "number",
    str: "string",
    date: "date",
    time: "time",
    datetime: "date and time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def kind(value: object) -> str:
    """The FEEL name of the kind of value; `null` for None."""
    return _KINDS.get(type(value), "null")


def from_python(value: object, depth: int = _DEEP) -> Any:
    """The FEEL value for a value from outside (JSON, a form). Raises Invalid for anything FEEL does not know."""
    given = type(value)
    if value is None or (given in _KINDS and given not in (list, dict, Decimal)):
        return value
    if depth == 0:
        raise Invalid("feel.too-nested", N_("De invoer is te diep genest."))
    if isinstance(value, Mapping):
        return {str(key): from_python(item, depth - 1) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [from_python(item, depth - 1) for item in value]
    return _scalar(value)


def _scalar(value: object) -> Any:
    if isinstance(value, int | float | Decimal):
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if number.is_finite() and abs(number.adjusted()) <= NUMBERS.Emax:
            return NUMBERS.plus(number)
    elif isinstance(value, str):
        return str(value)
    raise Invalid("feel.unknown-value", N_("Een waarde van het soort {kind} kan niet."), kind=type(value).__name__)


def equal(left: Any, right: Any, budget: "Budget | None" = None) -> bool | None:
    """Three-valued: None when the two are of different kinds, so that nothing can be said."""
    if left is None or right is None:
        return left is right
    given = type(left)
    if given is not type(right):
        return None
    if given is str or given is Decimal or given is bool:
        return bool(left == right)
    if isinstance(left, list):
        return len(left) == len(right) and _all_equal(left, right, budget)
    if isinstance(left, dict):
        return left.keys() == right.keys() and _all_equal([*left.values()], [right[key] for key in left], budget)
    if isinstance(left, datetime | time) and (left.tzinfo is None) != (right.tzinfo is None):
        return _with_zone(left) == _with_zone(right)
    return bool(left == right)


def _all_equal(left: list[Any], right: list[Any], budget: "Budget | None") -> bool:
    if budget is not None:
        budget.spend(len(left))
    return all(equal(a, b, budget) is True for a, b in zip(left, right, strict=True))


def _with_zone(value: datetime | time) -> datetime | time:
    """A moment without a zone counts as UTC (DMN 1.5, 10.3.2.3.4)."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


_ORDERED = (Decimal, str, date, time, datetime, timedelta, YearsMonths)


def compare(operator: str, left: Any, right: Any) -> bool | None:
    """`<`, `<=`, `>` or `>=`; None when the two have no order between them."""
    if type(left) is not type(right) or type(left) not in _ORDERED:
        return None
    if isinstance(left, datetime | time) and (left.tzinfo is None) != (right.tzinfo is None):
        left, right = _with_zone(left), _with_zone(right)
    if operator == "<":
        return left < right
    if operator == "<=":
        return left <= right
    return left > right if operator == ">" else left >= right
