"""From intake to release and back, by the operations that pages and command line use."""

from datetime import date

import pytest
from tests.integration.release.conftest import (
    GROUND,
    MOTIVATION,
    PALEN,
    PLAIN,
    closed_licence,
    decided,
    describe,
    documents,
    hand_in,
    person,
    publish,
    ready,
)

from sluis.foundation.service import audit, blobs, run_until_idle
from sluis.kernel.actor import SYSTEM, VISITOR
from sluis.kernel.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, NotSignedIn, Stale
from sluis.register import service as register
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import Decision, Preparer
from sluis.release.types import Kind, Outcome, SearchRequest, Stage, Verdict

pytestmark = pytest.mark.django_db


def test_from_file_to_public_dataset(published, palen, steward, owner, django_capture_on_commit_callbacks):
    assert published.failure is None
    assert published.stage is Stage.PUBLISHED
    assert published.release_number == 1
    assert [check.verdict for check in published.checks if check.blocks_open] == []
    found = public.dataset(palen.slug)
    assert (found.kind, found.rows, found.columns, found.release) == (Kind.OPEN, 4, 3, 1)
    assert set(found.formats) == {"parquet", "csv", "json"}
    for name in found.formats:
        file = public.file(palen.slug, name)
        assert blobs.size(file.sha256) == file.size
    assert public.table(palen.slug).columns[1].name == "plaats"
    assert [hit.card.slug for hit in public.search(SearchRequest(text="laadpaal")).hits] == [palen.slug]
    assert register.get(by=steward, dataset_id=palen.id).publication == "published"
    assert found.document["decision"]["role"] == "data_owner"
    assert owner.key not in str(found.document)
    with django_capture_on_commit_callbacks(execute=True):  # the anchor of the chain is written after a commit
        release.open_dossier(by=steward, dataset_id=palen.id)
    assert audit.verify().sound


def test_one_open_dossier_per_dataset(palen, steward):
    opened = release.open_dossier(by=steward, dataset_id=palen.id)
    with pytest.raises(Conflict, match="al een dossier"):
        release.open_dossier(by=steward, dataset_id=palen.id)
    release.stop(by=steward, dossier_id=opened.id, reason="Toch niet.")
    assert release.open_dossier(by=steward, dataset_id=palen.id).stage is Stage.INTAKE


def test_the_steward_cannot_decide_and_the_owner_cannot_prepare(palen, steward, owner):
    with pytest.raises(NotAllowed):
        release.open_dossier(by=owner, dataset_id=palen.id)
    lying = ready(steward, palen)
    with pytest.raises(NotAllowed):
        decided(steward, lying)


def test_who_prepared_it_cannot_decide_even_with_the_role(palen, merwede, tmp_path):
    both = person(merwede, "data_steward", "data_owner")
    lying = ready(both, palen)
    with pytest.raises(NotAllowed):
        decided(both, lying)


def test_who_changed_the_description_before_the_dossier_cannot_decide(palen, merwede, steward):
    both = person(merwede, "data_steward", "data_owner")
    now = register.get(by=both, dataset_id=palen.id)
    register.change(by=both, dataset_id=palen.id, changes={"purpose": "Weten waar."}, expected_version=now.version)
    with pytest.raises(NotAllowed):
        decided(both, ready(steward, palen))


def test_who_changed_the_contact_cannot_decide(palen, merwede, steward):
    both = person(merwede, "data_steward", "data_owner")
    contact = register.contacts(by=both, organisation_id=merwede.id)[0]
    register.change_contact(by=both, contact_id=contact.id, changes={"phone": "010"}, expected_version=contact.version)
    with pytest.raises(NotAllowed):
        decided(both, ready(steward, palen))


def test_the_system_decides_nothing(palen, steward):
    with pytest.raises(NotAllowed):
        decided(SYSTEM, ready(steward, palen))


def test_a_change_after_the_checks_needs_new_checks(palen, steward, owner):
    lying = ready(steward, palen)
    now = register.get(by=steward, dataset_id=palen.id)
    register.change(by=steward, dataset_id=palen.id, changes={"purpose": "Anders."}, expected_version=now.version)
    with pytest.raises(Stale):
        decided(owner, lying)
    seen = release.dossier(by=owner, dossier_id=lying.id)
    assert seen.stale
    with pytest.raises(Conflict, match="gewijzigd na de controles"):
        decided(owner, seen)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("outcome", [Outcome.RESTRICTED, Outcome.CLOSED])
def test_what_is_not_open_shows_its_ground_and_no_data(merwede, steward, owner, tmp_path, outcome):
    licence = closed_licence() if outcome is Outcome.CLOSED else "CC0"
    record = describe(steward, merwede, "Klachten", licence=licence)
    hand_in(steward, record, PALEN, tmp_path)
    done = publish(steward, owner, record, outcome)
    assert done.failure is None
    assert public.dataset(record.slug).ground == GROUND
    assert [card.slug for card in public.not_open().rows] == [record.slug]
    assert "distributions" not in public.dataset(record.slug).document["metadata"]
    with pytest.raises(NotFound):
        public.table(record.slug)
    with pytest.raises(NotFound):
        public.file(record.slug, "csv")


def test_withdrawal_leaves_a_tombstone_everywhere(published, palen, manager, steward):
    number = public.dataset(palen.slug).release
    release.withdraw(by=manager, dataset_id=palen.id, reason="Er staat een fout in de locaties.")
    run_until_idle()
    with pytest.raises(Gone) as gone:
        public.dataset(palen.slug)
    assert gone.value.params["reason"] == "Er staat een fout in de locaties."
    for reach in (
        lambda: public.file(palen.slug, "csv"),
        lambda: public.file(palen.slug, "csv", number),
        lambda: public.table(palen.slug),
        lambda: public.release(palen.slug, number),
    ):
        with pytest.raises(Gone):
            reach()
    assert public.search(SearchRequest(text="laadpaal")).total == 0
    document = documents()[0]
    assert document["status"] == "withdrawn"
    assert document["withdrawal"]["reason"] == "Er staat een fout in de locaties."
    assert public.tombstone(palen.slug).rows is None
    assert "files" not in document["release"]
    assert register.get(by=steward, dataset_id=palen.id).publication == "withdrawn"


def test_one_old_release_can_be_withdrawn_alone(published, palen, steward, owner, tmp_path):
    hand_in(steward, palen, {"paal": [1]}, tmp_path)
    publish(steward, owner, palen)
    release.withdraw(by=owner, dataset_id=palen.id, reason="Verouderd en fout.", number=1)
    with pytest.raises(Gone):
        public.table(palen.slug, 1)
    assert public.table(palen.slug).rows == 1


def test_withdrawing_needs_the_role_and_a_reason(published, palen, steward, owner, stranger):
    with pytest.raises(NotAllowed):
        release.withdraw(by=steward, dataset_id=palen.id, reason="Weg.")
    with pytest.raises(NotFound):
        release.withdraw(by=stranger, dataset_id=palen.id, reason="Weg.")
    with pytest.raises(Invalid):
        release.withdraw(by=owner, dataset_id=palen.id, reason=" ")


def test_a_decision_needs_a_motivation(palen, steward, owner):
    with pytest.raises(Invalid):
        decided(owner, ready(steward, palen), motivation=" ")


def test_the_record_of_the_decision(published, steward, owner):
    decision = published.decision
    assert decision.by.key == owner.key
    assert decision.by.role == "data_owner"
    assert [p.key for p in decision.preparers] == [steward.key]
    assert (decision.motivation, len(decision.sha256)) == (MOTIVATION, 64)
    assert {e.kind for e in published.exhibits} == {"report", "rule", "answers"}
    assert len({e.sha256 for e in published.exhibits if e.kind == "rule"}) > 5
    assert set(Preparer.objects.values_list("actor_key", flat=True)) == {steward.key}


def test_a_visitor_and_a_stranger_see_no_dossier(palen, steward, stranger):
    opened = release.open_dossier(by=steward, dataset_id=palen.id)
    for by, refusal in ((stranger, NotFound), (VISITOR, NotFound)):
        with pytest.raises(refusal):
            release.dossier(by=by, dossier_id=opened.id)
        with pytest.raises(refusal):
            release.answer(by=by, dossier_id=opened.id, element="Intake", answers=PLAIN)
        with pytest.raises((NotFound, NotSignedIn)):
            release.stop(by=by, dossier_id=opened.id, reason="Weg.")
    assert release.dossiers(by=stranger).total == 0
    assert release.dossiers(by=steward).total == 1


def test_a_decision_is_on_exactly_what_was_seen(palen, steward, owner):
    lying = ready(steward, palen)
    with pytest.raises(Stale):
        decided(owner, lying, expected="0" * 64)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("what", ["description", "table"])
def test_a_change_after_the_decision_does_not_go_out_with_it(palen, steward, owner, tmp_path, what):
    lying = ready(steward, palen)
    decided(owner, lying)
    if what == "table":
        hand_in(steward, palen, {"paal": [9]}, tmp_path)
    else:
        now = register.get(by=steward, dataset_id=palen.id)
        register.change(by=steward, dataset_id=palen.id, changes={"purpose": "Ja."}, expected_version=now.version)
    run_until_idle()
    assert public.table(palen.slug).rows == 4
    assert "purpose" not in public.dataset(palen.slug).document["metadata"]
    assert release.undecided(by=steward, dataset_id=palen.id) == {what}


def test_a_new_decision_is_a_new_release_and_the_old_one_keeps_its_address(published, palen, steward, owner, tmp_path):
    before = public.file(palen.slug, "csv").sha256
    hand_in(steward, palen, PALEN | {"vermogen": [1, 2, 3, 4]}, tmp_path)
    assert public.file(palen.slug, "csv").sha256 == before
    publish(steward, owner, palen)
    assert public.dataset(palen.slug).release == 2
    assert public.file(palen.slug, "csv").sha256 != before
    assert public.file(palen.slug, "csv", 1).sha256 == before
    assert [(r.number, r.status) for r in public.releases(palen.slug)] == [(2, "current"), (1, "superseded")]


@pytest.mark.parametrize(("outcome", "field"), [("closed", "legalGround"), ("planned", "embargoDate")])
def test_what_is_not_open_now_needs_its_ground_or_its_day(palen, steward, owner, outcome, field):
    lying = ready(steward, palen)
    answers = {"decision": outcome, "motivation": MOTIVATION}
    with pytest.raises(Invalid) as refused:
        release.answer(by=owner, dossier_id=lying.id, element="Decide", answers=answers, expected=lying.content_sha256)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_what_is_planned_comes_out_by_an_event(palen, steward, owner, fixed_clock):
    when = date(2027, 3, 1)
    lying = ready(steward, palen)
    decided(owner, lying, Outcome.PLANNED, embargoDate=when.isoformat())
    run_until_idle()
    assert [(card.slug, card.planned_date) for card in public.planned().rows] == [(palen.slug, when)]
    with pytest.raises(NotFound):
        public.table(palen.slug)
    with pytest.raises(NotAllowed):
        release.lift_embargo(by=steward, dossier_id=lying.id)
    release.lift_embargo(by=owner, dossier_id=lying.id)
    run_until_idle()
    found = public.dataset(palen.slug)
    assert (found.kind, found.release, found.rows) == (Kind.OPEN, 2, 4)


def test_personal_data_never_opens_and_a_person_says_what_then(merwede, steward, owner, officer, tmp_path):
    record = describe(steward, merwede, "Deelnemers", licence=closed_licence())
    hand_in(steward, record, {"email": [f"naam{n}@voorbeeld.nl" for n in range(20)]}, tmp_path)
    lying = ready(steward, record)
    assert next(c for c in lying.checks if c.name == "personal-data").verdict is Verdict.FAILED
    assert [(task.element, task.role) for task in lying.tasks] == [("PrivacyJudge", "privacy_officer")]
    answers = {
        "containsPersonalData": "yes",
        "personalOrigin": "yes",
        "statutoryRegister": "no",
        "compatible": "no",
        "anonymise": "disproportionate",
        "privacyMotivation": "Er staan e-mailadressen van mensen in.",
    }
    release.answer(by=officer, dossier_id=lying.id, element="PrivacyJudge", answers=answers)
    run_until_idle()
    lying = release.dossier(by=owner, dossier_id=lying.id)
    assert (lying.stage, lying.proposal) == (Stage.READY_TO_DECIDE, Outcome.CLOSED)
    with pytest.raises(Conflict, match="Persoonsgegevens"):
        decided(owner, lying)
    decided(owner, lying, Outcome.CLOSED)
    run_until_idle()
    assert release.dossier(by=owner, dossier_id=lying.id).stage is Stage.REFUSED
    assert public.dataset(record.slug).ground == GROUND
    with pytest.raises(NotFound):
        public.table(record.slug)


def test_small_groups_go_to_the_privacy_officer(palen, steward):
    lying = ready(steward, palen, quasiIdentifiers=["plaats"])
    assert next(c for c in lying.checks if c.name == "k-anonymity").verdict is Verdict.FAILED
    assert [task.element for task in lying.tasks] == ["PrivacyJudge"]


def test_a_column_that_does_not_exist_is_refused_at_the_intake(palen, steward):
    opened = release.open_dossier(by=steward, dataset_id=palen.id)
    answers = PLAIN | {"quasiIdentifiers": ["bestaat niet"]}
    with pytest.raises(Invalid) as refused:
        release.answer(by=steward, dossier_id=opened.id, element="Intake", answers=answers)
    assert [fault.field for fault in refused.value.faults] == ["quasiIdentifiers"]


def test_a_check_that_breaks_never_opens(palen, steward, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("no disk")

    monkeypatch.setattr("sluis.release.checks.table.ledger", broken)
    lying = ready(steward, palen)
    assert next(c for c in lying.checks if c.name == "table").verdict is Verdict.ERROR
    assert [task.element for task in lying.tasks] == ["Describe"]
    assert "no disk" in caplog.text


def test_returned_work_comes_back_on_the_desk_of_the_steward(palen, steward, owner):
    lying = ready(steward, palen)
    answers = {"decision": "return", "motivation": "Kan beter.", "returnTo": "description"}
    with pytest.raises(Invalid):
        release.answer(by=owner, dossier_id=lying.id, element="Decide", answers=answers)
    answers |= {"returnReason": "Leg uit wat vermogen is."}
    back = release.answer(by=owner, dossier_id=lying.id, element="Decide", answers=answers)
    assert (back.stage, back.return_reason) == (Stage.RETURNED, "Leg uit wat vermogen is.")
    assert [(task.element, task.role) for task in back.tasks] == [("Describe", "data_steward")]
    release.answer(by=steward, dossier_id=lying.id, element="Describe", answers={})
    run_until_idle()
    again = release.dossier(by=owner, dossier_id=lying.id)
    assert again.stage is Stage.READY_TO_DECIDE
    decided(owner, again)
