"""An organisation with a secret draft of everything beside something public, made by the real operations."""

import shutil
import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from tests.chaos.conftest import Province
from tests.integration.release.conftest import decided, describe, publish, ready
from tests.processes import deployed
from tests.unit.process.drawn import end, process, start, user

from sluis.foundation.models import Job
from sluis.foundation.service import run_until_idle
from sluis.governance.models import Processing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.ids import new_id
from sluis.lake import service as lake
from sluis.lake.query import saving
from sluis.lake.service import ingest_now, start_upload
from sluis.process import service as processes
from sluis.process.types import TaskFilter
from sluis.register import service as register
from sluis.register.types import DatasetRecord
from sluis.release import service as release
from sluis.release.types import Outcome
from sluis.requests import service as requests

CANARY = "kanarievogelgeheim"


@dataclass
class World:
    """`things` are the ids of what is not public, by the name their addresses give them.

    `asked` is the number of a data request that is not answered yet; its words and its asker are secret.
    """

    province: Province
    published: DatasetRecord
    draft: DatasetRecord
    things: dict[str, Any] = field(default_factory=dict)
    asked: str = ""

    def person(self, role: str) -> Actor:
        return self.province.people[role]


def table(by: Actor, dataset_id: UUID, folder: Path, text: str) -> UUID:
    path = folder / f"{new_id().hex}.csv"
    path.write_text(text, encoding="utf-8")
    return ingest_now(by=by, dataset_id=dataset_id, path=path)


def drawn(step: str) -> bytes:
    return process(start(), user(step), end(), f"start > {step} > end", key="kanarie")


def work(by: Actor, organisation_id: UUID) -> tuple[UUID, UUID]:
    """A running process with one open task, and their ids."""
    made = processes.deploy(by=SYSTEM, kind="process", key="kanarie", xml=drawn("Kijken"))
    processes.make_current(by=SYSTEM, sha256=made.sha256)
    running = processes.start(by=by, key="kanarie", subject="test:1", organisation_id=organisation_id, title=CANARY)
    return running.id, processes.tasks(by=by, filters=TaskFilter(instance_id=running.id)).rows[0].id


def proposal(by: Actor) -> UUID:
    return processes.propose(by=by, kind="process", key="kanarie", xml=drawn(CANARY), motivation=CANARY).id


def processing(draft: DatasetRecord, dossier_id: UUID) -> UUID:
    """A row of the register of processing, as if the dossier of the draft was about people."""
    said = dict.fromkeys(("purpose", "legal_basis", "recipients"), CANARY)
    row = Processing.objects.create(
        organisation_id=draft.organisation.id,
        dataset_id=draft.id,
        dossier_id=dossier_id,
        dataset_slug=draft.slug,
        dataset_title=draft.title,
        outcome="closed",
        decided_at=clock.now(),
        contains="yes",
        origin="yes",
        changed_at=clock.now(),
        **said,
    )
    return row.id


def request() -> str:
    """A data request with secrets in every field of its form; its number."""
    call_command("createcachetable", verbosity=0)
    cache.clear()
    email = f"{CANARY}@voorbeeld.example"
    said = dict.fromkeys(("topic", "question", "purpose", "name"), CANARY)
    return requests.ask(organisation_slug="merwede", email=email, **said)


def asked_and_agreed(by: Actor, organisation_id: UUID, dataset_id: UUID, older: UUID, version: UUID) -> dict[str, Any]:
    """A kept question, a contract, a source that was fetched in vain, and the difference of two versions."""
    said = dict.fromkeys(("title", "description"), CANARY)
    text = lake.propose_contract(by=by, dataset_id=dataset_id)
    source = lake.create_source(
        by=by, dataset_id=dataset_id, connector_name="folder", title=CANARY, config={"folder": CANARY}, attempts=1
    )
    lake.diff(by=by, old=older, new=version)
    return {
        "query_id": saving.save(
            by=by, organisation_id=organisation_id, sql=f"SELECT 1 AS {CANARY}", shared="organisation", **said
        ).id,
        "contract_id": lake.save_contract(by=by, dataset_id=dataset_id, text=text).id,
        "source_id": source,
        "run_id": lake.run_now(by=by, source_id=source),
        "connector": "folder",
        "old_id": older,
        "form": "csv",
    }


def being_made(by: Actor, dataset_id: UUID, published: str) -> dict[str, Any]:
    """A transformation that is in vain: its test gives a row."""
    made = lake.save_transformation(
        by=by,
        dataset_id=dataset_id,
        sql=f"SELECT 1 AS {CANARY} FROM {published.replace('-', '_')}",
        tests=[{"name": CANARY, "sql": "SELECT 1"}],
        start="hand",
    )
    return {"transformation_id": made, "making_id": lake.run_transformation(by=by, transformation_id=made)}


def build(province: Province, folder: Path, *, public: dict[str, Any] | None = None, cells: str = "") -> World:
    deployed()
    steward, owner = province.people["data_steward"], province.people["data_owner"]
    published = describe(steward, province.organisation, **(public or {}))
    table(steward, published.id, folder, cells or "plaats;aantal\nGorinchem;1\nVianen;2\nLeerdam;3\nAltena;4\n")
    publish(steward, owner, published)
    draft = describe(
        steward,
        province.organisation,
        title=f"{CANARY} concept",
        description=f"{CANARY}: dit is nog geheim en staat dus nergens buiten.",
        keywords=[CANARY],
    )
    older = table(steward, draft.id, folder, f"geheim;aantal\n{CANARY} was;1\nb;2\n")
    version = table(steward, draft.id, folder, f"geheim;aantal\n{CANARY};1\nb;2\nc;3\nte;veel;velden\n")
    dossier = ready(steward, draft)
    upload = start_upload(by=steward, dataset_id=draft.id, filename=f"{CANARY}.csv", length=10)
    parts = register.get(by=steward, dataset_id=draft.id)
    instance, task = work(steward, province.organisation.id)
    things = {
        "dataset_id": draft.id,
        "part_id": parts.distributions[0].id,
        "version_id": version,
        "dossier_id": dossier.id,
        "upload_id": upload.id,
        "feedback_id": new_id(),
        "instance_id": instance,
        "task_id": task,
        "place": "processen",
        "key": "kanarie",
        "proposal_id": proposal(province.people["coordinator"]),
        "processing_id": processing(draft, dossier.id),
        "person_id": owner.user_id,
        "job_id": Job.objects.values_list("id", flat=True).first() or new_id(),
    }
    things |= asked_and_agreed(steward, province.organisation.id, draft.id, older, version)
    things |= being_made(steward, draft.id, published.slug)
    asked = request()
    run_until_idle()
    return World(province, published, draft, things, asked)


@dataclass
class Kept:
    """A world that was built once: its database and data folder, to be put back for the next test."""

    world: World
    database: sqlite3.Connection
    folder: Path

    @classmethod
    def of(cls, world: World, data: Path, folder: Path) -> "Kept":
        database = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(database)
        shutil.copytree(data, folder)
        return cls(world, database, folder)

    def put_back(self, data: Path) -> World:
        """In place of all that is there."""
        connection.ensure_connection()
        self.database.backup(connection.connection)
        shutil.copytree(self.folder, data, dirs_exist_ok=True)
        return replace(self.world, things=dict(self.world.things))


def plan(world: World, title: str) -> DatasetRecord:
    """A dataset that is announced for later and that has a table already."""
    steward = world.person("data_steward")
    from datetime import date

    made = describe(steward, world.province.organisation, title=title)
    lying = ready(steward, made, embargoDate="2027-03-01")
    decided(world.person("data_owner"), lying, Outcome.PLANNED, embargoDate=date(2027, 3, 1).isoformat())
    run_until_idle()
    return made


__all__ = ["CANARY", "World", "build", "plan", "release", "table"]
