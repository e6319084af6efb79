"""Random small processes, operated at random by people who try everything: none stalls, four eyes hold."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.process.conftest import person
from tests.unit.process.drawn import end, gateway, process, start, user

from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.errors import SluisError
from sluis.process import service as door
from sluis.process.models import Instance, Task
from sluis.process.moving import load
from sluis.process.types import TaskFilter

pytestmark = pytest.mark.django_db
type Drawn = tuple[list[str], list[str], str, str]


class Names:
    def __init__(self) -> None:
        self.count = 0

    def new(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"


@st.composite
def blocks(draw: st.DrawFn, names: Names, depth: int) -> Drawn:
    """(elements, flows, first element, last element) of a well-formed piece."""
    kinds = ["step", "step", "row", "parallel", "inclusive", "exclusive", "loop"] if depth else ["step"]
    kind = draw(st.sampled_from(kinds))
    if kind == "step":
        key = names.new("u")
        earlier = [f"u{n}" for n in range(1, names.count) if n % 3 == 0]
        more = {"sluis_four_eyes_with": draw(st.sampled_from(earlier))} if earlier and draw(st.booleans()) else {}
        return [key if not more else f"{key} {more['sluis_four_eyes_with']}"], [], key, key
    inner = [draw(blocks(names, depth - 1)) for _ in range(1 if kind == "loop" else 2)]
    elements = [one for part in inner for one in part[0]]
    flows = [one for part in inner for one in part[1]]
    if kind == "row":
        return elements, [*flows, f"{inner[0][3]} > {inner[1][2]}"], inner[0][2], inner[1][3]
    first, last = names.new("g"), names.new("g")
    if kind == "loop":
        (_, _, head, tail), out = inner[0], names.new("g")
        elements += [f"exclusive {first}", f"exclusive {last} {last}-{out}", f"exclusive {out}"]
        back = f"{last} > {first} ? x > 1 max=2"
        return elements, [*flows, f"{first} > {head}", f"{tail} > {last}", f"{last} > {out}", back], first, out
    default = "" if kind == "parallel" else f" {first}-{inner[1][2]}"
    condition = "" if kind == "parallel" else " ? x > 0"
    elements += [f"{kind} {first}{default}", f"{kind} {last}"]
    flows += [f"{first} > {inner[0][2]}{condition}", f"{first} > {inner[1][2]}"]
    flows += [f"{inner[0][3]} > {last}", f"{inner[1][3]} > {last}"]
    return elements, flows, first, last


@st.composite
def processes(draw: st.DrawFn) -> bytes:
    names = Names()
    elements, flows, first, last = draw(blocks(names, 3))
    made = {element.split()[0] for element in elements}
    drawn = []
    for element in elements:
        kind, *rest = element.split()
        if kind in ("parallel", "inclusive", "exclusive"):
            drawn.append(gateway(kind, rest[0], rest[1] if len(rest) > 1 else ""))
        else:
            partners = [one for one in rest if one in made]
            drawn.append(user(kind, **({"sluis_four_eyes_with": partners[0]} if partners else {})))
    return process(start(), *drawn, end(), f"start > {first}", f"{last} > end", *flows)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(xml=processes(), data=st.data())
def test_every_process_goes_on_and_nobody_gets_round_four_eyes(
    xml: bytes, data: st.DataObject, home: Any, begin: Any
) -> None:
    made = begin(xml, x=data.draw(st.integers(0, 2)))
    people = [person(home, "data_steward") for _ in range(3)]
    lent = Actor(
        "lent", user_id=people[0].user_id, grants=frozenset({Held(home.id, "data_steward", giver=people[1].key)})
    )
    acts: list[Callable[..., Any]] = [door.complete, door.complete, door.complete, door.claim, door.unclaim]
    for _ in range(60):
        rows = door.tasks(by=people[0], filters=TaskFilter(view="team", instance_id=made.id)).rows
        row = Instance.objects.get(id=made.id)
        if row.state == "ended":
            break
        assert rows, "nothing left to do, and not ended"
        assert {task.element for task in rows} == {one.node.id for one in load(row).pending()}
        who, act = data.draw(st.sampled_from([*people, lent])), data.draw(st.sampled_from(acts))
        in_order = sorted(rows, key=lambda row: row.element)  # made at once they come in any order, also in a replay
        task = data.draw(st.sampled_from(in_order))
        could = next(one for one in door.tasks(by=who, filters=TaskFilter(view="team")).rows if one.id == task.id)
        try:
            act(by=who, task_id=task.id)
            assert could.may_complete or act is door.unclaim
        except SluisError:
            assert not could.may_complete or act is door.unclaim
            assert door.instance(by=SYSTEM, instance_id=made.id).version == row.version
    _four_eyes_held(made.id)


def _four_eyes_held(instance_id: Any) -> None:
    done = list(Task.objects.filter(instance_id=instance_id, state="done").prefetch_related("four_eyes"))
    for one in done:
        partners = {pair.element for pair in one.four_eyes.all()}
        for other in done:
            if other.element in partners and other.id != one.id:
                assert not {one.completed_by, one.completed_for} & {other.completed_by, other.completed_for} - {""}
