"""A province that can be asked: people who answer, a form to ask with, and the mails that went out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from tests.integration.release.conftest import person
from tests.processes import deployed

from sluis.foundation.service import create_organisation, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.process import service as process
from sluis.process.types import InstanceRecord, TaskFilter, TaskRecord
from sluis.requests import service as requests
from sluis.requests.models import DataRequest

ASKED = {
    "topic": "Tellingen van fietsers op de Dijkweg",
    "question": "Ik ben Piet Kanarie van de Kerkstraat 9. Hoeveel fietsers reden er in 2025?",
    "purpose": "Voor mijn buurtkrant.",
    "name": "Piet Kanarie",
    "email": "piet@kanarie.example",
}
SECRETS = ("Kanarie", "Kerkstraat", "buurtkrant", "piet@")
CLEAR = {
    "clear": "yes",
    "alreadyPublic": "no",
    "reuse": "yes",
    "requesterPublicBody": "no",
    "publicBody": "yes",
    "heldHere": "yes",
    "publicTask": "yes",
    "excludedCategory": "none",
}
ANSWER = {"publicQuestion": "Hoeveel fietsers reden er in 2025 op de Dijkweg?", "answer": "Gemiddeld 812 per dag."}


@dataclass
class Desk:
    """Does tasks of one request only through the inbox: whoever has the role finds the task there and completes it."""

    people: dict[str, Actor]
    number: str

    @property
    def row(self) -> DataRequest:
        return DataRequest.objects.get(number=self.number)

    @property
    def instance(self) -> InstanceRecord:
        found = self.row.instance_id
        assert found
        return process.instance(by=SYSTEM, instance_id=found)

    @property
    def todo(self) -> dict[str, TaskRecord]:
        filters = TaskFilter(view="team", instance_id=self.row.instance_id)
        return {task.element: task for task in process.tasks(by=SYSTEM, filters=filters).rows}

    def do(self, element: str, **answers: Any) -> None:
        task = self.todo[element]
        actor = self.people[task.role]
        mine = process.tasks(by=actor, filters=TaskFilter(view="mine")).rows
        assert task.id in {one.id for one in mine}, "it stands in the inbox of who has to do it"
        process.complete(by=actor, task_id=task.id, answers=answers, expected_version=task.version)
        run_until_idle()

    def public(self) -> Any:
        return requests.public_request(number=self.number)


@pytest.fixture(autouse=True)
def _standing(data_folder: Path, fixed_clock: clock.FixedClock, db: None) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()
    deployed()


@pytest.fixture
def merwede() -> Any:
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede", name_en="Province of Merwede")


@pytest.fixture
def people(merwede: Any) -> dict[str, Actor]:
    roles = ("viewer", "data_steward", "data_owner", "coordinator", "lawyer")
    return {role: person(merwede, role) for role in roles}


@pytest.fixture
def mails(settings: Any) -> list[Any]:
    settings.SLUIS = replace(settings.SLUIS, mail_host="mail.example")
    mail.outbox = []
    return mail.outbox


@pytest.fixture
def asked(people: dict[str, Actor]) -> Callable[..., Desk]:
    def make(**more: str) -> Desk:
        number = requests.ask(organisation_slug="merwede", **(ASKED | {"ip": "192.0.2.1"} | more))
        run_until_idle()
        return Desk(people, number)

    return make
