"""A province with people in every role, and a dataset with a table that is ready."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.processes import deployed

from sluis.foundation.service import audit, blobs, create_organisation, run_until_idle, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.ids import new_id
from sluis.lake.models import TableVersion
from sluis.lake.profile.entry import profile
from sluis.register import service as register
from sluis.register.types import DatasetRecord
from sluis.release import addresses
from sluis.release import service as release
from sluis.release.models import PublicDataset
from sluis.release.types import DossierRecord, Outcome

GROUND = "Woo artikel 5.1, tweede lid, onder e: de persoonlijke levenssfeer."
MOTIVATION = "De data gaat over voorzieningen van de provincie en niet over mensen."


def documents() -> tuple[Any, ...]:
    """Everything that stands outside, in the order of the feed, as the outside reads it."""
    rows = PublicDataset.objects.order_by("slug").values_list("document", flat=True)
    return tuple(addresses.completed(row) for row in rows)


def person(organisation: Any, *roles: str) -> Actor:
    number = new_id()
    return Actor(key=number.hex, user_id=number, grants=frozenset(Held(organisation.id, role) for role in roles))


@pytest.fixture(autouse=True)
def _standing(data_folder: Path, fixed_clock: clock.FixedClock) -> None:
    assert audit.head()[0] == 0
    deployed()


@pytest.fixture
def merwede() -> Any:
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


@pytest.fixture
def steward(merwede: Any) -> Actor:
    return person(merwede, "data_steward")


@pytest.fixture
def owner(merwede: Any) -> Actor:
    return person(merwede, "data_owner")


@pytest.fixture
def officer(merwede: Any) -> Actor:
    return person(merwede, "privacy_officer")


@pytest.fixture
def manager(merwede: Any) -> Actor:
    return person(merwede, "data_manager")


@pytest.fixture
def stranger() -> Actor:
    other = create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")
    return person(other, "data_steward", "data_owner", "privacy_officer", "data_manager")


def describe(steward: Actor, organisation: Any, title: str = "Laadpalen in Merwede", **more: Any) -> DatasetRecord:
    known = register.contacts(by=steward, organisation_id=organisation.id)
    contact = (
        known[0]
        if known
        else register.add_contact(
            by=steward, organisation_id=organisation.id, name="Team Data", email="data@merwede.example"
        )
    )
    fields = {
        "description": "Waar u in de provincie een elektrische auto kunt opladen, met vermogen en eigenaar.",
        "themes": ["ENER"],
        "licence": "CC0",
        "contact": contact.id,
        "keywords": ["laadpaal", "elektrisch rijden"],
    }
    return register.create(by=steward, organisation_id=organisation.id, title=title, **(fields | more))


def hand_in(by: Actor, dataset: DatasetRecord, rows: dict[str, list[Any]], folder: Path) -> TableVersion:
    """A table version as the ingest leaves it: blob, report and profile, made by the real profile."""
    path = folder / "data.parquet"
    pq.write_table(pa.table(rows), path)
    columns = [{"name": name, "title": name.title(), "type": _type(values)} for name, values in rows.items()]
    count = len(next(iter(rows.values())))
    report = {
        "format": "csv",
        "dialect": {},
        "rows_read": count,
        "rows_loaded": count,
        "rows_rejected": 0,
        "columns": columns,
        "geometry": None,
        "warnings": [],
    }
    found = profile({"source": str(path), "columns": columns}, lambda *_: None)
    ref = blobs.put_file(path)
    number = TableVersion.objects.filter(dataset_id=dataset.id).count() + 1
    with writing(by=by, action="lake.table.requested", subject=("dataset", dataset.id)):
        return TableVersion.objects.create(
            dataset_id=dataset.id,
            number=number,
            filename="palen.csv",
            source_sha256=ref.sha256,
            source_size=ref.size,
            status="ready",
            report=report,
            profile=found,
            data_sha256=ref.sha256,
            data_size=ref.size,
            rows_read=count,
            rows_loaded=count,
            rows_total=count,
            parts=[{"sha256": ref.sha256, "size": ref.size, "rows": count}],
            created_by=by.key,
            created_at=clock.now(),
        )


def closed_licence() -> str:
    return next(c.uri for c in register.concepts("donl-licence") if "gesloten" in c.uri)


def _type(values: list[Any]) -> str:
    return {int: "integer", float: "number", str: "text"}[type(values[0])]


PALEN = {"paal": [1, 2, 3, 4], "plaats": ["Gorinchem", "Gorinchem", "Vianen", "Leerdam"], "vermogen": [11, 22, 11, 50]}


@pytest.fixture
def palen(merwede: Any, steward: Actor, tmp_path: Path) -> DatasetRecord:
    record = describe(steward, merwede)
    hand_in(steward, record, PALEN, tmp_path)
    return record


PLAIN = {
    "trigger": "inventory",
    "heldHere": "yes",
    "publicTask": "yes",
    "excludedCategory": "none",
    "kind": "data",
    "containsPersonalData": "no",
    "personalOrigin": "no",
    "interestsTouched": "no",
    "thirdParties": "no",
    "environmental": "no",
    "rightsExist": "no",
    "confidentiality": "public",
    "mosaicRisk": "no",
    "criticalInfrastructure": "no",
    "profiling": "no",
    "algorithm": "no",
    "hvdTheme": "none",
    "inspire": "no",
    "dynamic": "no",
}
"""The answers of an intake of plain, own data that is about nobody."""


def ready(steward: Actor, dataset: DatasetRecord, **answers: Any) -> DossierRecord:
    """A dossier as far as it goes by itself after the intake; plain data lies with the data owner then."""
    opened = release.open_dossier(by=steward, dataset_id=dataset.id)
    release.answer(by=steward, dossier_id=opened.id, element="Intake", answers=PLAIN | answers)
    run_until_idle()
    return release.dossier(by=steward, dossier_id=opened.id)


LAWFUL = {
    "absoluteGrounds": ["none"],
    "relativeGrounds": ["5.1.2e"],
    "publicInterestOutweighs": "no",
    "environmental": "no",
    "disproportionateHarm": "no",
    "policyViews": "no",
    "olderThanFiveYears": "no",
    "groundsConcern": "all",
    "thirdParties": "no",
    "opennessMotivation": "De klachten zijn te herleiden tot mensen.",
}


def refused_by_law(steward: Actor, dataset: DatasetRecord) -> DossierRecord:
    """A dossier that a lawyer found a ground against; it lies with the data owner."""
    lying = ready(steward, dataset, interestsTouched="yes")
    lawyer = person(SimpleNamespace(id=dataset.organisation.id), "lawyer")
    release.answer(by=lawyer, dossier_id=lying.id, element="OpennessJudge", answers=LAWFUL)
    run_until_idle()
    return release.dossier(by=steward, dossier_id=lying.id)


def decided(owner: Actor, dossier: DossierRecord, outcome: Outcome = Outcome.OPEN, **more: Any) -> DossierRecord:
    words = {"motivation": MOTIVATION} | ({"legalGround": GROUND} if outcome in ("restricted", "closed") else {})
    expected = more.pop("expected", dossier.content_sha256)
    answers = {"decision": outcome.value, **words, **more}
    return release.answer(by=owner, dossier_id=dossier.id, element="Decide", answers=answers, expected=expected)


def publish(steward: Actor, owner: Actor, dataset: DatasetRecord, outcome: Outcome = Outcome.OPEN) -> DossierRecord:
    lying = refused_by_law(steward, dataset) if outcome is Outcome.CLOSED else ready(steward, dataset)
    decided(owner, lying, outcome)
    run_until_idle()
    return release.dossier(by=steward, dossier_id=lying.id)


@pytest.fixture
def published(steward: Actor, owner: Actor, palen: DatasetRecord) -> DossierRecord:
    return publish(steward, owner, palen)
