"""An organisation with people, and processes made on the spot."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluis.foundation.service import create_organisation
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.ids import new_id
from sluis.process import registry
from sluis.process import service as process_door
from sluis.process.types import InstanceRecord, TaskFilter, TaskRecord


def person(organisation: Any, *roles: str) -> Actor:
    number = new_id()
    return Actor(key=number.hex, user_id=number, grants=frozenset(Held(organisation.id, role) for role in roles))


@pytest.fixture(autouse=True)
def _standing(data_folder: Path, fixed_clock: clock.FixedClock) -> Iterator[None]:
    registry.handler_names()  # so that everything was handed in
    kept = (dict(registry._handlers), dict(registry._completions), list(registry._listeners))
    yield
    for now, before in zip((registry._handlers, registry._completions), kept, strict=False):
        now.clear()
        now.update(before)
    registry._listeners[:] = kept[2]


@pytest.fixture
def home() -> Any:
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


@pytest.fixture
def ann(home: Any) -> Actor:
    return person(home, "data_steward")


@pytest.fixture
def bob(home: Any) -> Actor:
    return person(home, "data_steward", "data_owner")


@pytest.fixture
def boss(home: Any) -> Actor:
    return person(home, "coordinator")


@pytest.fixture
def begin(home: Any) -> Callable[..., InstanceRecord]:
    def make(xml: bytes, key: str = "proef", **variables: Any) -> InstanceRecord:
        made = process_door.deploy(by=SYSTEM, kind="process", key=key, xml=xml)
        process_door.make_current(by=SYSTEM, sha256=made.sha256)
        return process_door.start(by=SYSTEM, key=key, subject="test:1", organisation_id=home.id, variables=variables)

    return make


def todo(actor: Actor, view: str = "mine") -> dict[str, TaskRecord]:
    """Open tasks by element."""
    return {task.element: task for task in process_door.tasks(by=actor, filters=TaskFilter(view=view)).rows}
