"""A rule changes: proposed by one, compared, decided by another, and what starts next follows it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.integration.process.conftest import person, todo
from tests.unit.process.drawn import end, node, process, start, user

from sluis.foundation.models import AuditEntry, OutboxEvent
from sluis.foundation.service import run_until_idle
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from sluis.process import service as door
from sluis.process.models import CurrentDefinition, Enactment, Proposal
from sluis.process.shipped import shipped
from sluis.process.types import Kind, ProposalState

pytestmark = pytest.mark.django_db(transaction=True)
PLATES = (shipped("policies") / "personal-data.dmn").read_bytes()
ASKING = process(
    start(),
    user("ask"),
    node(
        "businessRuleTask",
        "judge",
        sluis_policy="personal-data",
        sluis_decision="PersonalData",
        sluis_result="treatment",
    ),
    user("after", role="data_owner"),
    end(),
    "start > ask > judge > after > end",
)


def blocks_plates(xml: bytes) -> bytes:
    """The change of the how-to: for us a licence plate blocks."""
    text = xml.decode()
    at = text.index('"licence_plate"</text></inputEntry>')
    return (text[:at] + text[at:].replace('"judge"', '"blocks"', 1)).encode()


@pytest.fixture
def owner(home: Any) -> Actor:
    return person(home, "data_owner")


@pytest.fixture(autouse=True)
def _rules(home: Any) -> None:
    for kind, key, xml in (
        ("policy", "personal-data", PLATES),
        ("process", "regel-wijzigen", (shipped("processes") / "regel-wijzigen.bpmn").read_bytes()),
        ("process", "vragen", ASKING),
    ):
        door.make_current(by=SYSTEM, sha256=door.deploy(by=SYSTEM, kind=kind, key=key, xml=xml).sha256)


def proposed(boss: Actor, xml: bytes, **more: Any) -> Any:
    made = door.propose(
        by=boss, kind="policy", key="personal-data", xml=xml, motivation="Kentekens zijn van mensen.", **more
    )
    run_until_idle()
    return door.proposal(by=boss, proposal_id=made.id)


def treated(home: Any, ann: Actor) -> str:
    """What a process that starts now does with a sure licence plate."""
    given = {"kind": "licence_plate", "confidence": "sure"}
    made = door.start(by=ann, key="vragen", subject="test:1", organisation_id=home.id, variables=given)
    task = next(t for t in door.tasks(by=ann).rows if t.instance_id == made.id)
    door.complete(by=ann, task_id=task.id)
    return door.instance(by=ann, instance_id=made.id).variables["treatment"]


def test_what_starts_next_follows_the_decided_rule(home: Any, ann: Actor, boss: Actor, owner: Actor) -> None:
    assert treated(home, ann) == "judge"
    new = blocks_plates(PLATES)
    made = proposed(boss, new)
    held = door.compare_proposal(by=owner, proposal_id=made.id)
    assert [(change.what, change.deed) for change in held.changes] == [("rule", "changed")]
    assert held.changes[0].aspects[0].after == '"blocks"'
    assert held.cases is not None
    assert len(held.cases.differences) >= 1
    assert held.recorded is not None
    assert [(d.before, d.after) for d in held.recorded.differences] == [("judge", "blocks")]
    assert treated(home, ann) == "judge"  # nothing holds before the decision
    decided = door.decide(by=owner, proposal_id=made.id, approve=True, answer="Eens.", expected=made.definition_sha256)
    assert (decided.state, decided.decided_role) == (ProposalState.APPROVED, "data_owner")
    assert door.current("policy", "personal-data").sha256 == made.definition_sha256
    assert treated(home, ann) == "blocks"
    now, before = door.in_force("policy", "personal-data")
    assert (now.role, now.motivation, now.until, before.until) == (
        "data_owner",
        "Kentekens zijn van mensen.",
        None,
        now.since,
    )
    assert AuditEntry.objects.filter(action="process.rule.decided", actor_key=owner.key).count() == 1
    assert OutboxEvent.objects.filter(type="process.definition.current").exists()


def test_refusing_keeps_what_holds(boss: Actor, owner: Actor) -> None:
    made = proposed(boss, blocks_plates(PLATES))
    door.decide(by=owner, proposal_id=made.id, approve=False, answer="Nog niet.", expected=made.definition_sha256)
    assert door.source(door.current("policy", "personal-data").sha256) == PLATES
    assert len(door.in_force("policy", "personal-data")) == 1
    with pytest.raises(Conflict):
        door.decide(by=owner, proposal_id=made.id, approve=True, answer="Toch.", expected=made.definition_sha256)


def test_who_proposed_does_not_decide(home: Any, boss: Actor, owner: Actor) -> None:
    both = person(home, "coordinator", "data_owner")
    made = proposed(both, blocks_plates(PLATES))
    assert not made.may_decide
    for somebody in (both, boss):
        with pytest.raises(NotAllowed):
            door.decide(by=somebody, proposal_id=made.id, approve=True, answer="Eens.", expected=made.definition_sha256)
    with pytest.raises(Stale):
        door.decide(by=owner, proposal_id=made.id, approve=True, answer="Eens.", expected="iets anders")
    assert door.proposal(by=owner, proposal_id=made.id).state is ProposalState.OPEN


def test_nobody_makes_a_version_hold_without_a_decision(boss: Actor, owner: Actor) -> None:
    made = proposed(boss, blocks_plates(PLATES))
    for somebody in (boss, owner):
        with pytest.raises(NotAllowed):
            door.make_current(by=somebody, sha256=made.definition_sha256)
    with pytest.raises(IntegrityError), transaction.atomic():
        door.make_current(by=SYSTEM, sha256=made.definition_sha256)
    row = Proposal.objects.get(id=made.id)
    for change in ({"state": "approved", "decided_by": row.proposed_by}, {"definition_id": row.base_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(id=row.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enactment.objects.create(
            kind="policy", key="personal-data", definition_id=row.definition_id, at=row.proposed_at
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        CurrentDefinition.objects.filter(key="personal-data").update(definition_id=row.definition_id)


def test_a_change_behind_the_back_of_another_is_refused(boss: Actor, owner: Actor) -> None:
    one, two = blocks_plates(PLATES), PLATES.replace(b"Wat zijn voor ons", b"Wat heten voor ons")
    first, second = proposed(boss, one), proposed(boss, two)
    door.decide(by=owner, proposal_id=first.id, approve=True, answer="Eens.", expected=first.definition_sha256)
    with pytest.raises(Conflict):
        door.decide(by=owner, proposal_id=second.id, approve=True, answer="Ook.", expected=second.definition_sha256)


def test_what_cannot_be_proposed(boss: Actor, ann: Actor) -> None:
    given: dict[str, Any] = {"kind": "policy", "key": "personal-data", "motivation": "x"}
    with pytest.raises(Conflict):
        door.propose(by=boss, xml=PLATES, **given)
    with pytest.raises(Invalid):
        door.propose(by=boss, xml=b"<geen/>", **given)
    with pytest.raises(Invalid):
        door.propose(by=boss, xml=blocks_plates(PLATES), **(given | {"motivation": " "}))
    with pytest.raises(Invalid):
        door.propose(by=boss, xml=blocks_plates(PLATES), cases="geen,kop\n1,2\n", **given)
    for somebody in (ann, SYSTEM):
        with pytest.raises(NotAllowed):
            door.propose(by=somebody, xml=blocks_plates(PLATES), **given)
    assert not Proposal.objects.exists()


def test_a_policy_keeps_the_decisions_that_a_process_asks(boss: Actor, owner: Actor) -> None:
    other = PLATES.replace(b'name="PersonalData"', b'name="Anders"')
    made = proposed(boss, other)
    with pytest.raises(Conflict) as refused:
        door.decide(by=owner, proposal_id=made.id, approve=True, answer="Eens.", expected=made.definition_sha256)
    assert refused.value.code == "process.policy.asked"


def test_an_administrator_proposes_a_process_and_steps_are_compared(home: Any, owner: Actor) -> None:
    admin = person(home, "administrator")
    new = ASKING.replace(b'id="after"', b'id="later"').replace(b'"after"', b'"later"').replace(b"data_owner", b"lawyer")
    made = door.propose(by=admin, kind="process", key="vragen", xml=new, motivation="De jurist kijkt.")
    run_until_idle()
    held = door.compare_proposal(by=owner, proposal_id=made.id)
    assert {(change.what, change.deed, change.element) for change in held.changes} >= {
        ("step", "added", "later"),
        ("step", "removed", "after"),
    }


def test_without_a_file_there_is_no_proposal(home: Any, boss: Actor) -> None:
    door.start(by=boss, key="regel-wijzigen", subject="rule:x", organisation_id=home.id)
    with pytest.raises(Conflict):
        door.complete(by=boss, task_id=todo(boss)["Propose"].id, answers={"motivation": "zomaar"})


def test_drafts_are_nobodys_business_outside(boss: Actor) -> None:
    made = door.propose(
        by=boss, kind="policy", key="nieuw", xml=PLATES.replace(b"Wat zijn voor ons", b"Iets"), motivation="Nieuw."
    )
    with pytest.raises(NotFound):
        door.in_force("policy", "nieuw")
    assert all(one.sha256 != made.definition_sha256 for one in door.all_in_force())
    assert {(one.kind, one.key) for one in door.all_in_force()} == {
        (Kind.POLICY, "personal-data"),
        (Kind.PROCESS, "regel-wijzigen"),
        (Kind.PROCESS, "vragen"),
    }


def test_the_privacy_officer_reads_along_and_the_decision_does_not_wait(home: Any, boss: Actor, owner: Actor) -> None:
    officer = person(home, "privacy_officer")
    first = proposed(boss, blocks_plates(PLATES))
    assert set(todo(officer)) == {"Advise"}
    said = {"opinion": "object", "advice": "Ook trekhaken."}
    door.complete(by=officer, task_id=todo(officer)["Advise"].id, answers=said)
    assert door.proposal(by=owner, proposal_id=first.id).may_decide
    door.decide(by=owner, proposal_id=first.id, approve=False, answer="Eens.", expected=first.definition_sha256)
    ended = door.instance(by=owner, instance_id=first.instance_id)
    assert (ended.state, ended.outcome) == ("ended", "refused")
    second = proposed(boss, PLATES.replace(b"Wat zijn voor ons", b"Wat heten voor ons"))
    assert "Advise" in todo(officer)
    door.decide(by=owner, proposal_id=second.id, approve=True, answer="Nu.", expected=second.definition_sha256)
    assert todo(officer) == {}
    assert door.instance(by=owner, instance_id=second.instance_id).outcome == "in-force"


def test_what_was_sent_back_is_told_better_or_replaced(boss: Actor, owner: Actor) -> None:
    made = proposed(boss, blocks_plates(PLATES))
    door.return_task(by=owner, task_id=todo(owner)["Decide"].id, to="Propose", reason="Waarom?")
    back = door.proposal(by=boss, proposal_id=made.id)
    assert (back.returned, back.may_decide) == ("Waarom?", False)
    with pytest.raises(Conflict):
        door.decide(by=owner, proposal_id=made.id, approve=True, answer="Eens.", expected=made.definition_sha256)
    door.complete(by=boss, task_id=todo(boss)["Propose"].id, answers={"motivation": "Van mensen, zegt de AP."})
    run_until_idle()
    again = door.proposal(by=owner, proposal_id=made.id)
    assert (again.returned, again.motivation, again.may_decide) == ("", "Van mensen, zegt de AP.", True)
    door.return_task(by=owner, task_id=todo(owner)["Decide"].id, to="Propose", reason="Nee.")
    other = proposed(boss, PLATES.replace(b"Wat zijn voor ons", b"Wat heten voor ons"))
    assert door.proposal(by=boss, proposal_id=made.id).state is ProposalState.STOPPED
    assert door.proposal(by=owner, proposal_id=other.id).may_decide


def test_a_stopped_proposal_stands_in_nobodys_way(boss: Actor, owner: Actor) -> None:
    made = proposed(boss, blocks_plates(PLATES))
    door.cancel(by=boss, instance_id=made.instance_id, reason="Toch niet.")
    assert door.proposal(by=owner, proposal_id=made.id).state is ProposalState.STOPPED
    assert proposed(boss, blocks_plates(PLATES)).state is ProposalState.OPEN
