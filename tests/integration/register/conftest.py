"""Two organisations with people, for tests on who may see and change what."""

from typing import Any
from uuid import UUID

import pytest

from sluis.foundation.service import create_organisation
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.ids import new_id
from sluis.register import service as register
from sluis.register.types import ContactRecord, DatasetRecord


@pytest.fixture
def merwede(data_folder: object) -> Any:
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


@pytest.fixture
def elders(data_folder: object) -> Any:
    return create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")


def person(organisation: Any, *roles: str) -> Actor:
    number = new_id()
    return Actor(key=number.hex, user_id=number, grants=frozenset(Held(organisation.id, role) for role in roles))


@pytest.fixture
def steward(merwede: Any) -> Actor:
    return person(merwede, "data_steward")


@pytest.fixture
def viewer(merwede: Any) -> Actor:
    return person(merwede, "viewer")


@pytest.fixture
def stranger(elders: Any) -> Actor:
    return person(elders, "data_steward", "coordinator")


@pytest.fixture
def contact(merwede: Any, steward: Actor) -> ContactRecord:
    return register.add_contact(by=steward, organisation_id=merwede.id, name="Team Data", email="data@merwede.example")


@pytest.fixture
def water(merwede: Any, steward: Actor, contact: ContactRecord) -> DatasetRecord:
    return register.create(
        by=steward,
        organisation_id=merwede.id,
        title="Zwemwater in Merwede",
        description="Kwaliteit van het zwemwater op veertig plekken in Merwede, elke week gemeten sinds 2020.",
        themes=["ENVI"],
        licence="CC0",
        openness="open",
        contact=contact.id,
    )


TABLE = UUID("01a20a78-0000-7000-8000-000000000001")
