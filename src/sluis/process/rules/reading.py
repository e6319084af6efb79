"""Proposals as the desk sees them, and what is or was in force as everybody may see it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.process import definitions, policy
from sluis.process.models import Enactment, Instance, Proposal, Task
from sluis.process.rules.sheets import PolicySheets, sheets
from sluis.process.shipped import shipped
from sluis.process.types import InForce, InstanceState, Kind, ProposalRecord, ProposalState, TaskState

PROPOSING, DECIDING = "process.propose", "process.make-current"
"""The completions of the steps that hand in a proposal and that decide on it."""


def proposals(*, by: Actor, kind: Kind | str | None = None, key: str = "") -> tuple[ProposalRecord, ...]:
    """Newest first, at most 200: those of organisations whose processes this actor sees."""
    rows = _seen(by)
    rows = rows.filter(kind=Kind(kind)) if kind else rows
    rows = rows.filter(key=key) if key else rows
    return _records(by, rows.order_by("-id")[:200])


def proposal(*, by: Actor, proposal_id: UUID) -> ProposalRecord:
    """NotFound for one that does not exist or is not for this actor."""
    found = _records(by, [row_seen(by, proposal_id)])
    return found[0]


def proposal_of(*, by: Actor, instance_id: UUID) -> ProposalRecord | None:
    """The proposal that this process is about; None for one that began without a file, or not for this actor."""
    found = _records(by, _seen(by).filter(instance_id=instance_id))
    return found[0] if found else None


def row_seen(by: Actor, proposal_id: UUID) -> Proposal:
    row = _seen(by).filter(id=proposal_id).first()
    if row is None:
        raise NotFound("proposal.unknown", N_("Dit voorstel bestaat niet."))
    return row


def in_force(kind: Kind | str, key: str) -> tuple[InForce, ...]:
    """Every time a version of this process or policy held, newest first. For everybody; NotFound when none ever did."""
    found = tuple(reversed(_spells(_enacted().filter(kind=Kind(kind), key=key))))
    if not found:
        raise NotFound("process.definition.unknown", N_("Er is geen geldig proces of beleid ‘{key}’."), key=key)
    return found


def all_in_force() -> tuple[InForce, ...]:
    """What holds now, processes first. For everybody. One query."""
    last = {(row.kind, row.key): row for row in _spells(_enacted())}
    return tuple(sorted(last.values(), key=lambda one: (one.kind is Kind.POLICY, one.key)))


def cases(key: str, sha256: str = "") -> bytes:
    """The cases that belong to a policy: of the version that brought its own last, else those that came with Sluis.

    With a hash: up to the moment that this version last held.
    """
    held = _enacted().filter(kind=Kind.POLICY, key=key)
    if sha256 and (last := held.filter(definition_id=sha256).last()):
        held = held.filter(id__lte=last.id)
    own = held.exclude(proposal__isnull=True).exclude(proposal__cases="").last()
    if own is not None:
        return own.proposal.cases.encode()
    path = shipped("policies") / "cases" / f"{key}.csv"
    return path.read_bytes() if path.is_file() else b""


@lru_cache(maxsize=64)
def sheets_of(sha256: str) -> PolicySheets | None:
    """A stored policy as people read it, by its hash; files never change, so this is kept. None for an unknown one."""
    try:
        return sheets(definitions.source(sha256))
    except NotFound:
        return None


def _enacted() -> QuerySet[Enactment]:
    return Enactment.objects.select_related("definition", "proposal").defer("definition__source").order_by("id")


def _spells(rows: Iterable[Enactment]) -> list[InForce]:
    """Oldest first; each ends where the next of its key begins."""
    found: list[InForce] = []
    place: dict[tuple[str, str], int] = {}
    for row in rows:
        before = place.get((row.kind, row.key))
        if before is not None:
            found[before] = _ended(found[before], row)
        place[row.kind, row.key] = len(found)
        found.append(_spell(row, found[before].sha256 if before is not None else ""))
    return found


def _ended(spell: InForce, row: Enactment) -> InForce:
    return replace(spell, until=row.at)


def _spell(row: Enactment, before: str) -> InForce:
    made = row.proposal
    return InForce(
        Kind(row.kind),
        row.key,
        row.definition.number,
        row.definition_id,
        row.definition.name,
        row.definition.name_en,
        row.at,
        None,
        made.decided_role if made else "",
        made.motivation if made else "",
        before,
    )


def _seen(by: Actor) -> QuerySet[Proposal]:
    rows = Proposal.objects.filter(instance__in=policy.instances_seen(by))
    return rows.select_related("definition").defer("definition__source")


def _records(by: Actor, rows: Iterable[Proposal]) -> tuple[ProposalRecord, ...]:
    proposals = list(rows)
    instances = [row.instance_id for row in proposals]
    waiting = Task.objects.filter(instance__in=instances, state=TaskState.OPEN).select_related("instance")
    at = {(task.instance_id, completion_of(task)): task for task in waiting}
    deciding = [task for (_, completion), task in at.items() if completion == DECIDING]
    hindered = policy.hindered_by_four_eyes(by, deciding) if deciding else set[UUID]()
    stopped = set(Instance.objects.filter(id__in=instances, state=InstanceState.CANCELLED).values_list("id", flat=True))
    return tuple(
        _record(
            by,
            row,
            at.get((row.instance_id, DECIDING)),
            at.get((row.instance_id, PROPOSING)),
            hindered,
            stopped=row.instance_id in stopped,
        )
        for row in proposals
    )


def completion_of(task: Task) -> str:
    return definitions.model(task.instance.definition_id).nodes[task.element].given.get("completion", "")


def _record(
    by: Actor, row: Proposal, task: Task | None, back: Task | None, hindered: set[UUID], *, stopped: bool
) -> ProposalRecord:
    hindrance = policy.hindrance(by, task, hindered) if task else ""
    state = ProposalState(row.state)
    return ProposalRecord(
        id=row.id,
        kind=Kind(row.kind),
        key=row.key,
        name=row.definition.name,
        name_en=row.definition.name_en,
        definition_sha256=row.definition_id,
        base_sha256=row.base_id or "",
        number=row.definition.number,
        state=ProposalState.STOPPED if stopped and state is ProposalState.OPEN else state,
        motivation=row.motivation,
        cases=row.cases,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        decided_at=row.decided_at,
        decided_role=row.decided_role,
        answer=row.answer,
        instance_id=row.instance_id,
        task_id=task.id if task else None,
        may_decide=task is not None and not hindrance,
        hindrance=hindrance,
        returned=back.return_reason if back else "",
    )
