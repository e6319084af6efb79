"""The database itself keeps the promises, whatever our code does; and no row of operations gets around four eyes."""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.integration.release.conftest import (
    GROUND,
    MOTIVATION,
    PALEN,
    PLAIN,
    decided,
    describe,
    hand_in,
    person,
    ready,
)

from sluis.foundation.service import actor_by_email, audit, create_organisation, create_person, grant, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Held
from sluis.kernel.errors import NotAllowed, NotFound, SluisError
from sluis.kernel.ids import new_id
from sluis.process import service as process
from sluis.process.types import TaskFilter, TaskRecord
from sluis.register import service as register
from sluis.release import rules
from sluis.release import service as release
from sluis.release.models import Decision, Dossier, Exhibit, Preparer, PublicDataset, Release
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.types import Outcome

pytestmark = pytest.mark.django_db


def _decision(dossier, actor, **more):
    fields = {
        "id": new_id(),
        "dossier_id": dossier.id,
        "dataset_id": dossier.dataset_id,
        "outcome": "open",
        "decider_key": actor.key,
        "role": "data_owner",
        "decided_at": clock.now(),
        "motivation": "ja",
        "content": {},
        "sha256": "a" * 64,
        "audit_seq": 0,
    }
    return Decision.objects.create(**(fields | more))


def _refused(what):
    with pytest.raises(DatabaseError), transaction.atomic():
        what()


def test_the_database_refuses_a_decider_who_prepared(palen, steward):
    lying = ready(steward, palen)
    Preparer.objects.create(dossier_id=lying.id, actor_key=steward.key)
    _refused(lambda: _decision(lying, steward))


def test_the_database_refuses_a_decision_nobody_prepared(palen, steward, owner):
    _refused(lambda: _decision(ready(steward, palen), owner))


def test_the_database_refuses_to_add_the_decider_to_the_preparers(published, owner):
    _refused(lambda: Preparer.objects.create(dossier_id=published.id, actor_key=owner.key))


def test_the_database_refuses_a_release_without_a_decision_on_its_hash(published, palen):
    made = Release.objects.get()
    Release.objects.update(status="superseded")
    made.id, made.number, made.sha256 = new_id(), 2, "b" * 64
    _refused(lambda: made.save(force_insert=True))


def test_decisions_evidence_and_releases_do_not_change(published):
    _refused(lambda: Decision.objects.update(motivation="anders"))
    _refused(lambda: Decision.objects.all().delete())
    _refused(lambda: Exhibit.objects.update(body={}))
    _refused(lambda: Exhibit.objects.all().delete())
    _refused(lambda: Preparer.objects.all().delete())
    _refused(lambda: Release.objects.update(sha256="c" * 64))
    _refused(lambda: Release.objects.update(files=[]))
    _refused(lambda: Release.objects.all().delete())
    Release.objects.update(status="superseded")
    _refused(lambda: Release.objects.update(status="current"))


def test_a_role_that_ended_decides_nothing(palen, merwede, steward, fixed_clock):
    email = "waarnemer@merwede.example"
    lent = create_person(by=SYSTEM, email=email, name="Waarnemer", password="lang genoeg en geheim")
    until = clock.today() + timedelta(days=1)
    grant(by=SYSTEM, user_id=lent.id, organisation_id=merwede.id, role="data_owner", until_date=until)
    lying = ready(steward, palen)
    assert release.dossier(by=actor_by_email(email), dossier_id=lying.id).task("Decide").may_complete
    fixed_clock.advance(timedelta(days=3))
    with pytest.raises(NotFound):
        decided(actor_by_email(email), lying)
    assert process.tasks(by=actor_by_email(email)).rows == ()
    assert not Decision.objects.exists()


def lent(organisation, giver, role, *, own):
    """Somebody with a role of their own who also uses one of `giver`."""
    taker = person(organisation, own)
    return replace(taker, grants=taker.grants | {Held(organisation.id, role, None, giver.key)})


def _decision_of(dossier):
    made = Decision.objects.get(dossier_id=dossier.id)
    return made.decider_key, made.on_behalf_of


def test_a_substitute_decides_in_the_name_of_the_owner(palen, steward, owner, merwede):
    substitute = lent(merwede, owner, "data_owner", own="viewer")
    lying = ready(steward, palen)
    assert release.dossier(by=substitute, dossier_id=lying.id).task("Decide").may_complete
    decided(substitute, lying)
    assert _decision_of(lying) == (substitute.key, owner.key)
    told = [e for e in audit.entries_about("dossier", lying.id) if e.action == "release.decided"]
    assert [e.actor_keys for e in told] == [{substitute.key, owner.key}]


def _returned_to(merwede, mender, lying):
    """Another owner sent it back, and somebody mended it: who lies with the decision now?"""
    another = person(merwede, "data_owner")
    answers = {"decision": "return", "motivation": "Kan beter.", "returnTo": "description", "returnReason": "Zo."}
    release.answer(by=another, dossier_id=lying.id, element="Decide", answers=answers)
    release.answer(by=mender, dossier_id=lying.id, element="Describe", answers={})
    run_until_idle()
    return release.dossier(by=SYSTEM, dossier_id=lying.id)


def _refused_decision(by, lying):
    with pytest.raises(NotAllowed):
        decided(by, lying)
    assert not Decision.objects.exists()


def test_a_substitute_does_not_decide_on_what_the_giver_prepared(palen, merwede, steward):
    """The steward's own dataset, decided by a colleague in the steward's name."""
    both = replace(steward, grants=steward.grants | {Held(merwede.id, "data_owner")})
    _refused_decision(lent(merwede, both, "data_owner", own="viewer"), ready(steward, palen))


def test_a_substitute_does_not_decide_on_what_they_prepared_themselves(palen, merwede, steward, owner):
    deputy = replace(steward, grants=steward.grants | {Held(merwede.id, "data_owner", None, owner.key)})
    _refused_decision(deputy, ready(steward, palen))


def test_an_owner_does_not_decide_on_what_a_substitute_prepared_in_their_name(palen, merwede, steward, owner):
    substitute = lent(merwede, owner, "data_steward", own="viewer")
    lying = ready(steward, palen)
    _refused_decision(owner, _returned_to(merwede, substitute, lying))


def test_two_substitutes_of_one_person_are_that_person_twice(palen, merwede, steward, owner):
    first = lent(merwede, owner, "data_steward", own="viewer")
    lying = ready(steward, palen)
    lying = _returned_to(merwede, first, lying)
    _refused_decision(lent(merwede, owner, "data_owner", own="viewer"), lying)


def test_who_has_the_role_themselves_decides_in_their_own_name(palen, merwede, steward):
    """The steward also lent an owner's role, but this owner needs none: two people looked."""
    both = replace(steward, grants=steward.grants | {Held(merwede.id, "data_owner")})
    lying = ready(steward, palen)
    decided(lent(merwede, both, "data_owner", own="data_owner"), lying)
    assert _decision_of(lying)[1] is None


def test_the_database_looks_behind_the_substitute(palen, steward, owner, officer):
    lying = ready(steward, palen)
    Preparer.objects.create(dossier_id=lying.id, actor_key=steward.key)
    _refused(lambda: _decision(lying, owner, on_behalf_of=steward.key))
    _decision(lying, owner, on_behalf_of=officer.key)
    _refused(lambda: Preparer.objects.create(dossier_id=lying.id, actor_key=officer.key))


class Killed(BaseException):
    """As a process that is killed: no `except Exception` sees it."""


class Lock(RuleBasedStateMachine):
    """Anybody tries anything in any order. People hold one role, two, or one that a colleague lent to them."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.folder = Path(tempfile.mkdtemp())
        organisation = create_organisation(by=SYSTEM, slug=f"o{new_id().hex[:12]}", name="Provincie")
        self.people = [
            person(organisation, "data_steward"),
            person(organisation, "data_owner"),
            person(organisation, "data_steward", "data_owner"),
            person(organisation, "coordinator", "data_owner"),
            person(organisation, "privacy_officer", "data_owner"),
        ]
        self.people += [
            lent(organisation, self.people[1], "data_owner", own="data_steward"),
            lent(organisation, self.people[2], "data_owner", own="viewer"),
            lent(organisation, self.people[1], "data_steward", own="viewer"),
        ]
        self.dataset = describe(self.people[0], organisation, f"Palen {new_id().hex}")
        hand_in(self.people[0], self.dataset, PALEN, self.folder)
        self.edits = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    def _open(self) -> Dossier | None:
        return Dossier.objects.filter(dataset_id=self.dataset.id, stage__in=OPEN_STAGES).first()

    def _try(self, operation, **arguments) -> None:
        try:
            with transaction.atomic():
                operation(**arguments)
        except SluisError:
            pass

    who = st.integers(0, 7)

    @rule(n=who)
    def open(self, n: int) -> None:
        self._try(release.open_dossier, by=self.people[n], dataset_id=self.dataset.id)

    @rule(n=who)
    def edit(self, n: int) -> None:
        self.edits += 1
        now = register.get(by=SYSTEM, dataset_id=self.dataset.id)
        self._try(
            register.change,
            by=self.people[n],
            dataset_id=self.dataset.id,
            changes={"purpose": f"Versie {self.edits}."},
            expected_version=now.version,
        )

    @rule(n=who)
    def edit_contact(self, n: int) -> None:
        self.edits += 1
        now = register.get(by=SYSTEM, dataset_id=self.dataset.id).contact
        self._try(
            register.change_contact,
            by=self.people[n],
            contact_id=now.id,
            changes={"phone": f"010{self.edits}"},
            expected_version=now.version,
        )

    @rule(n=st.sampled_from([0, 2, 7]))
    def new_table(self, n: int) -> None:
        self.edits += 1
        hand_in(self.people[n], self.dataset, PALEN | {"vermogen": [self.edits, 2, 3, 4]}, self.folder)

    @rule(n=who)
    def withdraw(self, n: int) -> None:
        self._try(release.withdraw, by=self.people[n], dataset_id=self.dataset.id, reason="Fout.")

    @rule()
    def die_while_publishing(self) -> None:
        """The process stops after the release was written, before the projection: neither may stand."""
        before = Release.objects.filter(dataset_id=self.dataset.id).count()
        with (
            mock.patch("sluis.release.publishing.projection.project", side_effect=Killed),
            suppress(Killed, SluisError),
            transaction.atomic(),
        ):
            run_until_idle()
            return
        assert Release.objects.filter(dataset_id=self.dataset.id).count() == before

    def _tasks(self) -> tuple[TaskRecord, ...]:
        row = self._open()
        wanted = TaskFilter(view="team", instance_id=row.instance_id) if row and row.instance_id else None
        return process.tasks(by=SYSTEM, filters=wanted).rows if wanted else ()

    @rule(n=who)
    def prepare(self, n: int) -> None:
        """Everything that lies with preparers, and the steps after it, so that machines reach the decision often."""
        for task in self._tasks():
            if task.element in ("Intake", "Describe"):
                answers = PLAIN if task.element == "Intake" else {}
                self._try(process.complete, by=self.people[n], task_id=task.id, answers=answers)
        run_until_idle()

    @rule(n=who, to=who)
    def hand_over(self, n: int, to: int) -> None:
        """A task goes from hand to hand, whoever asks for it."""
        for task in self._tasks():
            self._try(process.claim, by=self.people[n], task_id=task.id)
            user = self.people[to].user_id
            self._try(process.reassign, by=self.people[n], task_id=task.id, to_user_id=user)
            self._try(process.unclaim, by=self.people[n], task_id=task.id)

    @rule(n=who, to=st.sampled_from(["Intake", "Describe", "OpennessJudge", "PrivacyJudge"]))
    def send_back_by_the_task(self, n: int, to: str) -> None:
        for task in self._tasks():
            self._try(process.return_task, by=self.people[n], task_id=task.id, to=to, reason="Beter graag.")

    @rule(n=who, message=st.sampled_from(["data-refreshed", "superseded", "embargo-lifted", "emergency-withdrawal"]))
    def say(self, n: int, message: str) -> None:
        for row in Dossier.objects.filter(dataset_id=self.dataset.id, instance_id__isnull=False):
            self._try(process.send_message, by=self.people[n], instance_id=row.instance_id, message=message)

    @rule(n=who, to=st.sampled_from(["intake", "description"]))
    def send_back(self, n: int, to: str) -> None:
        answers = {"decision": "return", "motivation": "Kan beter.", "returnTo": to, "returnReason": "Beter graag."}
        self._decide(n, answers, "")

    @rule(n=who)
    def stop(self, n: int) -> None:
        if row := self._open():
            self._try(release.stop, by=self.people[n], dossier_id=row.id, reason="Stop.")

    @rule(n=who, outcome=st.sampled_from(["open", "open", "open", "closed", "planned"]), old=st.booleans())
    def decide(self, n: int, outcome: str, old: bool) -> None:
        if row := self._open():
            seen = "0" * 64 if old else release.dossier(by=SYSTEM, dossier_id=row.id).content_sha256
            answers = {"decision": outcome, "motivation": MOTIVATION, "embargoDate": "2099-01-01"}
            self._decide(n, answers | ({"legalGround": GROUND} if outcome == "closed" else {}), seen)

    def _decide(self, n: int, answers: dict[str, str], seen: str) -> None:
        for task in self._tasks():
            if task.element == "Decide":
                self._try(process.complete, by=self.people[n], task_id=task.id, answers=answers, expected=seen)

    @rule()
    def work(self) -> None:
        run_until_idle()

    @rule(n=who)
    def everything_and_decide(self, n: int) -> None:
        self.open((n + 2) % 8)
        self.prepare(0)
        self.decide(n, "open", old=False)

    @invariant()
    def no_release_without_other_eyes_on_its_hash(self) -> None:
        for row in Release.objects.filter(dataset_id=self.dataset.id).select_related("decision__dossier"):
            made = row.decision
            assert row.sha256 == made.sha256
            assert made.sha256 == rules.decision_sha256(
                made.content["content_sha256"], Outcome(made.outcome), made.ground, made.motivation, made.planned_date
            )
            assert not {made.decider_key, made.on_behalf_of} & self._editors(made)
            assert {**made.content["metadata"], "openness": 0} == {
                **row.metadata,
                "openness": 0,
            } or row.outcome != "open"
            assert not row.table or row.table["sha256"] == made.content["table"]

    @invariant()
    def outside_stands_only_what_was_released(self) -> None:
        shown = PublicDataset.objects.filter(dataset_id=self.dataset.id).exists()
        assert shown == Release.objects.filter(dataset_id=self.dataset.id).exists()

    def _editors(self, made: Decision) -> set[str]:
        """Recounted here from the whole chain, without the code under test: who touched what was decided."""
        earlier = Decision.objects.filter(dataset_id=self.dataset.id, outcome="open", releases__isnull=False)
        before = max((d.audit_seq for d in earlier if d.audit_seq < made.audit_seq), default=0)
        touching = {"register.dataset.created", "register.dataset.changed", "lake.table.requested"}
        touching |= {f"release.dossier.{word}" for word in ("opened", "proposed", "submitted", "advised")}
        touching |= {"register.contact.changed"}
        dossiers = [str(made.dossier_id)]
        instance = Dossier.objects.get(id=made.dossier_id).instance_id
        entries = audit.entries_about("dataset", self.dataset.id, after=before)
        entries += audit.entries_about("contact", self.dataset.contact.id, after=before)
        entries += [e for key in dossiers for e in audit.entries_about("dossier", key, after=before)]
        done = audit.entries_about("process", instance, after=before)
        entries += [e for e in done if e.detail.get("element") in ("Intake", "Describe", "TransformPlan")]
        touching |= {"process.task.completed"}
        mine = [e for e in entries if e.action in touching and e.seq <= made.audit_seq]
        return {e.actor_key for e in mine} | {key for e in mine for key in e.detail.get("on_behalf_of", ())}


def test_no_row_of_operations_gets_around_four_eyes(db):
    run_state_machine_as_test(
        Lock,
        settings=settings(
            max_examples=12,
            stateful_step_count=14,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_does_reach_a_release(palen, steward, owner):
    """The invariants above would hold in a lock that never opens."""
    decided(owner, ready(steward, palen))
    run_until_idle()
    assert Release.objects.filter(dataset_id=palen.id).count() == 1
