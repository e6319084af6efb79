"""The feed of an open dataset: its agreements version by version, and what each release changed in the data."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.contract.web.atom import ATOM, faults
from tests.integration.release import test_contracts as contracts
from tests.integration.release.conftest import PALEN, publish
from tests.integration.release.test_contracts import agreed, deliver  # noqa: F401 - a fixture

from sluis.foundation.service import run_until_idle
from sluis.lake import service as lake
from sluis.release import news, public
from sluis.release import service as release
from sluis.release.models import PublicContractVersion
from sluis.release.projection import rebuild_projection

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_force(steward, manager, palen, fixed_clock):
    """Put a version of the contract in force, a day later."""

    def put(**more: Any) -> Any:
        fixed_clock.advance(timedelta(days=1))
        return contracts.in_force(steward, manager, palen.id, **more)

    return put


def feed(client: Any, slug: str, start: str = "") -> Any:
    answer = client.get(f"{start}/datasets/{slug}/changes.atom")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert faults(answer.content) == []
    return answer


def entries(client: Any, slug: str, start: str = "") -> list[tuple[str, str, str]]:
    """Title, kind and text, in the order of the feed."""
    root = ElementTree.fromstring(feed(client, slug, start).content)  # noqa: S314 - our own answer
    return [
        (
            entry.findtext(f"{ATOM}title", ""),
            entry.find(f"{ATOM}category").get("term"),  # type: ignore[union-attr]
            entry.findtext(f"{ATOM}summary", ""),
        )
        for entry in root.findall(f"{ATOM}entry")
    ]


def of_contracts(found: list[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    return {title: (kind, text) for title, kind, text in found if kind != "data"}


@pytest.mark.usefixtures("agreed")
def test_each_version_says_what_it_drops_and_what_it_adds(palen, in_force, client):
    in_force(version="1.1.0", most=50)
    in_force(version="2.0.0", most=70)
    found = of_contracts(entries(client, palen.slug))
    assert {title: kind for title, (kind, _text) in found.items()} == {
        "Afspraken 1.0.0: de eerste versie": "first",
        "Afspraken 1.1.0: er komt iets bij, elke belofte blijft": "compatible",
        "Afspraken 2.0.0: een belofte vervalt": "breaking",
    }
    text = found["Afspraken 2.0.0: een belofte vervalt"][1]
    assert "<p>Dit vervalt:</p><ul><li>vermogen: De waarde is hoogstens 50.</li></ul>" in text
    assert "Dit komt erbij:" not in text  # that it is at most 70 was promised already
    compatible = found["Afspraken 1.1.0: er komt iets bij, elke belofte blijft"][1]
    assert "<p>Dit komt erbij:</p><ul><li>vermogen: De waarde is hoogstens 50.</li></ul>" in compatible
    assert "Dit vervalt:" not in compatible
    english = of_contracts(entries(client, palen.slug, "/en"))
    assert "vermogen: The value is at most 50." in english["Agreements 2.0.0: a promise is dropped"][1]


@pytest.mark.usefixtures("agreed")
def test_the_end_of_the_agreements_is_told_although_nothing_is_promised_any_more(
    palen, steward, manager, in_force, client, fixed_clock
):
    held = lake.contract_in_force(by=steward, dataset_id=palen.id)
    assert held is not None
    fixed_clock.advance(timedelta(days=1))
    lake.retire_contract(by=manager, contract_id=held.id)
    run_until_idle()
    found = of_contracts(entries(client, palen.slug))
    assert found["Afspraken 1.0.0: beëindigd"][0] == "breaking"
    in_force(version="1.0.1", most=90)
    kinds = [kind for _title, kind, _text in entries(client, palen.slug)]
    assert kinds == ["first", "breaking", "first", "data"]


def test_what_was_agreed_before_anything_was_open_stays_inside(palen, steward, owner, in_force, client, fixed_clock):
    in_force(most=55)
    in_force(version="2.0.0", most=60)
    fixed_clock.advance(timedelta(days=1))
    publish(steward, owner, palen)
    found = of_contracts(entries(client, palen.slug))
    assert list(found) == ["Afspraken 2.0.0: de eerste versie"]
    assert "55" not in found["Afspraken 2.0.0: de eerste versie"][1]


@pytest.mark.usefixtures("agreed")
def test_a_draft_is_not_news(palen, steward, client):
    before = feed(client, palen.slug).content
    lake.save_contract(by=steward, dataset_id=palen.id, text=contracts.text("2.0.0", most=70))
    run_until_idle()
    assert feed(client, palen.slug).content == before


@pytest.mark.usefixtures("published")
def test_a_release_says_what_it_changed_in_the_data(palen, steward, client, tmp_path):
    assert [(title, kind) for title, kind, _text in entries(client, palen.slug)] == [("Versie 1 van de data", "data")]
    deliver(palen, steward, {**PALEN, "vermogen": [99, *PALEN["vermogen"][1:]]}, tmp_path)
    run_until_idle()
    told = {title: text for title, _kind, text in entries(client, palen.slug)}
    assert "Anders dan versie 1:" in told["Versie 2 van de data"]
    assert "<li>Rijen" in told["Versie 2 van de data"]
    assert "Anders dan" not in told["Versie 1 van de data"]


@pytest.mark.usefixtures("agreed")
def test_who_has_the_feed_hears_304_until_something_changes(palen, in_force, client):
    first = feed(client, palen.slug)
    same = {"If-None-Match": first["ETag"]}
    unchanged = client.get(f"/datasets/{palen.slug}/changes.atom", headers=same)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    in_force(version="2.0.0", most=70)
    assert client.get(f"/datasets/{palen.slug}/changes.atom", headers=same).status_code == 200


@pytest.mark.usefixtures("agreed")
def test_reading_it_takes_a_handful_of_queries(palen, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        public.news(palen.slug)


@pytest.mark.usefixtures("agreed")
def test_the_page_leads_to_it(palen, client):
    page = client.get(f"/datasets/{palen.slug}").content.decode()
    alternate = '<link rel="alternate" type="application/atom+xml" title="Wijzigingen" href="/datasets/'
    assert f'{alternate}{palen.slug}/changes.atom">' in page
    assert f'href="/datasets/{palen.slug}/changes.atom"' in page
    assert (
        f'href="/datasets/{palen.slug}/changes.atom"' in client.get(f"/datasets/{palen.slug}/versions").content.decode()
    )
    assert f'href="/en/datasets/{palen.slug}/changes.atom"' in client.get(f"/en/datasets/{palen.slug}").content.decode()


@pytest.mark.usefixtures("agreed")
def test_signs_that_xml_cannot_hold_and_marks_of_html_break_nothing(palen, in_force, client):
    told = [{"type": "sql", "query": "select 0 from laadpalen limit 1", "mustBe": 0, "description": "a\x01 <b> & ]]>"}]
    in_force(version="1.1.0", quality=told)
    in_force(version="2.0.0")
    text = of_contracts(entries(client, palen.slug))["Afspraken 2.0.0: een belofte vervalt"][1]
    assert "a &lt;b&gt; &amp; ]]&gt;" in text


@pytest.mark.usefixtures("agreed")
def test_an_upgrade_and_a_rebuild_find_the_agreements_again(palen):
    before = [*PublicContractVersion.objects.values_list("contract_id", "change", "dropped", "added")]
    PublicContractVersion.objects.all().delete()
    assert (news.fill_news(), news.fill_news()) == (1, 0)
    rebuild_projection()
    assert [*PublicContractVersion.objects.values_list("contract_id", "change", "dropped", "added")] == before


@pytest.mark.usefixtures("agreed")
def test_what_is_withdrawn_or_unknown_has_no_feed(palen, owner, client):
    assert client.get("/datasets/nergens/changes.atom").status_code == 404
    assert client.post(f"/datasets/{palen.slug}/changes.atom").status_code in (403, 405)
    release.withdraw(by=owner, dataset_id=palen.id, reason="Een fout.")
    run_until_idle()
    assert client.get(f"/datasets/{palen.slug}/changes.atom").status_code == 410
    assert not PublicContractVersion.objects.exists()
