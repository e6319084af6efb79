"""How points and ranges lie to each other, after Allen (DMN 1.5, 10.3.4.9), and `range` from text."""

from collections.abc import Callable
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.functions.declaring import FUNCTIONS, feel
from sluis.process.feel.values import Function, Range, compare, equal, kind


def _less(left: Any, right: Any) -> bool | None:
    return compare("<", left, right)


def _same(left: Any, right: Any) -> bool | None:
    return equal(left, right)


class _NoOrder(ValueError):
    pass


def _sure(answer: bool | None) -> bool:
    """Raises (so: null) when the two cannot be compared."""
    if answer is None:
        raise _NoOrder
    return answer


def _ends_before(a: Range, b: Range) -> bool:
    apart = not (a.high_closed and b.low_closed)
    return _sure(_less(a.high, b.low)) or (apart and _sure(_same(a.high, b.low)))


def _point(value: Any) -> Range:
    return Range(value, value)


def _starts_first(a: Range, b: Range, *, or_same: bool) -> bool:
    if _sure(_less(a.low, b.low)):
        return True
    if not _sure(_same(a.low, b.low)):
        return False
    return (a.low_closed and not b.low_closed) or (or_same and a.low_closed == b.low_closed)


def _ends_last(a: Range, b: Range, *, or_same: bool) -> bool:
    if _sure(_less(b.high, a.high)):
        return True
    if not _sure(_same(a.high, b.high)):
        return False
    return (a.high_closed and not b.high_closed) or (or_same and a.high_closed == b.high_closed)


def _before(a: Any, b: Any) -> bool:
    return _ends_before(_ranged(a), _ranged(b))


def _ranged(value: Any) -> Range:
    return value if isinstance(value, Range) else _point(value)


def _meets(a: Range, b: Range) -> bool:
    return a.high_closed and b.low_closed and _sure(_same(a.high, b.low))


def _overlaps(a: Range, b: Range) -> bool:
    return not _ends_before(a, b) and not _ends_before(b, a)


def _overlaps_before(a: Range, b: Range) -> bool:
    return _overlaps(a, b) and _starts_first(a, b, or_same=False) and _ends_last(b, a, or_same=True)


def _overlaps_after(a: Range, b: Range) -> bool:
    return _overlaps(a, b) and _ends_last(a, b, or_same=False) and _starts_first(b, a, or_same=True)


def _includes(a: Range, b: Any) -> bool:
    inner = _ranged(b)
    return _starts_first(a, inner, or_same=True) and _ends_last(a, inner, or_same=True)


def _starts(a: Any, b: Range) -> bool:
    inner = _ranged(a)
    same = _sure(_same(inner.low, b.low)) and inner.low_closed == b.low_closed
    return same and _ends_last(b, inner, or_same=True)


def _finishes(a: Any, b: Range) -> bool:
    inner = _ranged(a)
    same = _sure(_same(inner.high, b.high)) and inner.high_closed == b.high_closed
    return same and _starts_first(b, inner, or_same=True)


def _coincides(a: Any, b: Any) -> bool:
    if isinstance(a, Range) and isinstance(b, Range):
        same = _sure(_same(a.low, b.low)) and _sure(_same(a.high, b.high))
        return same and (a.low_closed, a.high_closed) == (b.low_closed, b.high_closed)
    return _sure(_same(a, b))


_PP, _PR, _RP, _RR = ("point1", "point2"), ("point", "range"), ("range", "point"), ("range1", "range2")
_Relation = Callable[[Any, Any], bool]


def _turned(relation: _Relation) -> _Relation:
    return lambda a, b: relation(b, a)


def _relation(name: str, relation: _Relation, *signatures: tuple[str, str]) -> None:
    """Points and ranges may stand only where a signature has them."""

    def call(budget: Budget, given: list[Any]) -> Any:
        shapes = tuple(_shape(value) for value in given)
        wanted = {tuple(parameter.rstrip("12") for parameter in signature) for signature in signatures}
        try:
            return relation(*given) if shapes in wanted else None
        except _NoOrder:
            return None

    FUNCTIONS[name] = Function(name, signatures, call)


def _shape(value: Any) -> str:
    if isinstance(value, Range):
        return "range"
    return "" if kind(value) in ("null", "list", "context", "function", "boolean") else "point"


_relation("before", _before, _PP, _PR, _RP, _RR)
_relation("after", _turned(_before), _PP, _PR, _RP, _RR)
_relation("meets", _meets, _RR)
_relation("met by", _turned(_meets), _RR)
_relation("overlaps", _overlaps, _RR)
_relation("overlaps before", _overlaps_before, _RR)
_relation("overlaps after", _overlaps_after, _RR)
_relation("includes", _includes, _RP, _RR)
_relation("during", _turned(_includes), _PR, _RR)
_relation("starts", _starts, _PR, _RR)
_relation("started by", _turned(_starts), _RP, _RR)
_relation("finishes", _finishes, _PR, _RR)
_relation("finished by", _turned(_finishes), _RP, _RR)
_relation("coincides", _coincides, _PP, _RR)


@feel("range", "from: s")
def _range(budget: Budget, text: str) -> Range | None:
    """A range written with literals only, as in `[1..10]`."""
    from sluis.process.feel import syntax as s
    from sluis.process.feel.faults import FeelFault
    from sluis.process.feel.parser import parse_expression

    try:
        tree = parse_expression(text)
    except FeelFault:
        return None
    if not isinstance(tree, s.RangeNode):
        return None
    ends = [_constant(end) for end in (tree.low, tree.high)]
    made = Range(ends[0], ends[1], tree.low_closed, tree.high_closed)
    if None not in ends and (compare("<=", *ends) is not True):
        return None
    return made


def _constant(node: Any) -> Any:
    """The value of an end that is a literal or a call such as `date("2020-01-01")`; raises ValueError for others."""
    from sluis.process.feel import syntax as s

    match node:
        case None:
            return None
        case s.Literal(value=value) if value is not None:
            return value
        case s.Negate(operand=s.Literal(value=value)):
            return -value  # type: ignore[operator]
        case s.Call(function=s.Name(name=name), arguments=(s.Literal(value=str() as text),)) if name in _MAKERS:
            return FUNCTIONS[name].call(Budget(), [text])
        case _:
            raise ValueError(node)


_MAKERS = ("date", "time", "date and time", "duration")
