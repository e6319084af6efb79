"""Adding, subtracting, multiplying, dividing, raising (DMN 1.5, tables 55-58). What has no answer is null."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sluis.process.feel import temporal
from sluis.process.feel.faults import Budget
from sluis.process.feel.values import YearsMonths

Operation = Callable[[Any, Any, Budget], Any]
_Duration = timedelta | YearsMonths


def _add(left: Any, right: Any, budget: Budget) -> Any:
    if type(left) is Decimal and type(right) is Decimal:
        return left + right
    if type(left) is str and type(right) is str:
        budget.text(len(left) + len(right))
        return left + right
    if isinstance(left, _Duration) and isinstance(right, date | time):
        left, right = right, left
    if isinstance(left, date | time) and isinstance(right, _Duration):
        return _moved(left, right)
    return _durations(left, right, lambda a, b: a + b)


def _subtract(left: Any, right: Any, budget: Budget) -> Any:
    if type(left) is Decimal and type(right) is Decimal:
        return left - right
    if isinstance(left, date) and isinstance(right, date):
        return _apart(left, right)
    if isinstance(left, time) and isinstance(right, time):
        return temporal.day_time(left) - temporal.day_time(right)
    if isinstance(left, date | time) and isinstance(right, _Duration):
        return _moved(left, _negative(right))
    return _durations(left, right, lambda a, b: a - b)


def _apart(left: date, right: date) -> timedelta | None:
    """Between a date and a moment the date is the midnight UTC that begins it."""
    if isinstance(left, datetime) and isinstance(right, datetime):
        return temporal.between(left, right)
    if type(left) is date and type(right) is date:
        return left - right
    return temporal.between(temporal.moment(left), temporal.moment(right))


def _moved(value: date | time, length: _Duration) -> Any:
    if isinstance(value, time):
        return temporal.shifted(value, length) if isinstance(length, timedelta) else None
    if isinstance(length, YearsMonths):
        return temporal.plus_months(value, length.months)
    if not isinstance(value, datetime):
        return (datetime.combine(value, temporal.MIDNIGHT) + length).date()
    if value.tzinfo is None:
        return value + length
    return (value.astimezone(UTC) + length).astimezone(value.tzinfo)


def _durations(left: Any, right: Any, combine: Callable[[Any, Any], Any]) -> Any:
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return combine(left, right)
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return YearsMonths(combine(left.months, right.months))
    return None


def _negative(length: _Duration) -> _Duration:
    return YearsMonths(-length.months) if isinstance(length, YearsMonths) else -length


def _multiply(left: Any, right: Any, budget: Budget) -> Any:
    if type(left) is Decimal and type(right) is Decimal:
        return left * right
    if type(left) is Decimal:
        left, right = right, left
    if type(right) is Decimal:
        return _scaled(left, right)
    return None


def _divide(left: Any, right: Any, budget: Budget) -> Any:
    if type(right) is Decimal:
        return left / right if type(left) is Decimal else _scaled(left, 1 / right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _micro(left) / _micro(right)
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return Decimal(left.months) / Decimal(right.months)
    return None


def _scaled(length: Any, factor: Decimal) -> Any:
    if isinstance(length, timedelta):
        return timedelta(microseconds=int((_micro(length) * factor).to_integral_value()))
    if isinstance(length, YearsMonths):
        return YearsMonths(int(length.months * factor))
    return None


def _micro(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(microseconds=1))


def _raise(left: Any, right: Any, budget: Budget) -> Any:
    if type(left) is Decimal and type(right) is Decimal:
        budget.spend(20)
        return left**right
    return None


OPERATIONS: dict[str, Operation] = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide, "**": _raise}


def calculated(operation: Operation, left: Any, right: Any, budget: Budget) -> Any:
    """Out of range, or divided by zero, is null too."""
    try:
        return operation(left, right, budget)
    except (ArithmeticError, ValueError, TypeError):
        return None


def negated(value: Any) -> Any:
    if type(value) is Decimal:
        return -value
    return _negative(value) if isinstance(value, _Duration) else None
