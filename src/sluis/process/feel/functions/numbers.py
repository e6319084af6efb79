"""Functions on numbers and booleans (DMN 1.5, 10.3.4.2 and 10.3.4.5)."""

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.functions.declaring import feel, whole

_SCALES = range(-6111, 6177)
"""What decimal128 can be rounded to."""


@feel("not", "negand: b")
def _not(budget: Budget, negand: bool) -> bool:
    return not negand


def _rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    digits = whole(scale)
    if digits not in _SCALES:
        raise ValueError(scale)
    if -digits < value.as_tuple().exponent and not value.is_zero() and digits > 0:  # type: ignore[operator]
        return value
    return value.quantize(Decimal(1).scaleb(-digits), rounding=rounding)


@feel("decimal", "n: n, scale: n")
def _decimal(budget: Budget, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_HALF_EVEN)


@feel("floor", "n: n", "n: n, scale: n")
def _floor(budget: Budget, n: Decimal, scale: Decimal = Decimal()) -> Decimal:
    return _rounded(n, scale, ROUND_FLOOR)


@feel("ceiling", "n: n", "n: n, scale: n")
def _ceiling(budget: Budget, n: Decimal, scale: Decimal = Decimal()) -> Decimal:
    return _rounded(n, scale, ROUND_CEILING)


@feel("round up", "n: n, scale: n")
def _round_up(budget: Budget, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_UP)


@feel("round down", "n: n, scale: n")
def _round_down(budget: Budget, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_DOWN)


@feel("round half up", "n: n, scale: n")
def _round_half_up(budget: Budget, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_HALF_UP)


@feel("round half down", "n: n, scale: n")
def _round_half_down(budget: Budget, n: Decimal, scale: Decimal) -> Decimal:
    return _rounded(n, scale, ROUND_HALF_DOWN)


@feel("abs", "n: n|dur|ym")
def _abs(budget: Budget, n: Any) -> Any:
    return n if not hasattr(n, "months") and abs(n) == n else _positive(n)


def _positive(length: Any) -> Any:
    from sluis.process.feel.values import YearsMonths

    return YearsMonths(abs(length.months)) if isinstance(length, YearsMonths) else abs(length)


@feel("modulo", "dividend: n, divisor: n")
def _modulo(budget: Budget, dividend: Decimal, divisor: Decimal) -> Decimal:
    """The sign is that of the divisor (DMN 1.5, table 76)."""
    rest = dividend % divisor
    return rest + divisor if rest and (rest < 0) != (divisor < 0) else rest


@feel("sqrt", "number: n")
def _sqrt(budget: Budget, n: Decimal) -> Decimal:
    return n.sqrt()


@feel("log", "number: n")
def _log(budget: Budget, n: Decimal) -> Decimal | None:
    return n.ln() if n > 0 else None


@feel("exp", "number: n")
def _exp(budget: Budget, n: Decimal) -> Decimal:
    return n.exp()


@feel("odd", "number: n")
def _odd(budget: Budget, n: Decimal) -> bool | None:
    return _is_whole(n) and n % 2 != 0


@feel("even", "number: n")
def _even(budget: Budget, n: Decimal) -> bool | None:
    return _is_whole(n) and n % 2 == 0


def _is_whole(n: Decimal) -> bool:
    return n == n.to_integral_value()
