"""The page of a decision, for everybody: what was done, by which role, on which rules; never by whom."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client
from tests.integration.release.conftest import (
    MOTIVATION,
    PALEN,
    closed_licence,
    decided,
    describe,
    hand_in,
    publish,
    ready,
)

from sluis.foundation.service import run_until_idle
from sluis.release import public
from sluis.release import service as release
from sluis.release.caring import publish_correction
from sluis.release.types import Outcome

pytestmark = pytest.mark.django_db


def page(slug: str, tail: str = "/decision", status: int = 200, language: str = "") -> str:
    answer = Client().get(f"{language}/datasets/{slug}{tail}")
    assert answer.status_code == status
    return answer.content.decode()


def test_an_open_dataset_shows_steps_rules_checks_and_versions(published, palen, steward, owner):
    shown = public.dataset(palen.slug).document["decision"]
    text = page(palen.slug)
    for part in ("Openheid toetsen (Woo)", "datasteward", "data-eigenaar", MOTIVATION, "Versie 1 staat online"):
        assert part in text
    for sha256 in (shown["sha256"], shown["process"]["sha256"], *(one["sha256"] for one in shown["policies"])):
        assert sha256 in text
    assert not {steward.key, owner.key} & set(text.split('"'))
    assert "Test openness (Woo)" in page(palen.slug, language="/en")


def test_a_closed_dataset_shows_its_ground_and_the_lawyer(merwede, steward, owner, tmp_path):
    record = describe(steward, merwede, "Klachten", licence=closed_licence())
    hand_in(steward, record, PALEN, tmp_path)
    publish(steward, owner, record, Outcome.CLOSED)
    text = page(record.slug)
    assert "jurist" in text
    assert "De beschrijving staat online, de data niet" in text
    assert "5.1" in text


def test_a_planned_dataset_says_when(palen, steward, owner):
    decided(owner, ready(steward, palen, embargoDate="2099-04-01"), Outcome.PLANNED, embargoDate="2099-04-01")
    run_until_idle()
    assert public.dataset(palen.slug).planned_date == date(2099, 4, 1)
    assert "1 april 2099" in page(palen.slug)


def test_a_withdrawn_dataset_keeps_the_record_of_its_decision(published, palen, officer):
    release.withdraw(by=officer, dataset_id=palen.id, reason="Er zijn mensen te herkennen.")
    text = page(palen.slug, status=410)
    assert "Er zijn mensen te herkennen." in text
    assert "Openheid toetsen (Woo)" in text
    assert "de data niet" not in text


def test_a_correction_stands_with_the_dataset_and_in_the_record(published, palen):
    said = {"correctionText": "In versie 1 stonden twee palen dubbel."}
    publish_correction(SimpleNamespace(subject=f"dossier:{published.id}", variables=said))
    for tail in ("", "/decision"):
        assert said["correctionText"] in page(palen.slug, tail)
    assert public.dataset(palen.slug).document["notice"]["corrected_at"]
