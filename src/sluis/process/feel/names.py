"""Which names an expression needs from outside."""

from collections.abc import Iterable

from sluis.process.feel import syntax as s


def free_names(node: s.Node, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names that nothing within the expression gives a value.

    Within a filter every name may also be an entry of the item, so only those that stand outside filters are certain;
    they are all returned, as the item may not have the entry.
    """
    match node:
        case s.Name(name=name):
            return frozenset() if name in bound else frozenset({name})
        case s.ContextNode(entries=entries):
            return _in_turn(entries, bound)
        case s.For(iterators=iterators, body=body):
            return _iterated(iterators, body, bound | {"partial"})
        case s.Quantified(iterators=iterators, condition=condition):
            return _iterated(iterators, condition, bound)
        case s.FunctionNode(parameters=parameters, body=body):
            return free_names(body, bound | {name for name, _ in parameters})
        case s.Filter(source=source, condition=condition):
            return free_names(source, bound) | free_names(condition, bound | {"item"})
        case _:
            return frozenset().union(*(free_names(child, bound) for child in node.children))


def _in_turn(entries: Iterable[tuple[str, s.Node]], bound: frozenset[str]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for name, value in entries:
        found |= free_names(value, bound)
        bound |= {name}
    return found


def _iterated(iterators: Iterable[s.Iterator], body: s.Node, bound: frozenset[str]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for iterator in iterators:
        for part in (iterator.source, iterator.until):
            found |= free_names(part, bound) if part else frozenset()
        bound |= {iterator.name}
    return found | free_names(body, bound)
