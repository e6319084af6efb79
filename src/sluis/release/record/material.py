"""Everything that goes into the record of one dossier, read once; of people only their role and pseudonym."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override

from sluis.foundation.service import ROLES
from sluis.kernel.actor import SYSTEM
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.types import InstanceRecord, StepState
from sluis.register import service as register
from sluis.register.types import OrganisationRef
from sluis.release import queries
from sluis.release.models import Decision, Release
from sluis.release.record.retention import Retention, retention
from sluis.release.types import DossierRecord, Event, Stage

HAPPENINGS = {
    "release.dossier.opened": N_("Dossier geopend"),
    "release.decided": N_("Besluit genomen"),
    "release.announced": N_("Besluit verteld aan wie het aangaat"),
    "release.published": N_("Gepubliceerd"),
    "release.confirmed": N_("Publicatie nagekeken"),
    "release.rolled-back": N_("Publicatie teruggenomen"),
    "release.refused": N_("Niet openbaar gemaakt"),
    "release.noticed": N_("Mededeling bij de dataset"),
    "release.embargo.lifted": N_("Eerder vrijgegeven"),
    "release.withdrawn": N_("Ingetrokken"),
    "release.dossier.linked": N_("Verwezen naar een ander dossier"),
    "release.dossier.out-of-scope": N_("Buiten behandeling gelaten"),
    "release.dossier.referred": N_("Verwezen naar de houder van de data"),
    "release.dossier.undecided": N_("Gesloten zonder besluit"),
    "release.dossier.stopped": N_("Dossier gestopt"),
    "release.dossier.failed": N_("Publicatie mislukt"),
    "release.dossier.closed": N_("Dossier gesloten"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One moment: `action` is its code, `role` who did it ('system' when Sluis did), `key` the pseudonym."""

    at: datetime
    action: str
    title: str
    title_en: str
    role: str = ""
    role_title: str = ""
    role_title_en: str = ""
    key: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """`decided` is what the decision was about, None without one; `as_of` the last moment that the record knows."""

    found: DossierRecord
    title: str
    organisation: OrganisationRef
    decided: Mapping[str, Any] | None
    releases: tuple[Mapping[str, Any], ...]
    retention: Retention
    outcome: str
    happenings: tuple[Happening, ...]
    as_of: datetime
    closed_at: datetime | None


def material(dossier_id: UUID) -> Material:
    """Read it all; the caller has authorised."""
    found = queries.record_of(dossier_id, SYSTEM)
    instance = process.instance(by=SYSTEM, instance_id=found.instance_id) if found.instance_id else None
    decision = Decision.objects.filter(dossier_id=dossier_id).first()
    outcome = _outcome(found, instance)
    happenings = (*_steps(found, instance), *_events(found.events))
    closed = [h.at for h in happenings if h.action == "release.dossier.closed"]
    return Material(
        found=found,
        title=str(decision.content["metadata"]["title"]) if decision else found.dataset_title,
        organisation=register.get(by=SYSTEM, dataset_id=found.dataset_id).organisation,
        decided=decision.content if decision else None,
        releases=tuple(_releases(dossier_id)),
        retention=retention(instance, outcome),
        outcome=outcome,
        happenings=tuple(sorted(happenings, key=lambda h: (h.at, h.action))),
        as_of=max((h.at for h in happenings), default=found.opened_at),
        closed_at=closed[-1] if closed else None,
    )


def _outcome(found: DossierRecord, instance: InstanceRecord | None) -> str:
    """As the rule of retention asks it."""
    if found.stage is Stage.WITHDRAWN and found.decision:
        return "withdrawn"
    if found.decision:
        return found.decision.outcome.value
    scope = (instance.variables if instance else {}).get("scope")
    return str(scope.get("outcome") or "") if isinstance(scope, Mapping) else ""


def _steps(found: DossierRecord, instance: InstanceRecord | None) -> Iterable[Happening]:
    """Each task and automatic step of the process that was done."""
    if instance is None:
        return
    nodes = process.model(instance.definition_sha256).nodes
    for element, step in found.progress.items():
        node = nodes.get(element)
        if step.state is StepState.DONE and step.at and node and node.kind.value.endswith("Task"):
            yield Happening(
                at=step.at,
                action=f"step:{element}",
                title=node.name,
                title_en=node.name_en,
                key=step.by_key,
                **_role(step.role or "system"),
            )


def _events(events: Iterable[Event]) -> Iterable[Happening]:
    for event in events:
        title, title_en = _both(HAPPENINGS.get(event.action, event.action))
        said = event.details.get("outcome") or event.details.get("reason") or ""
        role = _role("system") if event.by.key == SYSTEM.key else {}
        yield Happening(event.at, event.action, title, title_en, key=event.by.key, result=str(said), **role)


def _role(name: str) -> dict[str, str]:
    title, title_en = _both(ROLES[name].title if name in ROLES else N_("automatisch") if name == "system" else name)
    return {"role": name, "role_title": title, "role_title_en": title_en}


def _both(text: str) -> tuple[str, str]:
    """A text of ours in Dutch and in English; a record does not depend on who asks for it."""
    with override("nl"):
        dutch = gettext(text)
    with override("en"):
        return dutch, gettext(text)


def _releases(dossier_id: UUID) -> Iterable[Mapping[str, Any]]:
    for row in Release.objects.filter(decision__dossier=dossier_id).order_by("number"):
        yield {
            "number": row.number,
            "outcome": row.outcome,
            "sha256": row.sha256,
            "published_at": row.published_at,
            "files": row.files,
            "table": row.table,
            "status": row.status,
            "withdrawn_at": row.withdrawn_at,
            "withdrawal_reason": row.withdrawal_reason,
            "withdrawal_ground": row.withdrawal_ground,
            "basis": row.basis,
        }
