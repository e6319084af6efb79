"""From intake to release and back, by the operations that pages and command line use."""

import pytest
from tests.integration.release.conftest import (
    GROUND,
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

from sluis.foundation.service import audit, run_until_idle
from sluis.kernel.actor import SYSTEM, VISITOR
from sluis.kernel.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, NotSignedIn, Stale
from sluis.register import service as register
from sluis.release import public
from sluis.release import service as release
from sluis.release.models import Decision, Preparer, Release
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
        assert file.path.stat().st_size == file.size
    assert public.table(palen.slug).columns[1].name == "plaats"
    assert [hit.card.slug for hit in public.search(SearchRequest(text="laadpaal")).hits] == [palen.slug]
    assert register.get(by=steward, dataset_id=palen.id).publication == "published"
    assert found.document["decision"]["role"] == "data_owner"
    assert owner.key not in str(found.document)
    with django_capture_on_commit_callbacks(execute=True):  # the anchor of the chain is written after a commit
        release.open_dossier(by=steward, dataset_id=palen.id)
    assert audit.verify().sound


def test_a_visitor_and_a_stranger_see_no_dossier(palen, steward, stranger):
    opened = release.open_dossier(by=steward, dataset_id=palen.id)
    with pytest.raises(NotFound):
        release.dossier(by=stranger, dossier_id=opened.id)
    with pytest.raises(NotFound):
        release.propose(by=stranger, dossier_id=opened.id, outcome="open")
    with pytest.raises(NotSignedIn):
        release.propose(by=VISITOR, dossier_id=opened.id, outcome="open")
    assert release.dossiers(by=stranger).total == 0
    assert release.dossiers(by=steward).total == 1


def test_one_open_dossier_per_dataset(palen, steward):
    opened = release.open_dossier(by=steward, dataset_id=palen.id)
    with pytest.raises(Conflict, match="al een dossier"):
        release.open_dossier(by=steward, dataset_id=palen.id)
    release.withdraw_dossier(by=steward, dossier_id=opened.id, reason="Toch niet.")
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
    assert "decide" not in lying.may
    with pytest.raises(NotAllowed, match="een ander moet besluiten"):
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


def test_a_decision_is_on_exactly_what_was_seen(palen, steward, owner, officer):
    lying = ready(steward, palen)
    release.advise(by=officer, dossier_id=lying.id, text="Let op de adressen.", agrees=False)
    with pytest.raises(Stale):
        decided(owner, lying)


def test_a_change_after_the_checks_needs_new_checks(palen, steward, owner):
    lying = ready(steward, palen)
    now = register.get(by=steward, dataset_id=palen.id)
    register.change(by=steward, dataset_id=palen.id, changes={"purpose": "Anders."}, expected_version=now.version)
    assert release.dossier(by=owner, dossier_id=lying.id).stale
    with pytest.raises(Conflict, match="gewijzigd na de controles"):
        decided(owner, lying)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("what", ["description", "table"])
def test_a_change_after_the_decision_needs_a_new_decision(palen, steward, owner, tmp_path, what):
    lying = ready(steward, palen)
    decided(owner, lying)
    if what == "table":
        hand_in(steward, palen, {"paal": [9]}, tmp_path)
    else:
        now = register.get(by=steward, dataset_id=palen.id)
        register.change(by=steward, dataset_id=palen.id, changes={"purpose": "Ja."}, expected_version=now.version)
    run_until_idle()
    stuck = release.dossier(by=steward, dossier_id=lying.id)
    assert stuck.stage is Stage.DECIDED
    assert stuck.failure["code"] == "publish.changed"
    assert not Release.objects.exists()
    with pytest.raises(NotFound):
        public.dataset(palen.slug)
    assert [task.kind for task in release.tasks(by=steward)] == ["publish"]


def test_a_refresh_is_a_new_release_and_the_old_one_keeps_its_address(published, palen, steward, owner, tmp_path):
    before = public.file(palen.slug, "csv").sha256
    hand_in(steward, palen, PALEN | {"vermogen": [1, 2, 3, 4]}, tmp_path)
    assert public.file(palen.slug, "csv").sha256 == before
    publish(steward, owner, palen)
    assert public.dataset(palen.slug).release == 2
    assert public.file(palen.slug, "csv").sha256 != before
    assert public.file(palen.slug, "csv", 1).sha256 == before
    assert [(r.number, r.status) for r in public.releases(palen.slug)] == [(2, "current"), (1, "superseded")]


@pytest.mark.parametrize("outcome", [Outcome.RESTRICTED, Outcome.CLOSED])
def test_what_is_not_open_shows_its_ground_and_no_data(merwede, steward, owner, tmp_path, outcome):
    licence = _closed() if outcome is Outcome.CLOSED else "CC0"
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


def _closed() -> str:
    return next(c.uri for c in register.concepts("donl-licence") if "gesloten" in c.uri)


def test_not_open_needs_a_ground(palen, steward, owner):
    lying = ready(steward, palen)
    with pytest.raises(Invalid):
        decided(owner, lying, Outcome.CLOSED, ground="  ")


def test_planned_stands_in_the_register_with_its_date(palen, steward, owner, fixed_clock):
    from datetime import date

    when = date(2027, 3, 1)
    lying = ready(steward, palen, Outcome.PLANNED, planned_date=when)
    decided(owner, lying, Outcome.PLANNED, planned_date=when)
    run_until_idle()
    assert [(card.slug, card.planned_date) for card in public.planned().rows] == [(palen.slug, when)]
    with pytest.raises(NotFound):
        public.table(palen.slug)


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


def test_personal_data_blocks_open_and_not_closed(merwede, steward, owner, tmp_path):
    record = describe(steward, merwede, "Deelnemers")
    hand_in(steward, record, {"email": [f"naam{n}@voorbeeld.nl" for n in range(20)]}, tmp_path)
    lying = ready(steward, record)
    assert next(c for c in lying.checks if c.name == "personal_data").verdict is Verdict.FAILED
    with pytest.raises(Conflict) as blocked:
        decided(owner, lying)
    assert "Persoonsgegevens" in str(blocked.value)
    refused = release.refuse(by=owner, dossier_id=lying.id, motivation="Hier staan e-mailadressen van mensen in.")
    assert refused.stage is Stage.REFUSED
    run_until_idle()
    with pytest.raises(NotFound):
        public.dataset(record.slug)


def test_small_groups_block_open(palen, steward, owner):
    lying = ready(steward, palen, quasi_identifiers=["plaats"])
    assert next(c for c in lying.checks if c.name == "anonymity").verdict is Verdict.FAILED
    with pytest.raises(Conflict):
        decided(owner, lying)


def test_a_check_that_breaks_blocks_open(palen, steward, owner, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("no disk")

    monkeypatch.setattr("pyarrow.parquet.read_metadata", broken)
    lying = ready(steward, palen)
    assert next(c for c in lying.checks if c.name == "fetch_back").verdict is Verdict.ERROR
    with pytest.raises(Conflict):
        decided(owner, lying)
    assert "no disk" in caplog.text


def test_returned_work_comes_back_on_the_desk_of_the_steward(palen, steward, owner):
    lying = ready(steward, palen)
    assert [task.kind for task in release.tasks(by=owner)] == ["decide"]
    back = release.return_to_preparer(by=owner, dossier_id=lying.id, reason="Leg uit wat vermogen is.")
    assert (back.stage, back.return_reason) == (Stage.RETURNED, "Leg uit wat vermogen is.")
    assert [task.kind for task in release.tasks(by=steward)] == ["prepare"]
    assert release.tasks(by=owner) == ()
    with pytest.raises(Invalid):
        release.return_to_preparer(by=owner, dossier_id=lying.id, reason="")


def test_a_decision_needs_a_motivation(palen, steward, owner):
    with pytest.raises(Invalid):
        decided(owner, ready(steward, palen), motivation=" ")


def test_the_record_of_the_decision(published, steward, owner):
    decision = published.decision
    assert decision.by.key == owner.key
    assert decision.by.role == "data_owner"
    assert [p.key for p in decision.preparers] == [steward.key]
    assert (decision.motivation, len(decision.sha256)) == (MOTIVATION, 64)
    assert [step.state for step in published.steps] == ["done"] * 5
    assert set(Preparer.objects.values_list("actor_key", flat=True)) == {steward.key}
