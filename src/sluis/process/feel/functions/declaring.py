"""How a built-in function is declared: its name, and its parameters with the kinds they take."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.values import Function, kind

_KINDS = {
    "n": {"number"},
    "s": {"string"},
    "b": {"boolean"},
    "l": {"list"},
    "c": {"context"},
    "f": {"function"},
    "r": {"range"},
    "d": {"date"},
    "dt": {"date and time"},
    "t": {"time"},
    "dur": {"days and time duration"},
    "ym": {"years and months duration"},
}
FUNCTIONS: dict[str, Function] = {}
"""Every built-in function by name; fills up as the modules beside this one are imported."""
Made = Callable[..., Any]
_Parameter = tuple[str, frozenset[str], bool]


def feel(name: str, *signatures: str) -> Callable[[Made], Made]:
    """Declare a function. A signature is `"string: s, start position: n, length?: n"`; `?` may be left out or null,
    `any` takes everything, `x|y` either kind. A last parameter `list...: k` takes a list, or its items one by one.

    The Python function gets the budget and the arguments, of the right kinds, and gives None where there is no answer.
    """

    def declare(made: Made) -> Made:
        read = [_read(signature) for signature in signatures]
        names = tuple(tuple(shown for shown, _, _ in way) for way in read)
        ways = [
            (way, bool(way) and way[-1][0].endswith("..."), sum(not optional for _, _, optional in way)) for way in read
        ]

        def call(budget: Budget, given: list[Any]) -> Any:
            for way, repeats, least in ways:
                arguments = _fitting(way, repeats, least, given)
                if arguments is not None:
                    return _guarded(made, budget, arguments)
            return None

        FUNCTIONS[name] = Function(name, names, call, built_in=True)
        return made

    return declare


def _read(signature: str) -> list[_Parameter]:
    found: list[_Parameter] = []
    for part in filter(None, signature.split(", ")):
        name, _, kinds = part.partition(": ")
        allowed = frozenset() if kinds == "any" else frozenset().union(*(_KINDS[one] for one in kinds.split("|")))
        found.append((name, allowed, name.endswith("?")))
    return found


def _fitting(way: list[_Parameter], repeats: bool, least: int, given: list[Any]) -> list[Any] | None:
    if repeats:
        return [given[0] if len(given) == 1 and isinstance(given[0], list) else given] if given else None
    if not least <= len(given) <= len(way):
        return None
    given = [*given, *[None] * (len(way) - len(given))]
    made: list[Any] = []
    for (_, allowed, optional), value in zip(way, given, strict=True):
        value = _coerced(value, allowed)
        if allowed and kind(value) not in allowed and not (optional and value is None):
            return None
        made.append(value)
    return made


def _coerced(value: Any, allowed: frozenset[str]) -> Any:
    """A list of one is that one, and one is a list of one, where the other is asked for (DMN 1.5, 10.3.2.9.4)."""
    if not allowed or kind(value) in allowed:
        return value
    if "list" in allowed and value is not None:
        return [value]
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _guarded(made: Made, budget: Budget, arguments: list[Any]) -> Any:
    budget.spend(1 + sum(len(one) for one in arguments if isinstance(one, list)))
    try:
        return made(budget, *arguments)
    except (ArithmeticError, ValueError, TypeError):
        return None


def whole(value: Decimal) -> int:
    """Raises ValueError (so: null) when the number has a fraction or is absurdly large."""
    if value != value.to_integral_value() or abs(value) > 10**18:
        raise ValueError(value)
    return int(value)


def number(value: int | str) -> Decimal:
    return Decimal(value)
