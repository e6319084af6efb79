"""Instances, tasks, jobs and timers on a real database."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.integration.process.conftest import person, todo
from tests.unit.process.drawn import (
    boundary,
    end,
    event,
    field,
    form,
    gateway,
    message,
    node,
    process,
    rule,
    service,
    start,
    timer,
    user,
)

from sluis.foundation.jobs.recurring import enqueue_due
from sluis.foundation.models import AuditEntry, Job
from sluis.foundation.service import audit, create_organisation, run_until_idle
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from sluis.process import registry
from sluis.process import service as door
from sluis.process.jobs import fire_timers
from sluis.process.models import Definition, Instance, Passage, Run, Task, Wait
from sluis.process.types import InstanceState, StepState, TaskFilter, TaskState, Transition, Work

pytestmark = pytest.mark.django_db
TWO = process(
    start(),
    user("a", form(field("x", required=True), field("kind", "choice", options=("p", "q"))), sluis_due="P5D"),
    user("b", role="data_owner", sluis_four_eyes_with="a"),
    end(sluis_outcome="open"),
    "start > a > b > end",
)
Begin = Callable[..., Any]


@pytest.mark.django_db(transaction=True)
def test_from_start_to_end(begin: Begin, ann: Actor, bob: Actor) -> None:
    told: list[str] = []
    door.on_transition(lambda moved: told.append(f"{moved.kind} {moved.element}".strip()))
    made = begin(TWO)
    first = todo(ann)["a"]
    assert first.due_at is not None
    assert first.due_at - first.created_at == timedelta(days=5)
    done = door.complete(by=ann, task_id=first.id, answers={"x": "1", "kind": "p"}, expected_version=first.version)
    assert (done.state, done.completed_by, done.answers) == (TaskState.DONE, ann.key, {"x": "1", "kind": "p"})
    assert todo(ann) == {}
    door.complete(by=bob, task_id=todo(bob)["b"].id)
    now = door.instance(by=ann, instance_id=made.id)
    assert (now.state, now.outcome, dict(now.variables)) == (InstanceState.ENDED, "open", {"x": "1", "kind": "p"})
    assert [one for one in told if one != "moved"] == ["started", "completed a", "completed b", "ended"]
    assert audit.verify().sound
    actions = list(AuditEntry.objects.filter(subject_id=str(made.id)).values_list("action", flat=True))
    assert actions == ["process.started", "process.task.completed", "process.task.completed"]


class TestWhoMay:
    def test_one_who_did_the_other_step_may_not(self, begin: Begin, bob: Actor) -> None:
        begin(TWO)
        door.complete(by=bob, task_id=todo(bob)["a"].id, answers={"x": "1"})
        task = todo(bob)["b"]
        assert not task.may_complete
        with pytest.raises(NotAllowed, match="vier ogen"):
            door.complete(by=bob, task_id=task.id)
        with pytest.raises(NotAllowed):
            door.claim(by=bob, task_id=task.id)

    def test_nor_with_a_role_lent_by_one_who_did(self, begin: Begin, home: Any, bob: Actor) -> None:
        begin(TWO)
        door.complete(by=bob, task_id=todo(bob)["a"].id, answers={"x": "1"})
        lent = person(home)
        lent = Actor(lent.key, user_id=lent.user_id, grants=frozenset({Held(home.id, "data_owner", giver=bob.key)}))
        task = todo(lent)["b"]
        assert not task.may_complete
        with pytest.raises(NotAllowed, match="vier ogen"):
            door.complete(by=lent, task_id=task.id)

    def test_the_database_refuses_it_too(self, begin: Begin, ann: Actor) -> None:
        made = begin(TWO)
        door.complete(by=ann, task_id=todo(ann)["a"].id, answers={"x": "1"})
        row = Task.objects.get(instance_id=made.id, element="b")
        for key, lent in ((ann.key, ""), ("other", ann.key)):
            row.state, row.completed_by, row.completed_for, row.completed_at = "done", key, lent, row.created_at
            with pytest.raises(IntegrityError, match="four eyes"), transaction.atomic():
                row.save()

    def test_the_other_way_round_too(self, begin: Begin, ann: Actor, bob: Actor, home: Any) -> None:
        """Who decided may not prepare afterwards, in a second round."""
        xml = process(
            start(), user("a"), user("b", form(field("more")), role="data_owner", sluis_four_eyes_with="a"),
            gateway("exclusive", "g", "g-end"), end(), 'start > a > b > g > end; g > a ? more = "yes" max=2',
        )  # fmt: skip
        begin(xml)
        door.complete(by=ann, task_id=todo(ann)["a"].id)
        door.complete(by=bob, task_id=todo(bob)["b"].id, answers={"more": "yes"})
        with pytest.raises(NotAllowed, match="vier ogen"):
            door.complete(by=bob, task_id=todo(bob)["a"].id)

    @pytest.mark.parametrize("sql", ["UPDATE process_task SET answers = '{}'", "DELETE FROM process_task"])
    def test_what_is_done_stands(self, begin: Begin, ann: Actor, sql: str) -> None:
        begin(TWO)
        door.complete(by=ann, task_id=todo(ann)["a"].id, answers={"x": "1"})
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    @pytest.mark.parametrize("table", [Definition, Passage])
    def test_files_and_history_stand(self, begin: Begin, table: Any) -> None:
        begin(TWO)
        with pytest.raises(IntegrityError), transaction.atomic():
            table.objects.all()._raw_delete("default")

    def test_role_person_and_organisation(self, begin: Begin, home: Any, ann: Actor) -> None:
        begin(TWO)
        task = todo(ann)["a"]
        other = create_organisation(by=SYSTEM, slug="elders", name="Elders")
        with pytest.raises(NotFound):
            door.complete(by=person(other, "data_steward"), task_id=task.id, answers={"x": "1"})
        with pytest.raises(NotAllowed):
            door.complete(by=person(home, "viewer"), task_id=task.id, answers={"x": "1"})
        with pytest.raises(NotAllowed):
            door.complete(by=SYSTEM, task_id=task.id, answers={"x": "1"})
        assert todo(person(other, "data_steward"), "team") == {}

    def test_claimed(self, begin: Begin, ann: Actor, bob: Actor, boss: Actor) -> None:
        made = begin(TWO)
        task = door.claim(by=ann, task_id=todo(ann)["a"].id)
        assert "a" not in todo(bob)
        assert "a" in todo(bob, "team")
        for verb in (door.complete, door.claim):
            with pytest.raises(Conflict, match="collega"):
                verb(by=bob, task_id=task.id)
        with pytest.raises(NotAllowed):
            door.unclaim(by=bob, task_id=task.id)
        row = Task.objects.get(instance_id=made.id)
        row.state, row.completed_by, row.completed_at = "done", bob.key, row.created_at
        with pytest.raises(IntegrityError, match="claimed"), transaction.atomic():
            row.save()
        with pytest.raises(Stale):
            door.complete(by=ann, task_id=task.id, answers={"x": "1"}, expected_version=task.version - 1)
        door.unclaim(by=boss, task_id=task.id)
        assert "a" in todo(bob)


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({}, {"x"}),
        ({"x": " "}, {"x"}),
        ({"x": "1", "y": 1}, {"y"}),
        ({"x": 1}, {"x"}),
        ({"x": "1", "kind": "z"}, {"kind"}),
        ({"x": "1", "loops": {"g": -9}}, {"loops"}),
    ],
)
def test_wrong_answers_name_the_field_and_nothing_happens(
    begin: Begin, ann: Actor, answers: dict[str, Any], fields: set[str]
) -> None:
    made = begin(TWO)
    with pytest.raises(Invalid) as caught:
        door.complete(by=ann, task_id=todo(ann)["a"].id, answers=answers)
    assert {fault.field for fault in caught.value.faults} == fields
    assert door.instance(by=ann, instance_id=made.id).version == made.version
    assert todo(ann)["a"].version == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_one_wins(begin: Begin, ann: Actor, bob: Actor) -> None:
    made = begin(TWO)
    task, gate, said = todo(ann)["a"], threading.Barrier(2), []

    def try_it(who: Actor) -> None:
        gate.wait()
        try:
            door.complete(by=who, task_id=task.id, answers={"x": who.key})
            said.append("done")
        except Conflict:
            said.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=(who,)) for who in (ann, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "late"]
    assert Task.objects.filter(instance_id=made.id, element="b").count() == 1


class TestCompletion:
    XML = process(start(), user("a", form(field("x")), sluis_completion="test.decide"), end(), "start > a > end")

    def test_runs_within_and_gives_variables(self, begin: Begin, ann: Actor) -> None:
        def decide(work: Work, answers: Any, expected: str) -> dict[str, Any]:
            assert (work.by.key, work.element, work.subject) == (ann.key, "a", "test:1")
            return {"decided": f"{answers['x']} {expected}"}

        door.completion("test.decide")(decide)
        made = begin(self.XML)
        door.complete(by=ann, task_id=todo(ann)["a"].id, answers={"x": "ja"}, expected="hash")
        assert door.instance(by=ann, instance_id=made.id).variables == {"x": "ja", "decided": "ja hash"}

    def test_what_it_raises_undoes_everything(self, begin: Begin, ann: Actor) -> None:
        def refuse(work: Work, answers: Any, expected: str) -> None:
            raise Stale("test.stale", "te laat")

        door.completion("test.decide")(refuse)
        made = begin(self.XML)
        with pytest.raises(Stale):
            door.complete(by=ann, task_id=todo(ann)["a"].id)
        assert door.instance(by=ann, instance_id=made.id).version == made.version
        assert "a" in todo(ann)


class TestSteps:
    XML = process(
        start(), service("s", "test.count", sluis_result="r"), boundary("be", "s", event("error", "E")), user("a"),
        user("h"), end(), "start > s > a > end; be > h > end", extra='<bpmn:error id="E" errorCode="test.no"/>',
    )  # fmt: skip

    @pytest.mark.parametrize("atomic", [False, True])
    def test_a_handler_does_the_step(self, begin: Begin, ann: Actor, atomic: bool) -> None:
        ran: list[Work] = []

        @door.handler("test.count", atomic=atomic)
        def count(work: Work) -> dict[str, Any]:
            ran.append(work)
            return {"n": work.variables["v"] + 1}

        made = begin(self.XML, v=1)
        assert todo(ann) == {}
        run_until_idle()
        assert door.instance(by=ann, instance_id=made.id).variables == {"v": 1, "r": {"n": 2}}
        assert set(todo(ann)) == {"a"}
        assert [work.run_id for work in ran] == [str(Run.objects.get().id)]

    def test_its_error_takes_the_way_of_errors(self, begin: Begin, ann: Actor) -> None:
        @door.handler("test.count")
        def refuse(work: Work) -> None:
            raise Invalid("test.no", "kan niet")

        begin(self.XML)
        run_until_idle()
        assert set(todo(ann)) == {"h"}

    def test_another_error_waits_for_somebody_and_can_be_tried_again(
        self, begin: Begin, ann: Actor, boss: Actor
    ) -> None:
        sick = [True]

        @door.handler("test.count")
        def wobble(work: Work) -> dict[str, Any]:
            if sick[0]:
                raise Invalid("test.other", "kan nu niet")
            return {}

        made = begin(self.XML)
        run_until_idle()
        stuck = door.instance(by=ann, instance_id=made.id)
        assert (stuck.state, stuck.failure["code"], stuck.failure["element"]) == ("stuck", "test.other", "s")
        with pytest.raises(NotAllowed):
            door.retry(by=ann, instance_id=made.id)
        sick[0] = False
        door.retry(by=boss, instance_id=made.id)
        run_until_idle()
        assert set(todo(ann)) == {"a"}

    def test_a_worker_that_lost_its_lease_changes_nothing(self, begin: Begin, ann: Actor) -> None:
        @door.handler("test.count")
        def lose(work: Work) -> dict[str, Any]:
            Job.objects.filter(task__contains="run_step").update(fence=99)
            return {"n": 1}

        made = begin(self.XML)
        run_until_idle(1)
        assert door.instance(by=ann, instance_id=made.id).version == made.version
        assert Run.objects.get().state == Run.State.READY


class TestTimers:
    XML = process(
        start(), user("a"), boundary("t", "a", timer("P1D"), interrupting=False), user("late"), end(),
        "start > a > end; t > late > end",
    )  # fmt: skip

    def test_each_comes_once(self, begin: Begin, ann: Actor, fixed_clock: FixedClock) -> None:
        begin(self.XML)
        assert fire_timers.func() == 0
        fixed_clock.advance(timedelta(days=1, seconds=1))
        assert fire_timers.func() == 1
        assert fire_timers.func() == 0
        assert set(todo(ann)) == {"a", "late"}
        assert Wait.objects.count() == 0

    def test_a_job_is_made_only_when_something_is_due(self, begin: Begin, fixed_clock: FixedClock) -> None:
        begin(self.XML)
        fixed_clock.advance(timedelta(seconds=5))
        enqueue_due()
        assert not Job.objects.filter(task__contains="fire_timers").exists()
        fixed_clock.advance(timedelta(days=1))
        enqueue_due()
        assert Job.objects.filter(task__contains="fire_timers").count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_at_once(self, begin: Begin, home: Any, ann: Actor, fixed_clock: FixedClock) -> None:
        begin(self.XML)
        for _ in range(9):
            door.start(by=SYSTEM, key="proef", subject="test:1", organisation_id=home.id)
        fixed_clock.advance(timedelta(days=2))
        fired: list[int] = []

        def work() -> None:
            fired.append(fire_timers.func())
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(fired) == 10
        assert Task.objects.filter(element="late").count() == 10

    def test_one_that_cannot_come_holds_up_nobody(self, begin: Begin, home: Any, fixed_clock: FixedClock) -> None:
        bad = begin(self.XML)
        good = door.start(by=SYSTEM, key="proef", subject="test:2", organisation_id=home.id)
        Wait.objects.filter(instance_id=bad.id).update(token="00000000-0000-0000-0000-000000000000")
        fixed_clock.advance(timedelta(days=2))
        fire_timers.func()
        assert door.instance(by=SYSTEM, instance_id=bad.id).state == "stuck"
        assert Task.objects.filter(instance_id=good.id, element="late").exists()


class TestMessages:
    XML = process(
        start(), user("a"), node("boundaryEvent", "m", event("message", "m-hi"), attachedToRef="a", sluis_role="ciso"),
        user("x"), end(), "start > a > end; m > x > end", extra=message("hi"),
    )  # fmt: skip

    def test_by_subject_and_role(self, begin: Begin, home: Any, ann: Actor) -> None:
        begin(self.XML)
        with pytest.raises(NotAllowed):
            door.send_message(by=ann, subject="test:1", message="hi")
        with pytest.raises(NotFound):
            door.send_message(by=ann, subject="test:2", message="hi")
        door.send_message(by=person(home, "ciso"), subject="test:1", message="hi", variables={"why": "leak"})
        assert set(todo(ann)) == {"x"}
        with pytest.raises(NotFound):
            door.send_message(by=SYSTEM, subject="test:1", message="hi")


def test_cancelled_is_gone(begin: Begin, ann: Actor, boss: Actor) -> None:
    made = begin(TestTimers.XML)
    with pytest.raises(NotAllowed):
        door.cancel(by=ann, instance_id=made.id, reason="weg")
    with pytest.raises(Invalid):
        door.cancel(by=boss, instance_id=made.id, reason=" ")
    task = todo(ann)["a"]
    assert door.cancel(by=boss, instance_id=made.id, reason="dubbel").state == "cancelled"
    assert todo(ann) == {}
    assert Wait.objects.count() == 0
    with pytest.raises(Conflict):
        door.complete(by=ann, task_id=task.id)


class TestReturn:
    XML = process(
        start(), user("a"), gateway("parallel", "p1"), user("b"), user("b2"), user("c"), gateway("parallel", "p2"),
        user("d"), end(), "start > a > p1 > b > b2 > p2; p1 > c > p2; p2 > d > end",
    )  # fmt: skip

    def test_to_before_everything_that_is_under_way(self, begin: Begin, ann: Actor, bob: Actor) -> None:
        begin(self.XML)
        door.complete(by=ann, task_id=todo(ann)["a"].id)
        door.complete(by=ann, task_id=todo(ann)["c"].id)
        task = door.task(by=bob, task_id=todo(bob)["b"].id)
        assert task.returnable_to == ("a",)
        door.return_task(by=bob, task_id=task.id, to="a", reason="bron ontbreekt")
        assert {key: t.return_reason for key, t in todo(ann).items()} == {"a": "bron ontbreekt"}
        door.complete(by=ann, task_id=todo(ann)["a"].id)
        assert set(todo(ann)) == {"b", "c"}, "what was done before counts no more"
        door.complete(by=ann, task_id=todo(ann)["b"].id)
        door.complete(by=ann, task_id=todo(ann)["b2"].id)
        assert set(todo(ann)) == {"c"}
        door.complete(by=ann, task_id=todo(ann)["c"].id)
        assert set(todo(ann)) == {"d"}

    @pytest.mark.parametrize("other", ["waits", "works"])
    def test_within_its_own_branch(self, begin: Begin, ann: Actor, other: str) -> None:
        begin(self.XML)
        for key in ("a", "b", *(["c"] if other == "waits" else [])):
            door.complete(by=ann, task_id=todo(ann)[key].id)
        task = door.task(by=ann, task_id=todo(ann)["b2"].id)
        assert task.returnable_to == ("a", "b")
        door.return_task(by=ann, task_id=task.id, to="b", reason="nog eens")
        assert set(todo(ann)) == {"b", *(["c"] if other == "works" else [])}
        for key in ("b", "b2", *(["c"] if other == "works" else [])):
            door.complete(by=ann, task_id=todo(ann)[key].id)
        assert set(todo(ann)) == {"d"}

    def test_not_forward_and_not_without_a_reason(self, begin: Begin, ann: Actor) -> None:
        begin(self.XML)
        task = todo(ann)["a"]
        with pytest.raises(Conflict):
            door.return_task(by=ann, task_id=task.id, to="d", reason="sneller")
        with pytest.raises(Invalid):
            door.return_task(by=ann, task_id=task.id, to="a", reason="")


class TestVersions:
    NEW = TWO.replace(b'name="a"', b'name="Nieuwe titel"')

    def test_a_running_instance_stays_on_its_version(self, begin: Begin, ann: Actor) -> None:
        first = begin(TWO)
        second = begin(self.NEW)
        assert first.definition_sha256 != second.definition_sha256
        assert [d.number for d in door.history("process", "proef")] == [2, 1]
        assert door.instance(by=ann, instance_id=first.id).definition_sha256 == first.definition_sha256
        assert door.deploy(by=SYSTEM, kind="process", key="proef", xml=TWO).number == 1

    def test_moved_by_an_operation_after_a_look(self, begin: Begin, ann: Actor, bob: Actor, boss: Actor) -> None:
        first, second = begin(TWO), begin(self.NEW)
        preview = door.migration_preview(by=boss, instance_id=first.id, to_sha256=second.definition_sha256)
        assert (preview.kept, preview.hindrances) == (("a",), ())
        with pytest.raises(NotAllowed):
            door.migrate(by=ann, instance_id=first.id, to_sha256=second.definition_sha256)
        door.migrate(by=boss, instance_id=first.id, to_sha256=second.definition_sha256)
        task = next(t for t in door.tasks(by=ann).rows if t.instance_id == first.id)
        assert task.title == "Nieuwe titel"
        door.complete(by=ann, task_id=task.id, answers={"x": "1"})
        task = next(t for t in door.tasks(by=bob).rows if t.instance_id == first.id and t.element == "b")
        door.complete(by=bob, task_id=task.id)
        assert door.instance(by=ann, instance_id=first.id).state == "ended"

    def test_a_new_step_ahead_is_taken_and_a_missing_one_hinders(self, begin: Begin, ann: Actor, boss: Actor) -> None:
        first = begin(TWO)
        longer = process(start(), user("a"), user("new"), user("b"), end(), "start > a > new > b > end")
        second = begin(longer)
        preview = door.migration_preview(by=boss, instance_id=first.id, to_sha256=second.definition_sha256)
        assert preview.added == ("new",)
        door.migrate(by=boss, instance_id=first.id, to_sha256=second.definition_sha256)
        task = next(t for t in door.tasks(by=ann).rows if t.instance_id == first.id)
        door.complete(by=ann, task_id=task.id)
        assert {t.element for t in door.tasks(by=ann).rows if t.instance_id == first.id} == {"new"}
        with pytest.raises(Conflict, match="new"):
            door.migrate(by=boss, instance_id=first.id, to_sha256=first.definition_sha256)


def test_where_an_instance_stands(begin: Begin, ann: Actor) -> None:
    xml = process(
        start(), user("a", form(field("x"))), gateway("exclusive", "g", "g-no"), user("yes"), user("no"), user("z"),
        end(), 'start > a > g; g > yes ? x = "1"; g > no > z; yes > z; z > end',
    )  # fmt: skip
    made = begin(xml)
    steps = door.progress(by=ann, instance_id=made.id)
    assert {key: step.state for key, step in steps.items()} == {
        "start": StepState.DONE, "a": StepState.CURRENT, "g": StepState.AHEAD, "yes": StepState.AHEAD,
        "no": StepState.AHEAD, "z": StepState.AHEAD, "end": StepState.AHEAD,
    }  # fmt: skip
    door.complete(by=ann, task_id=todo(ann)["a"].id, answers={"x": "1"})
    steps = door.progress(by=ann, instance_id=made.id)
    assert (steps["a"].role, steps["a"].by_key, steps["no"].state) == ("data_steward", ann.key, StepState.SKIPPED)
    assert steps["yes"].state is StepState.CURRENT


def test_an_unsound_file_is_not_stored(begin: Begin) -> None:
    with pytest.raises(Invalid) as caught:
        begin(TWO.replace(b'sluis:role="data_owner"', b'sluis:role="king"'))
    assert [fault.field for fault in caught.value.faults] == ["b"]
    with pytest.raises(Invalid):
        begin(process(start(), service("s", "not.there"), end(), "start > s > end"))
    assert Definition.objects.count() == 0


def test_the_inbox_takes_the_same_queries_however_full(
    begin: Begin, ann: Actor, home: Any, django_assert_max_num_queries: Any
) -> None:
    begin(TWO)
    for _ in range(20):
        door.start(by=SYSTEM, key="proef", subject="test:1", organisation_id=home.id)
    with django_assert_max_num_queries(4):
        page = door.tasks(by=ann, filters=TaskFilter(size=10))
    assert (len(page.rows), page.total) == (10, 21)


def test_a_listener_that_raises_undoes_the_move(begin: Begin, ann: Actor) -> None:
    made = begin(TWO)

    def no(moved: Transition) -> None:
        raise Conflict("test.no", "nu niet")

    registry.on_transition(no)
    with pytest.raises(Conflict):
        door.complete(by=ann, task_id=todo(ann)["a"].id, answers={"x": "1"})
    assert Instance.objects.get(id=made.id).version == made.version


POLICY = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Proef" namespace="urn:test">
  <inputData id="i" name="x"><variable name="x" typeRef="string"/></inputData>
  <decision id="t" name="Test"><variable name="Test" typeRef="string"/>
    <informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
    <decisionTable id="dt" hitPolicy="FIRST">
      <input id="c"><inputExpression id="e" typeRef="string"><text>x</text></inputExpression></input>
      <output id="o" typeRef="string"/>
      <rule id="r1"><inputEntry id="n1"><text>"a"</text></inputEntry>
        <outputEntry id="u1"><text>"OUT"</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="n2"><text>-</text></inputEntry>
        <outputEntry id="u2"><text>"human"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def test_a_policy_is_pinned_and_leaves_its_rules(begin: Begin, home: Any, ann: Actor) -> None:
    xml = process(start(), user("a", form(field("x"))), rule("r"), user("b"), end(), "start > a > r > b > end")
    with pytest.raises(Invalid, match="kan zo niet draaien"):
        begin(xml)
    first = door.deploy(by=SYSTEM, kind="policy", key="test", xml=POLICY.replace(b"OUT", b"open"))
    door.make_current(by=SYSTEM, sha256=first.sha256)
    made = begin(xml)
    second = door.deploy(by=SYSTEM, kind="policy", key="test", xml=POLICY.replace(b"OUT", b"closed"))
    door.make_current(by=SYSTEM, sha256=second.sha256)
    told: list[Transition] = []
    door.on_transition(told.append)
    door.complete(by=ann, task_id=todo(ann)["a"].id, answers={"x": "a"})
    assert door.instance(by=ann, instance_id=made.id).variables["decided"] == "open"
    evidence = Passage.objects.get(element="r").evidence
    assert (evidence["policy"], evidence["matched"]) == (first.sha256, {"Test": [1]})
    assert [moved.evidence["value"] for moved in told if moved.element == "r"] == ["open"]
    later = door.start(by=SYSTEM, key="proef", subject="test:2", organisation_id=home.id)
    task = next(t for t in door.tasks(by=ann).rows if t.instance_id == later.id)
    door.complete(by=ann, task_id=task.id)
    assert door.instance(by=ann, instance_id=later.id).variables["decided"] == "human"
