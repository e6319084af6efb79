"""The steps that Sluis does itself. Each ends in one move: result, next state, tasks and jobs in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, SluisError, to_wire
from sluis.kernel.text import N_
from sluis.process import registry
from sluis.process.models import Run, Wait
from sluis.process.moving import ALIVE, Move, moving, work_of


def do(run_id: UUID) -> None:
    """Do one step, unless it was done or no longer matters. `Stale` when another worker took it over."""
    run = Run.objects.select_related("instance").filter(id=run_id, state=Run.State.READY).first()
    if run is None or run.instance.state not in ALIVE:
        return
    handling = registry.handling(run.handler)
    if handling is None:
        text = N_("Niets doet stap ‘{handler}’: de installatie kent die niet.")
        raise Conflict("process.no-handler", text, handler=run.handler)
    if not handling.atomic:
        instance = run.instance
        work = work_of(instance, SYSTEM, run.element, str(run.id), instance.variables | run.round)
        result = handling.run(work)
        with moving(by=SYSTEM, action="process.step.done", instance_id=run.instance_id) as move:
            _done(move, run_id, result)
        return
    with moving(by=SYSTEM, action="process.step.done", instance_id=run.instance_id) as move:
        if _still_ready(run_id):
            _done(move, run_id, handling.run(move.work(run.element, str(run.id), run.round)))


def _done(move: Move, run_id: UUID, result: Mapping[str, Any] | None) -> None:
    run = _still_ready(run_id)
    if run is None:
        return
    run.state, run.ended_at = Run.State.DONE, clock.now()
    run.save(update_fields=["state", "ended_at"])
    name = move.running.program.model.nodes[run.element].given.get("result")
    values = {name: dict(result) if result is not None else None} if name else {}
    move.running.finish(run.token, values)
    move.write.note(element=run.element, run=run.id)
    move.tell("done", run.element, values)
    move.settle()


def _still_ready(run_id: UUID) -> Run | None:
    return Run.objects.select_for_update().filter(id=run_id, state=Run.State.READY).first()


def give_up(run_id: UUID, failure: Mapping[str, Any]) -> None:
    """A step failed for good: the process takes the way of that error, or waits for somebody to look."""
    run = Run.objects.select_related("instance").filter(id=run_id, state=Run.State.READY).first()
    if run is None or run.instance.state not in ALIVE:
        return
    with moving(by=SYSTEM, action="process.step.failed", instance_id=run.instance_id) as move:
        run.state, run.failure, run.ended_at = Run.State.FAILED, dict(failure), clock.now()
        run.save(update_fields=["state", "failure", "ended_at"])
        move.write.note(element=run.element, run=run.id, error=failure.get("code", ""))
        if move.running.fail(run.token, str(failure.get("code", ""))):
            move.tell("failed", run.element, {}, "")
            move.settle()
        else:
            move.stuck(failure, run.element)


def anything_due() -> bool:
    return Wait.objects.filter(due_at__lte=clock.now()).exists()


def fire_due(limit: int) -> int:
    """Let moments that have come happen, the oldest first; returns how many did."""
    due = Wait.objects.filter(due_at__lte=clock.now()).order_by("due_at").values_list("id", "instance_id")
    return sum(_fire(wait_id, instance_id) for wait_id, instance_id in list(due[:limit]))


def _fire(wait_id: UUID, instance_id: UUID) -> bool:
    """One moment, once: the row is gone in the transaction that moves the instance."""
    try:
        with moving(by=SYSTEM, action="process.timer", instance_id=instance_id) as move:
            wait = Wait.objects.select_for_update().filter(id=wait_id).first()
            if wait is None:
                return False
            move.running.time(wait.token, wait.element)
            wait.delete()
            move.write.note(element=wait.element)
            move.tell("timer", wait.element)
            move.settle()
    except SluisError as error:
        if error.code in ("job.lost", "process.ended"):
            return False
        _cannot(wait_id, instance_id, error)
    return True


def _cannot(wait_id: UUID, instance_id: UUID, error: SluisError) -> None:
    """A moment that cannot happen must not hold up the others, and must not be lost without a word."""
    with moving(by=SYSTEM, action="process.timer.failed", instance_id=instance_id) as move:
        wait = Wait.objects.filter(id=wait_id).first()
        Wait.objects.filter(id=wait_id).delete()
        move.write.note(error=error.code)
        move.stuck(to_wire(error), wait.element if wait else "")
