"""What changes after a release waits for a decision; what was withdrawn can come back; what nobody saw stays in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.release.conftest import (
    MOTIVATION,
    PALEN,
    decided,
    describe,
    documents,
    hand_in,
    person,
    publish,
    ready,
)

from sluis.foundation.service import run_until_idle
from sluis.kernel.errors import Conflict, Gone, NotFound
from sluis.register import service as register
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import Dossier, Release
from sluis.release.types import Kind, Outcome, Verdict

pytestmark = pytest.mark.django_db


def test_new_data_waits_for_a_decision_while_the_release_keeps_working(published, palen, steward, owner, tmp_path):
    assert release.undecided(by=steward, dataset_id=palen.id) == frozenset()
    before = public.file(palen.slug, "csv").sha256
    hand_in(steward, palen, PALEN | {"vermogen": [1, 2, 3, 4]}, tmp_path)
    run_until_idle()
    assert release.undecided(by=owner, dataset_id=palen.id) == {"table"}
    now = register.get(by=steward, dataset_id=palen.id)
    register.change(by=steward, dataset_id=palen.id, changes={"purpose": "Weten."}, expected_version=now.version)
    assert release.undecided(by=owner, dataset_id=palen.id) == {"table", "description"}
    assert (public.dataset(palen.slug).release, public.file(palen.slug, "csv").sha256) == (1, before)
    assert public.table(palen.slug).path.exists()
    publish(steward, owner, palen)
    assert release.undecided(by=steward, dataset_id=palen.id) == frozenset()
    assert public.file(palen.slug, "csv").sha256 != before


def test_a_stranger_does_not_learn_that_something_waits(published, palen, stranger):
    with pytest.raises(NotFound):
        release.undecided(by=stranger, dataset_id=palen.id)


def test_a_withdrawn_dataset_comes_back_through_a_new_dossier(published, palen, steward, owner):
    release.withdraw(by=owner, dataset_id=palen.id, reason="Fout in de plaatsen.")
    with pytest.raises(Gone):
        public.dataset(palen.slug)
    publish(steward, owner, palen)
    found = public.dataset(palen.slug)
    assert (found.kind, found.release, "withdrawal" in found.document) == (Kind.OPEN, 2, False)
    assert register.get(by=steward, dataset_id=palen.id).publication == "published"
    with pytest.raises(Gone):
        public.file(palen.slug, "csv", 1)


def test_an_older_release_never_comes_back_by_itself(published, palen, steward, owner, tmp_path):
    hand_in(steward, palen, {"paal": [1]}, tmp_path)
    publish(steward, owner, palen)
    release.withdraw(by=owner, dataset_id=palen.id, reason="Halve levering.", number=2)
    with pytest.raises(Gone) as gone:
        public.dataset(palen.slug)
    assert gone.value.params["reason"] == "Halve levering."
    with pytest.raises(Gone):
        public.table(palen.slug)
    assert documents()[0]["status"] == "withdrawn"
    assert public.table(palen.slug, 1).rows == 4
    assert Release.objects.get(number=1).status == "superseded"
    release.withdraw(by=owner, dataset_id=palen.id, reason="Ook fout.", number=1)
    with pytest.raises(Gone):
        public.table(palen.slug, 1)


def test_a_loose_file_never_goes_out_because_nobody_looked_into_it(merwede, steward, owner):
    record = describe(steward, merwede, "Los bestand")
    register.add_distribution(by=steward, dataset_id=record.id, kind="file", sha256="ab" * 32, format="PDF")
    lying = ready(steward, record)
    report = next(c for c in lying.checks if c.name == "personal_data")
    assert (report.verdict, report.findings[0].code) == (Verdict.FAILED, "personal.file")
    with pytest.raises(Conflict, match="Persoonsgegevens"):
        decided(owner, lying)


def test_data_elsewhere_goes_out_as_an_address_once_somebody_says_why(merwede, steward, owner):
    record = describe(steward, merwede, "Kaart van elders")
    url = "https://kaart.example/wfs"
    register.add_distribution(by=steward, dataset_id=record.id, kind="external", access_url=url, format="GML")
    lying = ready(steward, record)
    assert next(c for c in lying.checks if c.name == "personal_data").verdict is Verdict.ATTENTION
    with pytest.raises(Conflict, match="twijfels"):
        decided(owner, lying, motivation="Ja.")
    decided(owner, lying)
    run_until_idle()
    found = public.dataset(record.slug)
    assert (found.kind, found.rows, found.formats) == (Kind.OPEN, None, ())
    assert found.document["metadata"]["distributions"][0]["access_url"] == url


def test_the_public_record_of_a_decision_has_steps_and_checks_and_no_names(published, palen, steward, owner):
    shown = public.dataset(palen.slug).document["decision"]
    steps = [(step["name"], step["role"]) for step in shown["steps"]]
    assert steps == [
        ("opened", "data_steward"),
        ("checked", "system"),
        ("submitted", "data_steward"),
        ("decided", "data_owner"),
    ]
    assert all(step["at"] for step in shown["steps"])
    assert {c["name"]: c["verdict"] for c in shown["checks"]}["personal_data"] == "passed"
    assert set(shown["checks"][0]) == {"name", "title", "verdict"}
    assert steward.key not in str(shown)
    assert owner.key not in str(shown)
    assert public.release(palen.slug, 1).decision["steps"] == shown["steps"]


def _queries(by) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        release.tasks(by=by)
    return len(seen)


def test_a_long_list_of_tasks_asks_no_more_questions_than_a_short_one(palen, merwede, steward, owner):
    ready(steward, palen)
    others = [describe(steward, merwede, f"Reeks {number}") for number in range(6)]
    few = {who: _queries(who) for who in (steward, owner)}
    template = Dossier.objects.get()
    for record in others:
        template.pk = record.id
        template.dataset_id = record.id
        template.save(force_insert=True)
    assert [task.kind for task in release.tasks(by=owner)] == ["decide"] * 7
    assert {who: _queries(who) for who in (steward, owner)} == few


def test_who_prepared_gets_no_task_to_decide_and_an_adviser_does_not_either(palen, merwede, steward):
    both = person(merwede, "privacy_officer", "data_owner")
    lying = ready(steward, palen)
    assert [task.kind for task in release.tasks(by=both)] == ["decide"]
    release.advise(by=both, dossier_id=lying.id, text="Akkoord.", agrees=True)
    assert release.tasks(by=both) == ()


def test_who_changed_the_contact_gets_no_task_to_decide(palen, merwede, steward):
    both = person(merwede, "data_steward", "data_owner")
    contact = register.contacts(by=both, organisation_id=merwede.id)[0]
    register.change_contact(by=both, contact_id=contact.id, changes={"phone": "010"}, expected_version=contact.version)
    ready(steward, palen)
    assert "decide" not in {task.kind for task in release.tasks(by=both)}


def test_who_worked_on_the_last_open_release_may_decide_the_next(published, palen, merwede, steward, owner, tmp_path):
    """Four eyes are about what changed since: the first steward, now data owner, did nothing to this change."""
    promoted = person(merwede, "data_owner")
    promoted = type(promoted)(key=steward.key, user_id=steward.user_id, grants=promoted.grants)
    hand_in(person(merwede, "data_steward"), palen, {"paal": [1]}, tmp_path)
    lying = ready(person(merwede, "data_steward"), palen)
    assert [task.kind for task in release.tasks(by=promoted)] == ["decide"]
    done = decided(promoted, lying, Outcome.OPEN, motivation=MOTIVATION)
    assert done.decision is not None
