"""Each role on each page, and nobody sees or changes what belongs to another organisation."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from sluis.desk.access import ROUTES, open_to
from sluis.foundation.service import PERMISSIONS, PUBLIC, ROLES, SIGNED_IN, acting
from sluis.process import service as process
from sluis.process.types import TaskFilter
from sluis.register import service as register
from sluis.release import service as release

pytestmark = pytest.mark.django_db
DESK = sorted(name for name in ROUTES if name.startswith("desk:"))
POSTS = {
    "desk:metadata-check", "desk:distribution-remove", "desk:service-remove", "desk:dossier-open",
    "desk:dossier-stop", "desk:dossier-lift", "desk:dossier-change", "desk:job-retry",
    "desk:task-claim", "desk:task-unclaim", "desk:task-return", "desk:task-hand-over", "desk:tasks-hand-over",
    "desk:process-stop", "desk:process-retry", "desk:notices-read", "desk:notices-choose",
}  # fmt: skip


@pytest.fixture
def dossier(steward, dataset):
    return release.open_dossier(by=steward.actor, dataset_id=dataset.id)


@pytest.fixture
def things(dataset, queued, dossier):
    return {"dataset_id": dataset.id, "version_id": queued.id, "dossier_id": dossier.id}


def address(name, things):
    """The address of a route, on the things of this test where it wants one, on unknown ones otherwise."""
    resolver = get_resolver()
    for space, (_, inner) in resolver.namespace_dict.items():
        if space == "desk":
            wanted = inner.reverse_dict[name.split(":")[1]][0][0][1]
            return reverse(name, kwargs={key: things.get(key, uuid4()) for key in wanted})
    raise AssertionError(name)


def ask(client, name, things):
    url = address(name, things)
    return client.post(url) if name in POSTS else client.get(url)


def test_nobody_comes_in_without_signing_in(things):
    answers = {name: ask(Client(), name, things) for name in DESK}
    asked = [name for name, answer in answers.items() if answer.headers.get("Location", "").startswith("/inloggen/")]
    refused = [name for name, answer in answers.items() if answer.status_code == 401]
    assert sorted(asked + refused) == DESK


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_reaches_what_its_permissions_say_and_nothing_else(role, merwede, person, things):
    someone = person(merwede, role, email=f"{role}-nieuw@merwede.example")
    for name in DESK:
        row = ROUTES[name]
        allowed = row in (PUBLIC, SIGNED_IN) or row in ROLES[role].permissions
        status = ask(someone.client, name, things).status_code
        if allowed:
            assert status not in (401, 403, 500), f"{role} {name}: {status}"
        else:
            assert status == 403, f"{role} {name}: {status}"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_page_offers_no_page_that_its_reader_may_not_open(role, merwede, person, steward, things):
    someone = person(merwede, role, email=f"{role}-nieuw@merwede.example")
    task = process.tasks(by=steward.actor, filters=TaskFilter()).rows[0]
    pages = [address(name, things) for name in DESK if name not in POSTS] + [reverse("desk:task", args=[task.id])]
    offered = set()
    for url in pages:
        answer = someone.client.get(url)
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            offered |= set(re.findall(r'<a [^>]*href="(/desk/[^"?#]*)', answer.content.decode()))
    assert offered
    assert [url for url in sorted(offered) if not open_to(someone.actor, url)] == []


def test_what_belongs_to_another_organisation_does_not_exist(stranger, things):
    """The stranger holds every role, elsewhere: only lists, forms without a subject and the platform answer."""
    owned = [name for name in DESK if ROUTES[name] in PERMISSIONS and about(name, things)]
    assert len(owned) > 30
    assert {name: ask(stranger.client, name, things).status_code for name in owned} == dict.fromkeys(owned, 404)


def about(name, things):
    """Whether the page has one of these as its subject."""
    url = address(name, things)
    return any(str(value) in url for value in things.values())


def test_the_lists_of_a_stranger_are_empty(stranger, dataset, dossier):
    for path in ("/desk/datasets", "/desk/dossiers", "/desk/"):
        assert "Straten van Merwede" not in stranger.client.get(path).content.decode()


def test_fields_that_are_not_on_the_form_change_nothing(steward, dataset, elsewhere):
    answer = steward.client.post(
        f"/desk/datasets/{dataset.id}/beschrijving",
        {
            "version": "1",
            "title": "Straten",
            "openness": "unknown",
            "availability": "in_onderzoek",
            "publication": "published",
            "organisation": str(elsewhere.id),
            "organisation_id": str(elsewhere.id),
            "slug": "iets-anders",
        },
    )
    assert answer.status_code == 302
    after = register.get(by=steward.actor, dataset_id=dataset.id)
    assert (after.title, after.publication, after.slug) == ("Straten", "draft", dataset.slug)
    assert after.organisation.id == dataset.organisation.id


def test_a_dataset_cannot_be_made_in_an_organisation_of_others(steward, elsewhere):
    answer = steward.client.post("/desk/datasets/nieuw", {"title": "Binnen", "organisation": str(elsewhere.id)})
    assert answer.status_code == 422
    assert register.visible_to(by=steward.actor).total == 0


def test_the_contact_of_another_organisation_cannot_be_chosen(steward, dataset, stranger, elsewhere):
    theirs = register.add_contact(
        by=stranger.actor, organisation_id=elsewhere.id, name="Loket", email="a@elders.example"
    )
    answer = steward.client.post(
        f"/desk/datasets/{dataset.id}/beschrijving", {"version": "1", "title": "Straten", "contact": str(theirs.id)}
    )
    assert answer.status_code == 422
    assert register.get(by=steward.actor, dataset_id=dataset.id).contact is None


def test_the_menu_shows_only_what_opens(merwede, person):
    text = person(merwede, "viewer").client.get("/desk/").content.decode()
    assert "/desk/datasets" in text
    assert "/desk/beheer/" not in text
    assert "/desk/meldingen" not in text


def test_pages_are_not_kept_by_a_cache(steward, dataset):
    assert "no-store" in steward.client.get(f"/desk/datasets/{dataset.id}")["Cache-Control"]


def test_a_manager_of_people_elsewhere_reaches_nobody_here(stranger, steward, merwede):
    url = f"/desk/beheer/personen/{steward.user.id}"
    listed = stranger.client.get("/desk/beheer/personen").content.decode()
    assert stranger.user.email in listed
    assert steward.user.email not in listed
    for deed in (
        {"action": "close"},
        {"action": "password", "password": "een-heel-lange-zin-1"},
        {"action": f"revoke:{merwede.id}:data_steward"},
        {"action": "grant", "organisation": str(merwede.id), "role": "viewer"},
    ):
        assert stranger.client.post(url, deed).status_code == 404
    steward.user.refresh_from_db()
    assert steward.user.is_active


def test_a_role_here_is_not_given_to_oneself_from_elsewhere(stranger, merwede):
    url = f"/desk/beheer/personen/{stranger.user.id}"
    answer = stranger.client.post(url, {"action": "grant", "organisation": str(merwede.id), "role": "data_owner"})
    assert answer.status_code == 422
    assert merwede.id not in {organisation for organisation, *_ in acting(stranger.user.id).grants}


def test_the_log_of_elsewhere_tells_nothing_of_here(stranger, dataset):
    assert str(dataset.id) not in stranger.client.get("/desk/beheer/logboek").content.decode()
