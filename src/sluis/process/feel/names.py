"""Which names an expression needs from outside."""

from collections.abc import Iterable

from sluis.process.feel import syntax as s

_NONE: frozenset[str] = frozenset()


def free_names(node: s.Node, bound: frozenset[str] = _NONE, *, in_filters: bool = True) -> frozenset[str]:
    """Names that nothing within the expression gives a value.

    Within a filter a name may also be an entry of the item, which nobody knows beforehand: without `in_filters`
    only the names are given that certainly come from outside.
    """
    match node:
        case s.Name(name=name):
            return _NONE if name in bound else frozenset({name})
        case s.ContextNode(entries=entries):
            return _in_turn(entries, bound, in_filters)
        case s.For(iterators=iterators, body=body):
            return _iterated(iterators, body, bound | {"partial"}, in_filters)
        case s.Quantified(iterators=iterators, condition=condition):
            return _iterated(iterators, condition, bound, in_filters)
        case s.FunctionNode(parameters=parameters, body=body):
            return free_names(body, bound | {name for name, _ in parameters}, in_filters=in_filters)
        case s.Filter(source=source, condition=condition):
            found = free_names(source, bound, in_filters=in_filters)
            return found | (free_names(condition, bound | {"item"}) if in_filters else _NONE)
        case _:
            return _NONE.union(*(free_names(child, bound, in_filters=in_filters) for child in node.children))


def _in_turn(entries: Iterable[tuple[str, s.Node]], bound: frozenset[str], in_filters: bool) -> frozenset[str]:
    found = _NONE
    for name, value in entries:
        found |= free_names(value, bound, in_filters=in_filters)
        bound |= {name}
    return found


def _iterated(iterators: Iterable[s.Iterator], body: s.Node, bound: frozenset[str], in_filters: bool) -> frozenset[str]:
    found = _NONE
    for iterator in iterators:
        for part in (iterator.source, iterator.until):
            found |= free_names(part, bound, in_filters=in_filters) if part else _NONE
        bound |= {iterator.name}
    return found | free_names(body, bound, in_filters=in_filters)
