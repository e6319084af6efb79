"""The same process as a list: what a person or Sluis has to do, in the order in which the process comes by."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush

from sluis.process.drawing.picture import Item, Picture
from sluis.process.types import Step, StepState

_HOLDERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_FAR = 2_000


@dataclass(frozen=True, slots=True)
class OrderedStep:
    """`depth` counts the sub-processes around it; `role` is '' when Sluis does it; `at` is when it was last done."""

    element: str
    kind: str
    name: str
    state: StepState
    role: str
    at: datetime | None
    times: int
    depth: int


def ordered(picture: Picture, progress: Mapping[str, Step], *, language: str = "nl") -> tuple[OrderedStep, ...]:
    """Tasks, calls and sub-processes. What `progress` does not name is still to do."""
    return tuple(
        _step(item, progress.get(item.id), depth, language) for item, depth in _walk(picture, "", 0) if _is_step(item)
    )


def _is_step(item: Item) -> bool:
    return bool(item.name) and (item.kind.endswith("Task") or item.kind in _HOLDERS | {"task", "callActivity"})


def _step(item: Item, found: Step | None, depth: int, language: str) -> OrderedStep:
    return OrderedStep(
        element=item.id,
        kind=item.kind,
        name=item.called(language),
        state=found.state if found else StepState.AHEAD,
        role=(found.role if found else "") or item.role,
        at=found.at if found else None,
        times=found.times if found else 0,
        depth=depth,
    )


def _walk(picture: Picture, parent: str, depth: int) -> Iterator[tuple[Item, int]]:
    for item in _in_order(picture, parent):
        yield item, depth
        if item.kind in _HOLDERS:
            yield from _walk(picture, item.id, depth + 1)


def _in_order(picture: Picture, parent: str) -> list[Item]:
    """What stands in one scope, each after all that leads to it; a way back counts for nothing.

    Of what may come next, the topmost and then the leftmost of the drawing comes first.
    """
    inside = {key: item for key, item in picture.items.items() if item.parent == parent}
    place = _places(picture)
    ways = _onward(_ways(inside, place), sorted(inside, key=place), place)
    waits = Counter(target for targets in ways.values() for target in targets)
    ready = [(place(key), key) for key in inside if not waits[key]]
    heapify(ready)
    found: list[Item] = []
    while ready:
        _, key = heappop(ready)
        found.append(inside[key])
        for target in ways[key]:
            waits[target] -= 1
            if not waits[target]:
                heappush(ready, (place(target), target))
    return found


def _leads(ways: Mapping[str, list[str]], start: str, goal: str) -> bool:
    """Whether `goal` can be reached; a hunt through thousands of steps is given up, which costs only the order."""
    seen, open_ = {start}, [start]
    while open_ and len(seen) < _FAR:
        key = open_.pop()
        if key == goal:
            return True
        open_ += [target for target in ways[key] if target not in seen]
        seen.update(ways[key])
    return False


def _onward(ways: Mapping[str, list[str]], keys: list[str], place: "_Place") -> dict[str, list[str]]:
    """The ways without those back to where the walk came from, or up to an earlier step that leads here.

    Iterative, so no process is too long for it.
    """
    kept: dict[str, list[str]] = {key: [] for key in keys}
    led_to = {target for targets in ways.values() for target in targets}
    seen: set[str] = set()
    for start in sorted(keys, key=lambda key: key in led_to):
        stack = [] if start in seen else [(start, iter(ways[start]))]
        on_the_way = {start}
        seen.add(start)
        while stack:
            key, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                on_the_way.discard(key)
                stack.pop()
            elif target not in seen:
                kept[key].append(target)
                seen.add(target)
                on_the_way.add(target)
                stack.append((target, iter(ways[target])))
            elif target not in on_the_way and (place(target) >= place(key) or not _leads(ways, target, key)):
                kept[key].append(target)
    return kept


def _ways(inside: Mapping[str, Item], place: "_Place") -> dict[str, list[str]]:
    """Where each element leads: along its flows, and to the events on its border."""
    found: dict[str, list[str]] = {key: [] for key in inside}
    for item in inside.values():
        if item.kind == "sequenceFlow" and item.source in found and item.target in found:
            found[item.source].append(item.target)
        elif item.attached_to in found:
            found[item.attached_to].append(item.id)
    return {key: sorted(targets, key=place) for key, targets in found.items()}


_Place = Callable[[str], tuple[float, float]]


def _places(picture: Picture) -> _Place:
    """Reading order: from top to bottom and from left to right; what is not drawn comes last."""

    def place(key: str) -> tuple[float, float]:
        box = picture.places.get(key)
        return (box.middle[1], box.x) if box else (1e9, 0.0)

    return place
