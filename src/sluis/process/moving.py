"""One move of one instance: lock the row, let the engine act, and store everything that follows, in one transaction.

Whatever was not committed did not happen: after a kill the row holds the state before or after the move, with exactly
the tasks, jobs and timers that belong to it.
"""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sluis.foundation.service import Write, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.process import definitions, policies, registry, waiting
from sluis.process.engine import Decided, Program, Running
from sluis.process.models import Instance, Passage
from sluis.process.records import instance_record
from sluis.process.types import InstanceState, Transition, Work

MAX_STEPS = 50_000
"""Steps that one instance may take in its life (threat 53: a flood of loops or timers)."""
MAX_BYTES = 1_000_000
ALIVE = (InstanceState.RUNNING, InstanceState.STUCK)


@dataclass
class Move:
    """What an operation does within its transaction; `running` is the engine on the state of this moment."""

    by: Actor
    row: Instance
    write: Write
    running: Running
    by_role: dict[str, str] = field(default_factory=dict[str, str])
    """Element that a person did in this move → the role."""
    return_reason: str = ""

    def work(self, element: str, run_id: str, variables: Mapping[str, Any] | None = None) -> Work:
        return work_of(self.row, self.by, element, run_id, self.running.variables | dict(variables or {}))

    def tell(self, kind: str, element: str = "", answers: Mapping[str, Any] | None = None, role: str = "") -> None:
        """Let whoever listens know; what they raise undoes the move."""
        told = Transition(
            kind, instance_record(self.row), element, self.by, role, answers or {}, self._evidence(element)
        )
        for listener in registry.listeners():
            listener(told)

    def _evidence(self, element: str) -> Mapping[str, Any]:
        return next((passed.evidence for passed in self.running.passed if passed.element == element), {})

    def settle(self) -> None:
        """Store where the engine stands now."""
        self._store_passages()
        waiting.store(self)
        self._store_row()
        self.write.note(passed=[passed.element for passed in self.running.passed])
        for passed in self.running.passed:
            if passed.evidence:
                self.tell("done", passed.element)
        for kind, name in self.running.thrown:
            self.write.emit(f"process.{kind}.thrown", {"instance_id": str(self.row.id), "name": name})
        if self.row.state == InstanceState.ENDED:
            self.write.emit("process.ended", {"instance_id": str(self.row.id), "outcome": self.row.outcome})
            self.tell("ended")
        self.tell("moved")

    def stuck(self, error: Mapping[str, Any], element: str) -> None:
        """Somebody has to look: the instance stands where it stood."""
        self.row.state, self.row.failure = InstanceState.STUCK, {**error, "element": element}
        self.row.version += 1
        self.row.save(update_fields=["state", "failure", "version"])
        self.write.emit("process.stuck", {"instance_id": str(self.row.id), "element": element})
        self.tell("stuck", element)

    def _store_passages(self) -> None:
        moment = clock.now()
        Passage.objects.bulk_create(
            Passage(
                instance_id=self.row.id,
                element=passed.element,
                at=moment,
                by_key=self.by.key if passed.element in self.by_role else "",
                role=self.by_role.get(passed.element, ""),
                evidence=dict(passed.evidence),
            )
            for passed in self.running.passed
        )

    def _store_row(self) -> None:
        row, running = self.row, self.running
        row.variables, row.engine_state = plain(running.variables), running.dump()
        row.version += 1
        row.steps += len(running.passed)
        row.outcome = running.outcome or row.outcome
        if row.steps > MAX_STEPS:
            raise _worn_out()
        if running.ended and row.state in ALIVE:
            row.state, row.ended_at, row.failure = InstanceState.ENDED, clock.now(), None
        row.save()


@contextmanager
def moving(*, by: Actor, action: str, instance_id: UUID) -> Generator[Move]:
    """The transaction of one move. Raises Conflict for an instance that has ended; call `settle` at the end of it."""
    with writing(by=by, action=action, subject=("process", instance_id)) as write:
        row = Instance.objects.select_for_update().filter(id=instance_id).first()
        if row is None:
            raise NotFound("process.unknown", N_("Dit proces bestaat niet."))
        if row.state not in ALIVE:
            raise Conflict("process.ended", N_("Dit proces is al afgelopen."))
        yield Move(by, row, write, load(row))


def load(row: Instance, program: Program | None = None) -> Running:
    program = program or definitions.program(row.definition_id)
    return Running.load(program, row.variables, row.engine_state, decider(row.policies), clock.now())


def decider(pinned: Mapping[str, str]) -> Any:
    """Ask the policies of an instance in the versions that were pinned when it started."""
    return partial(_decide, pinned)


def _decide(pinned: Mapping[str, str], policy: str, decision: str, scope: Mapping[str, Any]) -> Decided:
    sha256 = pinned.get(policy)
    if sha256 is None:
        raise Conflict("process.policy.missing", N_("Dit proces heeft geen beleid ‘{policy}’ bij zich."), policy=policy)
    return policies.decide(sha256, lambda: definitions.source(sha256), decision, scope)


def work_of(row: Instance, by: Actor, element: str, run_id: str, variables: Mapping[str, Any]) -> Work:
    return Work(
        instance_id=row.id,
        process_key=row.key,
        definition_sha256=row.definition_id,
        subject=row.subject,
        organisation_id=row.organisation_id,
        team_id=row.team_id,
        element=element,
        run_id=run_id,
        variables=variables,
        by=by,
    )


def plain(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as they can be stored. Raises Invalid for what is not plain JSON, or is too much of it."""
    try:
        text = json.dumps(dict(variables), allow_nan=False)
    except (TypeError, ValueError) as error:
        name = next((key for key, value in variables.items() if not _is_plain(value)), "")
        raise Invalid(
            "process.not-plain", N_("‘{name}’ is geen gegeven dat een proces kan bewaren."), name=name
        ) from error
    if len(text) > MAX_BYTES:
        raise Invalid(
            "process.too-much",
            N_("De antwoorden en gegevens van dit proces zijn samen te groot (meer dan {limit} kB)."),
            way_out=N_("Bewaar grote gegevens buiten het proces."),
            limit=MAX_BYTES // 1000,
        )
    return dict(variables)


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def _worn_out() -> Conflict:
    return Conflict(
        "process.worn-out",
        N_("Dit proces deed meer stappen dan een proces mag doen."),
        way_out=N_("Stop dit proces en begin opnieuw, of vraag de beheerder naar het proces te kijken."),
    )
