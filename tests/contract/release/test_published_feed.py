"""A small province, published by the operations themselves, meets the official shapes: every kind, with its files."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from tests.contract.register.test_official_shapes import ESTABLISHED, FILES, HVD, HVD_HTML, NL, official, violations
from tests.integration.release.conftest import (
    GROUND,
    PALEN,
    decided,
    describe,
    documents,
    hand_in,
    person,
    publish,
    ready,
)
from tests.processes import deployed
from tests.unit.register.examples import catalogue_triples

from sluis.foundation.service import create_organisation, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.register import shapes
from sluis.release import public
from sluis.release import service as release
from sluis.release.types import Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder", "fixed_clock")]
HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"


@pytest.fixture(scope="module")
def catalogue(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, ...]:
    """Made once: the documents are what is looked at, and of the database nothing stays."""
    data = replace(settings.SLUIS, data=tmp_path_factory.mktemp("data"))
    before = clock.install(clock.FixedClock())
    with django_db_blocker.unblock(), override_settings(SLUIS=data), transaction.atomic():
        made = _published(tmp_path_factory.mktemp("made"))
        transaction.set_rollback(True)
    clock.install(before)
    return made


def _published(tmp_path: Path) -> tuple[Any, ...]:
    """Open (a table, a map, high-value, elsewhere), planned, restricted, closed, withdrawn and opened again."""
    deployed()
    merwede = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    steward, owner = person(merwede, "data_steward"), person(merwede, "data_owner")
    table = describe(steward, merwede, "Laadpalen")
    hand_in(steward, table, PALEN, tmp_path)
    map_ = describe(steward, merwede, "Haltes", hvd_categories=["c_ac64a52d"], applicable_legislation=[HVD_LAW])
    lake.ingest_now(by=steward, dataset_id=map_.id, path=_points(tmp_path))
    elsewhere = describe(steward, merwede, "Kaart van elders")
    register.add_distribution(
        by=steward,
        dataset_id=elsewhere.id,
        kind="external",
        access_url="https://kaart.example/wfs?service=WFS",
        format="GML",
    )
    gone, again = describe(steward, merwede, "Ingetrokken"), describe(steward, merwede, "Weer terug")
    for record in (gone, again):
        hand_in(steward, record, PALEN, tmp_path)
    for record in (table, gone, again):
        assert publish(steward, owner, record).failure is None
    _by_the_experts(steward, owner, map_, elsewhere, merwede)
    for record in (gone, again):
        release.withdraw(by=owner, dataset_id=record.id, reason="De plaatsen kloppen niet.")
    publish(steward, owner, again)
    _planned(steward, owner, describe(steward, merwede, "Later open"))
    restricted = describe(steward, merwede, "Op aanvraag")
    hand_in(steward, restricted, PALEN, tmp_path)
    publish(steward, owner, restricted, Outcome.RESTRICTED)
    shut = next(c.uri for c in register.concepts("donl-licence") if "gesloten" in c.uri)
    publish(steward, owner, describe(steward, merwede, "Klachten", licence=shut), Outcome.CLOSED)
    return documents()


def _by_the_experts(steward: Any, owner: Any, map_: Any, elsewhere: Any, organisation: Any) -> None:
    """What the rules do not know by themselves: high value, and data that Sluis cannot look into."""
    coordinator, officer = person(organisation, "coordinator"), person(organisation, "privacy_officer")
    lying = ready(steward, map_, hvdTheme="geospatial")
    answers = {"hvdTheme": "geospatial", "inHvdAnnex": "yes", "inspire": "no", "dynamic": "no"}
    _answered(coordinator, owner, lying, "RegimesJudge", answers)
    answers = {
        "containsPersonalData": "no",
        "personalOrigin": "no",
        "doubtsRefuted": "yes",
        "privacyMotivation": "Wegen.",
    }
    _answered(officer, owner, ready(steward, elsewhere), "PrivacyJudge", answers)


def _answered(by: Any, owner: Any, lying: Any, element: str, answers: dict[str, str]) -> None:
    release.answer(by=by, dossier_id=lying.id, element=element, answers=answers)
    run_until_idle()
    decided(owner, release.dossier(by=owner, dossier_id=lying.id))
    run_until_idle()
    assert release.dossier(by=owner, dossier_id=lying.id).stage == "published"


def _points(folder: Any) -> Any:
    path = folder / "haltes.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"halte": f"Halte {n}"},
            "geometry": {"type": "Point", "coordinates": [4.9 + n / 100, 51.8]},
        }
        for n in range(5)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _planned(steward: Any, owner: Any, record: Any) -> None:
    when = date(2027, 3, 1)
    decided(owner, ready(steward, record, embargoDate=when.isoformat()), Outcome.PLANNED, embargoDate=when.isoformat())
    run_until_idle()


def test_the_published_feed_meets_the_official_shapes(catalogue):
    kinds = {(r["status"], r["decision"]["outcome"], r["availability"]) for r in catalogue}
    assert kinds == {
        ("published", "open", "beschikbaar"),
        ("published", "open", "gepland"),
        ("published", "restricted", "niet_beschikbaar"),
        ("published", "closed", "niet_beschikbaar"),
        ("withdrawn", "open", "niet_beschikbaar"),
    }
    haltes = next(r for r in catalogue if r["slug"] == "haltes")
    assert {f["format"] for f in haltes["release"]["files"]} == {"PARQUET", "CSV", "JSON", "GEOJSON", "GPKG"}
    assert all(f["distribution_id"] for f in haltes["release"]["files"])
    assert GROUND in {r["metadata"].get("openness_ground") for r in catalogue}
    triples = catalogue_triples(public.catalogue(), catalogue)
    for folder in (NL, ESTABLISHED):
        assert violations(triples, official(*(f"{folder}/{name}" for name in FILES))) == []
    valuable = catalogue_triples(public.catalogue(), [haltes])
    for name in (HVD, *(f"{HVD_HTML}/hvd-SHACL-{p}.ttl" for p in ("base", "full", "ranges", "usagenotes"))):
        assert violations(valuable, official(name)) == []


def test_the_shapes_do_see_a_fault_in_a_published_document(catalogue):
    """Guards the test above. That high-value data needs an API is ours to check: the official shapes leave it out."""
    haltes = next(r for r in catalogue if r["slug"] == "haltes")
    lawless = {**haltes, "metadata": {**haltes["metadata"], "applicable_legislation": []}}
    assert violations(catalogue_triples(public.catalogue(), [lawless]), official(HVD)) != []
    bare = catalogue_triples(public.catalogue(), [{**haltes, "api": None}])
    assert any("via een API" in fault.message for fault in shapes.validate(bare))
