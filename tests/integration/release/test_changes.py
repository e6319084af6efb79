"""What changes after a release waits for a decision; what was withdrawn can come back; what nobody saw stays in."""

from datetime import timedelta

import pytest
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
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Gone, Invalid, NotAllowed, NotFound
from sluis.process import service as process
from sluis.process import timing
from sluis.process.jobs import fire_timers
from sluis.register import service as register
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import Dossier, Release
from sluis.release.refreshing import told_of_table
from sluis.release.types import Kind, Outcome, Stage, Verdict

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


def test_who_worked_on_the_last_open_release_may_decide_the_next(published, palen, merwede, steward, owner, tmp_path):
    """Four eyes are about what changed since: the first steward, now data owner, did nothing to this change."""
    promoted = person(merwede, "data_owner")
    promoted = type(promoted)(key=steward.key, user_id=steward.user_id, grants=promoted.grants)
    hand_in(person(merwede, "data_steward"), palen, {"paal": [1]}, tmp_path)
    lying = ready(person(merwede, "data_steward"), palen)
    done = decided(promoted, lying, Outcome.OPEN, motivation=MOTIVATION)
    assert done.decision is not None


def test_a_loose_file_never_goes_out_because_nobody_looked_into_it(merwede, steward):
    record = describe(steward, merwede, "Los bestand")
    register.add_distribution(by=steward, dataset_id=record.id, kind="file", sha256="ab" * 32, format="PDF")
    lying = ready(steward, record)
    report = next(c for c in lying.checks if c.name == "personal-data")
    assert (report.verdict, report.findings[0].code) == (Verdict.FAILED, "personal.file")
    assert [task.element for task in lying.tasks] == ["PrivacyJudge"]


def test_data_elsewhere_goes_out_as_an_address_once_somebody_says_why(merwede, steward, owner, officer):
    record = describe(steward, merwede, "Kaart van elders")
    url = "https://kaart.example/wfs"
    register.add_distribution(by=steward, dataset_id=record.id, kind="external", access_url=url, format="GML")
    lying = ready(steward, record)
    assert next(c for c in lying.checks if c.name == "personal-data").verdict is Verdict.ATTENTION
    answers = {
        "containsPersonalData": "no",
        "personalOrigin": "no",
        "doubtsRefuted": "yes",
        "privacyMotivation": "Op de kaart staan alleen wegen.",
    }
    release.answer(by=officer, dossier_id=lying.id, element="PrivacyJudge", answers=answers)
    run_until_idle()
    lying = release.dossier(by=owner, dossier_id=lying.id)
    assert {c.name: c.verdict for c in lying.checks}["links"] is Verdict.ATTENTION
    decided(owner, lying)
    run_until_idle()
    found = public.dataset(record.slug)
    assert (found.kind, found.rows, found.formats) == (Kind.OPEN, None, ())
    assert found.document["metadata"]["distributions"][0]["access_url"] == url


def test_the_public_record_of_a_decision_has_steps_rules_and_checks_and_no_names(published, palen, steward, owner):
    shown = public.dataset(palen.slug).document["decision"]
    steps = [(step["name"], step["role"]) for step in shown["steps"]]
    assert steps[0] == ("Intake", "data_steward")
    assert steps[-1] == ("decided", "data_owner")
    assert all(step["at"] for step in shown["steps"])
    assert {c["name"]: c["verdict"] for c in shown["checks"]}["personal-data"] == "passed"
    assert set(shown["checks"][0]) == {"name", "title", "verdict"}
    assert steward.key not in str(shown)
    assert owner.key not in str(shown)
    assert public.release(palen.slug, 1).decision["steps"] == shown["steps"]
    assert {rule["element"]: rule["outcome"] for rule in shown["rules"]}["Openness"] == "open"
    assert all(rule["reason"] and rule["matched"][rule["decision"]] for rule in shown["rules"])
    known = {one["sha256"] for one in shown["policies"]}
    assert {rule["policy"] for rule in shown["rules"]} <= known
    assert shown["process"]["sha256"] == release.dossier(by=owner, dossier_id=published.id).process_sha256


def _versions(palen, steward, folder, rows):
    version = hand_in(steward, palen, rows, folder)
    told_of_table(palen.id, version.id)
    run_until_idle()
    return version


def test_new_data_of_the_same_kind_goes_out_by_itself_and_says_why(published, palen, steward, tmp_path):
    _versions(palen, steward, tmp_path, PALEN | {"vermogen": [11, 22, 33, 50]})
    assert public.dataset(palen.slug).release == 2
    made = Release.objects.get(number=2)
    assert (made.decision.dossier_id, made.basis["refresh"]["outcome"]) == (published.id, "pass")
    assert made.basis["refresh"]["reason"]
    assert release.undecided(by=steward, dataset_id=palen.id) == frozenset()
    assert Dossier.objects.count() == 1


def test_new_data_of_another_kind_needs_a_new_decision_while_the_old_stays(published, palen, steward, owner, tmp_path):
    _versions(palen, steward, tmp_path, PALEN | {"merk": ["a", "b", "c", "d"]})
    assert public.dataset(palen.slug).release == 1
    lying = release.dossier_of(by=owner, dataset_id=palen.id)
    assert (lying.id != published.id, lying.stage) == (True, Stage.READY_TO_DECIDE)
    decided(owner, lying)
    run_until_idle()
    assert (public.dataset(palen.slug).release, public.table(palen.slug).columns[-1].name) == (2, "merk")
    ended = process.instance(by=SYSTEM, instance_id=published.instance_id)
    assert (ended.state, ended.outcome) == ("ended", "superseded")


def test_another_description_waits_for_a_decision_that_its_dossier_asks_for(published, palen, steward, owner):
    now = register.get(by=steward, dataset_id=palen.id)
    register.change(by=steward, dataset_id=palen.id, changes={"purpose": "Weten."}, expected_version=now.version)
    run_until_idle()
    assert "purpose" not in public.dataset(palen.slug).document["metadata"]
    told = release.dossier(by=owner, dossier_id=published.id)
    rule = next(e for e in told.exhibits if e.element == "RefreshRule")
    assert (rule.body["value"]["outcome"], rule.body["inputs"]["difference"]["sourceChanged"]) == ("decide", "yes")
    lying = release.dossier_of(by=owner, dataset_id=palen.id)
    assert (lying.id != published.id, lying.stage) == (True, Stage.READY_TO_DECIDE)
    decided(owner, lying)
    run_until_idle()
    assert public.dataset(palen.slug).document["metadata"]["purpose"] == "Weten."
    assert Dossier.objects.count() == 2


def test_the_end_is_asked_for_judged_announced_and_comes(
    published, palen, steward, owner, stranger, fixed_clock, tmp_path
):
    with pytest.raises(NotFound):
        release.request_change(by=stranger, dataset_id=palen.id, reason="Weg ermee.")
    with pytest.raises(Invalid):
        release.request_change(by=steward, dataset_id=palen.id, reason=" ")
    asked = release.request_change(by=steward, dataset_id=palen.id, reason="De palen zijn verkocht.")
    assert [(task.element, task.role) for task in asked.tasks] == [("ChangeAssess", "data_owner")]
    judged = {"changeKind": "deprecate", "report": "none", "changeMotivation": "Verkocht."}
    release.answer(by=owner, dossier_id=asked.id, element="ChangeAssess", answers=judged)
    run_until_idle()
    ends_on = public.dataset(palen.slug).document["notice"]["ends_on"]
    assert ends_on == timing.duration("P3M").after(clock.now()).date().isoformat()
    version = hand_in(steward, palen, PALEN | {"vermogen": [11, 22, 33, 50]}, tmp_path)
    told_of_table(palen.id, version.id)
    run_until_idle()
    shown = public.dataset(palen.slug)
    assert (shown.release, shown.document["notice"]["ends_on"]) == (2, ends_on)
    fixed_clock.advance(timedelta(days=95))
    fire_timers.func()
    run_until_idle()
    with pytest.raises(Gone) as gone:
        public.dataset(palen.slug)
    assert gone.value.params["reason"] == "Verkocht."


def test_who_looks_after_the_data_or_may_withdraw_it_may_ask_for_a_change(published, palen, merwede, owner):
    for role in ("viewer", "lawyer", "administrator"):
        with pytest.raises(NotAllowed if role != "administrator" else NotFound):
            release.request_change(by=person(merwede, role), dataset_id=palen.id, reason="Fout.")
    asking = ("data_steward", "data_owner", "data_manager", "coordinator", "privacy_officer", "ciso")
    for role in asking:
        found = release.dossier(by=person(merwede, role), dossier_id=published.id)
        assert "request-change" in found.may, role
    assert "request-change" not in release.dossier(by=person(merwede, "viewer"), dossier_id=published.id).may
    asked = release.request_change(by=owner, dataset_id=palen.id, reason="De palen zijn verkocht.")
    judged = {"changeKind": "correct", "report": "error", "changeMotivation": "Verbeterd."}
    told = release.answer(by=owner, dossier_id=asked.id, element="ChangeAssess", answers=judged)
    assert [task.element for task in told.tasks] != ["ChangeAssess"]


def test_a_change_of_what_nobody_looks_after_is_refused(palen, steward):
    with pytest.raises(Conflict):
        release.request_change(by=steward, dataset_id=palen.id, reason="Fout.")


def test_a_withdrawal_in_an_emergency_is_one_step_and_leaves_an_incident(published, palen, officer):
    release.withdraw(by=officer, dataset_id=palen.id, reason="Er zijn mensen te herkennen.", report="reidentification")
    with pytest.raises(Gone):
        public.table(palen.slug)
    run_until_idle()
    found = release.dossier(by=officer, dossier_id=published.id)
    assert (found.stage, [task.element for task in found.tasks]) == (Stage.WITHDRAWN, ["HandleIncident"])


def test_a_release_from_before_the_process_can_be_withdrawn(published, palen, officer):
    Dossier.objects.update(instance_id=None)
    release.withdraw(by=officer, dataset_id=palen.id, reason="Fout.")
    with pytest.raises(Gone):
        public.dataset(palen.slug)


def test_what_is_wrong_outside_comes_back_in_and_the_old_release_stands_again(
    published, palen, steward, owner, manager, tmp_path, monkeypatch
):
    hand_in(steward, palen, {"paal": [1]}, tmp_path)
    lying = ready(steward, palen)
    decided(owner, lying)
    monkeypatch.setattr("sluis.release.outside._checksum", lambda made: Verdict.FAILED)
    run_until_idle()
    found = release.dossier(by=manager, dossier_id=lying.id)
    assert [task.element for task in found.tasks] == ["Repair"]
    assert public.table(palen.slug).rows == 4
    with pytest.raises(Gone):
        public.table(palen.slug, 2)
    monkeypatch.undo()
    again = {"retry": "again", "repairNote": "De schijf was vol."}
    release.answer(by=manager, dossier_id=lying.id, element="Repair", answers=again)
    run_until_idle()
    assert public.table(palen.slug).rows == 1


def test_columns_are_left_out_and_everything_is_tested_again(merwede, steward, owner, officer, tmp_path):
    record = describe(steward, merwede, "Deelnemers")
    rows = {"email": [f"naam{n}@voorbeeld.nl" for n in range(20)], "jaar": [2020 + n % 2 for n in range(20)]}
    hand_in(steward, record, rows, tmp_path)
    lying = ready(steward, record)
    answers = {
        "containsPersonalData": "yes",
        "personalOrigin": "no",
        "statutoryRegister": "no",
        "compatible": "no",
        "anonymise": "possible",
        "privacyMotivation": "De adressen moeten eruit.",
    }
    release.answer(by=officer, dossier_id=lying.id, element="PrivacyJudge", answers=answers)
    run_until_idle()
    plan = {"dropColumns": ["email"], "effort": "proportionate", "containsPersonalData": "no", "residualRisk": "below"}
    release.answer(by=steward, dossier_id=lying.id, element="TransformPlan", answers=plan)
    run_until_idle()
    lying = release.dossier(by=owner, dossier_id=lying.id)
    assert next(c for c in lying.checks if c.name == "personal-data").verdict is Verdict.PASSED
    decided(owner, lying)
    run_until_idle()
    assert [column.name for column in public.table(record.slug).columns] == ["jaar"]
