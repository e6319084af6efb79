"""A version comes into force by a proposal and the decision of somebody else, as `regel-wijzigen` lays it down.

propose() → process regel-wijzigen: Propose → Compare → Decide (and Advise beside it) → in force, or refused
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sluis.foundation.service import Write, in_line, require, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, Stale
from sluis.kernel.text import N_
from sluis.process import definitions, operations, policy, registry, tasks
from sluis.process.dmn.cases import read_cases
from sluis.process.models import Definition, Proposal, Task
from sluis.process.rules import comparing
from sluis.process.rules.reading import DECIDING, PROPOSING, completion_of, proposal
from sluis.process.types import (
    DefinitionRecord,
    InstanceState,
    Kind,
    ProposalRecord,
    ProposalState,
    TaskState,
    Work,
)

KEY = "regel-wijzigen"
PROPOSE, DECIDE = "policy.propose", "policy.decide"
_PROPOSERS = ("coordinator", "administrator")
_REPLACED = N_("Vervangen door een nieuw voorstel.")
_NO_FILE = N_("Bij dit voorstel hoort geen bestand.")


def propose(
    *,
    by: Actor,
    kind: Kind | str,
    key: str,
    xml: bytes,
    motivation: str,
    cases: str = "",
    organisation_id: UUID | None = None,
) -> ProposalRecord:
    """Store a version and lay it before who decides; `cases` is the CSV of a policy, '' to keep the present ones.

    Raises Invalid with every fault of the file or the cases and without a motivation, NotAllowed, and Conflict when
    the version is in force already or waits for a decision already.
    """
    kind = Kind(kind)
    role, place = _place(by, organisation_id)
    by = require(by, PROPOSE, place)
    if not motivation.strip():
        raise Invalid("proposal.motivation", N_("Schrijf wat er verandert en waarom."))
    if cases:
        read_cases(cases.encode())
    with in_line():
        made = definitions.deploy(by=by, kind=kind, key=key, xml=xml)
        base = definitions.in_force(kind, key)
        _replace_returned(by, made)
        _refuse_idle(made.sha256, base)
        given = {"proposerRole": role, "ruleKind": kind.value, "ruleKey": key, "definition": made.sha256}
        subject, title = f"rule:{kind.value}/{key}", made.name
        instance = operations.start(
            by=by, key=KEY, subject=subject, organisation_id=place, variables=given, title=title
        )
        row = _open(by, instance.id, made, base, motivation.strip(), cases)
        task = Task.objects.get(instance_id=instance.id, state=TaskState.OPEN)
        tasks.complete(by=by, task_id=task.id, answers={"motivation": motivation.strip()})
    return proposal(by=by, proposal_id=row.id)


def _open(
    by: Actor, instance_id: UUID, made: DefinitionRecord, base: str | None, motivation: str, cases: str
) -> Proposal:
    return Proposal.objects.create(
        instance_id=instance_id,
        kind=made.kind,
        key=made.key,
        definition_id=made.sha256,
        base_id=base,
        cases=cases,
        motivation=motivation,
        proposed_by=by.key,
        proposed_for=by.stands_for or "",
        proposed_at=clock.now(),
    )


def decide(*, by: Actor, proposal_id: UUID, approve: bool, answer: str, expected: str) -> ProposalRecord:
    """Let the version come into force, or not. `expected` is the hash of the version that the decider looked at.

    Raises NotAllowed (role, or who proposed it), Invalid without an answer, Stale when another version was looked at,
    Conflict when it is decided or stopped, was sent back, is still being compared, or another version came into force
    meanwhile.
    """
    found = proposal(by=by, proposal_id=proposal_id)
    if found.state is not ProposalState.OPEN:
        raise Conflict("proposal.decided", N_("Over dit voorstel is al besloten, of het is gestopt."))
    if found.returned:
        raise Conflict("proposal.returned", N_("Dit voorstel is teruggestuurd aan wie het voorstelde."))
    if found.task_id is None:
        raise Conflict(
            "proposal.comparing", N_("Dit voorstel wordt nog vergeleken."), way_out=N_("Probeer het zo opnieuw.")
        )
    said = {"decision": "approve" if approve else "refuse", "answer": answer.strip()}
    tasks.complete(by=by, task_id=found.task_id, answers=said, expected=expected)
    return proposal(by=by, proposal_id=proposal_id)


def register() -> None:
    """What `regel-wijzigen` names."""
    registry.completion(PROPOSING)(_proposed)
    registry.completion(DECIDING)(_decided)
    registry.handler("process.compare")(_compare)


def _place(by: Actor, organisation_id: UUID | None) -> tuple[str, UUID]:
    """The role in which somebody proposes, and where. Raises NotAllowed, Invalid when they must choose."""
    if by.user_id is None:
        raise NotAllowed("proposal.person", N_("Alleen een mens stelt iets voor."), way_out=N_("Gebruik --as."))
    require(by, PROPOSE, organisation_id)
    held = {
        (grant.organisation_id, grant.role)
        for grant in by.grants
        if grant.team_id is None
        and grant.role in _PROPOSERS
        and grant.organisation_id == (organisation_id or grant.organisation_id)
    }
    if not held:
        raise NotAllowed("proposal.whole", N_("Een regel geldt voor de hele organisatie, niet voor één team."))
    if len({place for place, _ in held}) > 1:
        raise Invalid(
            "proposal.organisation",
            N_("Kies voor welke organisatie u dit voorstelt."),
            way_out=N_("Met een opdracht: --organisation."),
        )
    place = next(iter(held))[0]
    return next(role for role in _PROPOSERS if (place, role) in held), place


def _replace_returned(by: Actor, made: DefinitionRecord) -> None:
    """What was sent back to this person ends with their new proposal for the same rule: a proposal keeps its file."""
    rows = Proposal.objects.filter(kind=made.kind, key=made.key, proposed_by=by.key, state=ProposalState.OPEN)
    waiting = Task.objects.filter(instance__in=rows.values("instance"), state=TaskState.OPEN)
    for task in waiting.exclude(return_reason="").select_related("instance"):
        if completion_of(task) == PROPOSING:
            operations.cancel(by=by, instance_id=task.instance_id, reason=_REPLACED)


def _refuse_idle(sha256: str, base: str | None) -> None:
    if sha256 == base:
        raise Conflict("proposal.same", N_("Deze versie is al in werking: er verandert niets."))
    waiting = Proposal.objects.filter(definition_id=sha256, state=ProposalState.OPEN)
    if waiting.exclude(instance__state=InstanceState.CANCELLED).exists():
        raise Conflict("proposal.waiting", N_("Deze versie wacht al op een besluit."))


def _row(work: Work) -> Proposal:
    row = Proposal.objects.select_for_update().filter(instance_id=work.instance_id).first()
    if row is None:
        raise Conflict("proposal.no-file", _NO_FILE, way_out=N_("Begin bij Beleid met een bestand."))
    return row


def _proposed(work: Work, answers: Mapping[str, Any], _expected: str) -> None:
    """Handed in, or handed in again after it was sent back: the reason may be told better, the file stays."""
    row = _row(work)
    if row.proposed_by != work.by.key:
        raise NotAllowed("proposal.other", N_("Alleen wie dit voorstelde, dient het opnieuw in."))
    row.motivation = answers["motivation"].strip()
    row.save(update_fields=["motivation"])


def _compare(work: Work) -> Mapping[str, Any]:
    """How many things change; what exactly is told beside the decision, from the same two files."""
    found = comparing.of_row(work.by, _row_unlocked(work))
    return {
        "changes": len(found.changes),
        "cases": len(found.cases.differences) if found.cases else 0,
        "misses": len(found.tested.misses) if found.tested else 0,
        "earlier": len(found.recorded.differences) if found.recorded else 0,
    }


def _row_unlocked(work: Work) -> Proposal:
    row = Proposal.objects.filter(instance_id=work.instance_id).first()
    if row is None:
        raise Conflict("proposal.no-file", _NO_FILE)
    return row


def _decided(work: Work, answers: Mapping[str, Any], expected: str) -> None:
    row, by = _row(work), work.by
    by = require(by, DECIDE, work.organisation_id)
    if {row.proposed_by, row.proposed_for} & by.keys:
        raise NotAllowed("proposal.four-eyes", policy.FOUR_EYES)
    if expected != row.definition_id:
        text = N_("U bekeek een andere versie dan de voorgestelde, of geen.")
        raise Stale("proposal.stale", text, way_out=N_("Open het voorstel bij Beleid en besluit daar."))
    approved = answers["decision"] == "approve"
    row.state = ProposalState.APPROVED if approved else ProposalState.REFUSED
    row.decided_by, row.decided_for, row.decided_at = by.key, by.stands_for or "", clock.now()
    row.decided_role = definitions.model(work.definition_sha256).nodes[work.element].roles[0]
    row.answer = answers["answer"]
    with writing(by=by, action="process.rule.decided", subject=("proposal", row.id)) as write:
        _store(row)
        write.note(approved=approved, definition=row.definition_id)
        write.emit("process.rule.decided", {"proposal_id": str(row.id), "approved": approved})
        if approved:
            _into_force(write, row)


def _store(row: Proposal) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NotAllowed("proposal.refused", N_("De database weigert dit: vier ogen.")) from error


def _into_force(write: Write, row: Proposal) -> None:
    if definitions.in_force(row.kind, row.key) != row.base_id:
        text = N_("Sinds dit voorstel is een andere versie in werking getreden.")
        raise Conflict("proposal.overtaken", text, way_out=N_("Wijs dit af en stel de wijziging opnieuw voor."))
    definition: Definition = row.definition
    definitions.refuse_unfit(definition)
    definitions.enact(write, definition, row)
