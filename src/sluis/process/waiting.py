"""Rows for everything an instance waits for: tasks of people, jobs, moments, messages. Kept equal to the engine."""

from typing import TYPE_CHECKING, Any

from sluis.kernel import clock
from sluis.process import timing
from sluis.process.bpmn.model import HUMAN
from sluis.process.engine import Pending
from sluis.process.models import FourEyes, Run, Task, Wait
from sluis.process.types import TaskState

if TYPE_CHECKING:
    from sluis.process.moving import Move


def store(move: "Move") -> None:
    """Add what is new, and take away what no longer matters."""
    pending = {one.token: one for one in move.running.pending()}
    people = {token: one for token, one in pending.items() if one.node.kind in HUMAN}
    _tasks(move, people)
    _runs(move, {token: one for token, one in pending.items() if token not in people})
    _waits(move)


def _tasks(move: "Move", pending: dict[str, Pending]) -> None:
    open_rows = Task.objects.filter(instance_id=move.row.id, state=TaskState.OPEN)
    known = set(open_rows.values_list("token", flat=True))
    if gone := known - set(pending):
        open_rows.filter(token__in=gone).update(state=TaskState.GONE)
    made = [_task(move, one) for token, one in pending.items() if token not in known]
    Task.objects.bulk_create(made)
    FourEyes.objects.bulk_create(
        FourEyes(task=task, element=other)
        for task in made
        for other in dict.fromkeys(pending[task.token].node.four_eyes_with)
    )
    for task in made:
        move.write.emit("process.task.opened", {"task_id": str(task.id), "instance_id": str(move.row.id)})


def _task(move: "Move", pending: Pending) -> Task:
    node, moment = pending.node, clock.now()
    due = timing.duration(node.given.get("due", ""))
    return Task(
        instance_id=move.row.id,
        organisation_id=move.row.organisation_id,
        team_id=move.row.team_id,
        token=pending.token,
        element=node.id,
        title=(node.name or node.id)[:300],
        title_en=node.name_en[:300],
        role=node.roles[0],
        round=dict(pending.round),
        created_at=moment,
        due_at=due.after(moment) if due else None,
        return_reason=move.return_reason,
    )


def _runs(move: "Move", pending: dict[str, Pending]) -> None:
    from sluis.process.jobs import run_step

    ready = Run.objects.filter(instance_id=move.row.id, state__in=(Run.State.READY, Run.State.FAILED))
    known = set(ready.values_list("token", flat=True))
    if gone := known - set(pending):
        ready.filter(token__in=gone).update(state=Run.State.GONE, ended_at=clock.now())
    for token, one in pending.items():
        if token not in known:
            run = Run.objects.create(
                instance_id=move.row.id,
                token=token,
                element=one.node.id,
                handler=one.node.given["handler"],
                round=dict(one.round),
                created_at=clock.now(),
            )
            run_step.enqueue(str(run.id))


def _waits(move: "Move") -> None:
    wanted: dict[tuple[str, str, str, str], Any] = {
        (timer.token, timer.key, "timer", ""): timer.due_at for timer in move.running.timers()
    }
    wanted |= {(one.token, one.element, one.kind, one.name): None for one in move.running.waiting()}
    known = {(w.token, w.element, w.kind, w.name): w.id for w in Wait.objects.filter(instance_id=move.row.id)}
    if gone := [key for place, key in known.items() if place not in wanted]:
        Wait.objects.filter(id__in=gone).delete()
    Wait.objects.bulk_create(
        Wait(instance_id=move.row.id, token=token, element=element, kind=kind, name=name, due_at=due)
        for (token, element, kind, name), due in wanted.items()
        if (token, element, kind, name) not in known
    )
