"""Pure decisions of the lock: what blocks, who may not decide, where a dossier stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluis.kernel.canonical import digest
from sluis.kernel.text import N_
from sluis.release.types import CheckReport, Finding, Outcome, Stage

# Actions that do not touch what is decided: deciding, publishing and what the lock itself writes. Of a process only a
# task that prepares counts.
NOT_PREPARING = frozenset(
    {
        "register.dataset.publication",
        "register.dataset.moved",
        "release.dossier.checks-asked",
        "release.dossier.checked",
        "release.dossier.returned",
        "release.dossier.refused",
        "release.dossier.decided",
        "release.dossier.publication-asked",
        "release.dossier.failed",
        "release.decided",
        "release.refused",
        "release.announced",
        "release.confirmed",
        "release.rolled-back",
        "release.published",
        "release.withdrawn",
        "release.noticed",
        "release.change-requested",
    }
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what, from the audit chain."""

    actor_key: str
    action: str


def preparers(deeds: Iterable[Deed]) -> frozenset[str]:
    """Everybody who changed what is decided: dataset, table, contact, or the answers of the dossier."""
    return frozenset(deed.actor_key for deed in deeds if _prepares(deed.action))


def _prepares(action: str) -> bool:
    if action.startswith("process."):
        return action == "process.task.completed"
    return action not in NOT_PREPARING


def decision_sha256(content: str, outcome: Outcome, ground: str, motivation: str, planned: date | None) -> str:
    """Hash of exactly what was decided: the content on the table and the outcome with its reasons."""
    return digest(
        {"content": content, "outcome": outcome, "ground": ground, "motivation": motivation, "planned_date": planned}
    )


def blockers(checks: Sequence[CheckReport], proposal: Mapping[str, Any], *, stale: bool) -> tuple[Finding, ...]:
    """Why the data cannot be decided open now. `proposal` is what the rules say may be decided; missing never opens."""
    found: list[Finding] = []
    if stale:
        text = N_("Er is iets gewijzigd na de controles. Stuur het dossier terug, dan worden ze opnieuw gedaan.")
        found.append(Finding("decide.stale", text))
    found += [_blocked(check) for check in checks if check.blocks_open]
    if proposal.get("mayOpen") is not True:
        reason = str(proposal.get("reason") or "")
        text = N_("De regels laten nu niet toe dat de data open wordt. {reason}")
        found.append(Finding("decide.rules", text, {"reason": reason}))
    return tuple(found)


def _blocked(check: CheckReport) -> Finding:
    text = N_("De controle ‘{check_term}’ houdt dit tegen.")
    return Finding("decide.blocked", text, {"check_term": check.title}, check.name)


def dict_of(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "text": finding.text,
        "params": dict(finding.params),
        "field": finding.field,
        "blocks": finding.blocks,
    }


def stage_of(tasks: Mapping[str, str], deciding: Iterable[str], *, returned: bool) -> Stage:
    """Where a dossier stands before its decision, from its open tasks (element → role); `deciding` are decisions."""
    if not tasks:
        return Stage.CHECKING
    if any(element in tasks for element in deciding):
        return Stage.READY_TO_DECIDE
    if set(tasks.values()) <= {"data_steward"}:
        return Stage.RETURNED if returned else Stage.INTAKE
    return Stage.JUDGING


NEXT_PLANNED = N_("De beschrijving staat buiten. De data komt op de geplande dag vanzelf naar buiten.")
NEXT = {
    Stage.INTAKE: N_("De datasteward beantwoordt de vragen of vult de beschrijving aan."),
    Stage.CHECKING: N_("Sluis controleert en toetst. Dat duurt meestal minder dan een minuut."),
    Stage.JUDGING: N_("De regels weten het niet zeker; een collega met de juiste rol kijkt ernaar."),
    Stage.READY_TO_DECIDE: N_("Een data-eigenaar die niet aan dit dossier werkte, neemt een besluit."),
    Stage.DECIDED: N_("Het besluit is genomen. De bestanden worden gemaakt en gepubliceerd."),
    Stage.PUBLISHED: N_("De dataset staat buiten. Sluis kijkt op vaste momenten of hij nog klopt."),
    Stage.REFUSED: N_("De data blijft binnen. Dit dossier is afgesloten."),
    Stage.RETURNED: N_("De datasteward verwerkt de opmerkingen."),
    Stage.WITHDRAWN: N_("Dit dossier is gestopt of ingetrokken."),
}
