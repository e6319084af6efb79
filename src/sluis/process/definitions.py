"""Files of processes and policies: checked, stored once by hash, and which version is the current one."""

import hashlib

from django.db.models import Max

from sluis.foundation.service import Write, require, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, NotAllowed, NotFound
from sluis.kernel.ids import slugify
from sluis.kernel.text import N_
from sluis.process import policies, registry
from sluis.process.bpmn import BpmnModel, Known, refuse_unsound
from sluis.process.engine import Program, program_of
from sluis.process.models import CurrentDefinition, Definition, Enactment, Proposal
from sluis.process.policy import DEPLOY
from sluis.process.types import DefinitionRecord, Kind


def deploy(*, by: Actor, kind: Kind | str, key: str, xml: bytes) -> DefinitionRecord:
    """Check a file and store it; the same bytes again are the same version. It does not become the current one.

    Raises Invalid with every fault (`field` is the element), Conflict when these bytes stand under another key.
    """
    by = require(by, DEPLOY)
    kind = Kind(kind)
    if slugify(key) != key:
        raise Conflict("process.key", N_("‘{key}’ is geen geldige korte naam: gebruik a-z, 0-9 en -."), key=key)
    name, name_en = refuse_unsound_file(kind, xml)
    sha256 = hashlib.sha256(xml).hexdigest()
    with writing(by=by, action="process.definition.deployed", subject=("definition", sha256)) as write:
        row = Definition.objects.filter(sha256=sha256).first()
        if row and (row.kind, row.key) != (kind.value, key):
            raise Conflict("process.definition.elsewhere", N_("Dit bestand staat al onder ‘{key}’."), key=row.key)
        if row is None:
            last = Definition.objects.filter(kind=kind, key=key).aggregate(last=Max("number"))["last"] or 0
            row = Definition.objects.create(
                sha256=sha256,
                kind=kind,
                key=key,
                number=last + 1,
                name=(name or key)[:200],
                name_en=name_en[:200],
                source=xml,
                deployed_at=clock.now(),
                deployed_by=by.key,
            )
        write.note(kind=kind.value, key=key, number=row.number)
    return _record(row)


def make_current(*, by: Actor, sha256: str) -> DefinitionRecord:
    """Let new instances follow a version that came with Sluis; those that run stay on theirs.

    Only by the system. What people change comes into force by the decision on a proposal (`rules.proposing`).
    Raises NotAllowed for a person, NotFound for an unknown hash.
    """
    by = require(by, DEPLOY)
    if not by.is_system:
        raise NotAllowed(
            "process.proposal-needed",
            N_("Een proces of beleid komt pas in werking door een besluit van een tweede persoon."),
            way_out=N_("Stel de versie voor bij Beleid, of met sluis policy propose."),
        )
    row = row_of(sha256)
    with writing(by=by, action="process.definition.current", subject=("definition", sha256)) as write:
        enact(write, row)
    return _record(row)


def enact(write: Write, row: Definition, proposal: Proposal | None = None) -> None:
    """Within a transaction: from now on this version holds. The database refuses it without a system or a decision."""
    before = in_force(row.kind, row.key)
    if before != row.sha256:
        Enactment.objects.create(kind=row.kind, key=row.key, definition=row, proposal=proposal, at=clock.now())
        CurrentDefinition.objects.update_or_create(
            kind=row.kind, key=row.key, defaults={"definition": row, "since": clock.now()}
        )
    write.note(kind=row.kind, key=row.key, number=row.number, before=before)
    write.emit("process.definition.current", {"kind": row.kind, "key": row.key, "sha256": row.sha256})


def refuse_unsound_file(kind: Kind, xml: bytes) -> tuple[str, str]:
    """The name and English name of a file that can run here; raises Invalid with every fault."""
    return _names(refuse_unsound(xml, known=known())) if kind is Kind.PROCESS else policies.names(xml)


def refuse_unfit(row: Definition) -> None:
    """Check once more at the moment that a version comes into force: what it names may have gone since.

    A policy must keep the decisions that processes in force ask of it.
    """
    refuse_unsound_file(Kind(row.kind), bytes(row.source))
    if row.kind != Kind.POLICY:
        return
    kept = policies.decisions(bytes(row.source))
    for key in keys(Kind.PROCESS):
        nodes = model(current(Kind.PROCESS, key).sha256).nodes.values()
        asked = {node.given.get("decision", "") for node in nodes if node.given.get("policy") == row.key}
        if missing := sorted(asked - kept):
            raise Conflict(
                "process.policy.asked",
                N_("Proces ‘{key}’ vraagt een beslissing die dit beleid niet meer heeft: {missing}."),
                way_out=N_("Wijzig eerst het proces."),
                key=key,
                missing=", ".join(missing),
            )


def in_force_now(kind: Kind, key: str) -> str:
    """The hash of the version that holds, '' when none does."""
    return CurrentDefinition.objects.filter(kind=kind, key=key).values_list("definition_id", flat=True).first() or ""


def in_force(kind: str, key: str) -> str | None:
    """The hash of the version that holds now; within a transaction the row stays locked."""
    found = CurrentDefinition.objects.select_for_update().filter(kind=kind, key=key).first()
    return found.definition_id if found else None


def current(kind: Kind | str, key: str) -> DefinitionRecord:
    """The version that new instances follow; NotFound when there is none."""
    return _record(_current(Kind(kind), key))


def history(kind: Kind | str, key: str) -> tuple[DefinitionRecord, ...]:
    """All versions, newest first."""
    rows = Definition.objects.filter(kind=Kind(kind), key=key).defer("source").order_by("-number")
    now = set(CurrentDefinition.objects.filter(kind=Kind(kind), key=key).values_list("definition_id", flat=True))
    return tuple(_record(row, now) for row in rows)


def keys(kind: Kind | str) -> tuple[str, ...]:
    """Keys that have a current version."""
    return tuple(CurrentDefinition.objects.filter(kind=Kind(kind)).order_by("key").values_list("key", flat=True))


def all_current(kind: Kind | str) -> tuple[DefinitionRecord, ...]:
    """The version of each key that new instances follow, by key. One query."""
    rows = CurrentDefinition.objects.filter(kind=Kind(kind)).select_related("definition").defer("definition__source")
    return tuple(_record(row.definition, {row.definition_id}) for row in rows.order_by("key"))


def definition(sha256: str) -> DefinitionRecord:
    return _record(row_of(sha256))


def source(sha256: str) -> bytes:
    """The bytes of a definition. Processes and policies are public, so anybody may read them."""
    return bytes(row_of(sha256).source)


def model(sha256: str) -> BpmnModel:
    """The checked model of a process."""
    return program(sha256).model


def program(sha256: str) -> Program:
    return program_of(sha256, lambda: source(sha256))


def known() -> Known:
    """What a process may name in this installation."""
    from sluis.foundation.service import ROLES

    decisions = {key: policies.decisions(bytes(_current(Kind.POLICY, key).source)) for key in keys(Kind.POLICY)}
    return Known(frozenset(ROLES), registry.handler_names(), registry.completion_names(), decisions)


def pinned(needed: frozenset[str]) -> dict[str, str]:
    """Key → hash of the current version of each of these policies. Raises Conflict when one has none."""
    rows = CurrentDefinition.objects.filter(kind=Kind.POLICY, key__in=needed).values_list("key", "definition_id")
    found = dict(rows)
    if missing := sorted(needed - set(found)):
        raise Conflict(
            "process.policy.missing",
            N_("Het proces gebruikt beleid dat er niet is: {missing}."),
            way_out=N_("Lees het beleid in en maak het geldig."),
            missing=", ".join(missing),
        )
    return found


def _current(kind: Kind, key: str) -> Definition:
    row = CurrentDefinition.objects.select_related("definition").filter(kind=kind, key=key).first()
    if row is None:
        raise NotFound("process.definition.unknown", N_("Er is geen geldig proces of beleid ‘{key}’."), key=key)
    return row.definition


def row_of(sha256: str) -> Definition:
    row = Definition.objects.filter(sha256=sha256).first()
    if row is None:
        raise NotFound("process.definition.unknown", N_("Deze versie bestaat niet."))
    return row


def _names(model: BpmnModel) -> tuple[str, str]:
    return model.start.name, model.start.name_en


def _record(row: Definition, now: set[str] | None = None) -> DefinitionRecord:
    if now is None:
        now = set(CurrentDefinition.objects.filter(definition_id=row.sha256).values_list("definition_id", flat=True))
    return DefinitionRecord(
        sha256=row.sha256,
        kind=Kind(row.kind),
        key=row.key,
        number=row.number,
        name=row.name,
        name_en=row.name_en,
        deployed_at=row.deployed_at,
        current=row.sha256 in now,
    )
