"""Pure decisions of the lock: what blocks, what may happen next, who may not decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sluis.kernel.canonical import digest
from sluis.kernel.text import N_
from sluis.release.types import CheckReport, Finding, Outcome, Stage, Step, Verdict

MOTIVATION_LENGTH = 20
FOR_EVERY_OUTCOME = frozenset({"metadata"})

# Actions that do not touch what is decided: deciding, publishing and what the lock itself writes.
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
        "release.published",
        "release.withdrawn",
    }
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what, from the audit chain."""

    actor_key: str
    action: str


def preparers(deeds: Iterable[Deed]) -> frozenset[str]:
    """Everybody who changed what is decided: dataset, table, contact or dossier (advice is part of the dossier)."""
    return frozenset(deed.actor_key for deed in deeds if deed.action not in NOT_PREPARING)


def content_sha256(checked_sha256: str, checks: Iterable[CheckReport], advices: Iterable[Mapping[str, Any]]) -> str:
    """Hash of what the decider has on the table; '' before any check ran."""
    if not checked_sha256:
        return ""
    evidence = sorted(
        (
            {"name": c.name, "verdict": c.verdict, "version": c.version, "findings": [dict_of(f) for f in c.findings]}
            for c in checks
        ),
        key=lambda report: str(report["name"]),
    )
    return digest({"inputs": checked_sha256, "checks": evidence, "advices": list(advices)})


def decision_sha256(content: str, outcome: Outcome, ground: str, motivation: str, planned: date | None) -> str:
    """Hash of exactly what was decided: the content on the table and the outcome with its reasons."""
    return digest(
        {"content": content, "outcome": outcome, "ground": ground, "motivation": motivation, "planned_date": planned}
    )


def blockers(
    outcome: Outcome,
    *,
    proposal: Outcome | None,
    checks: Sequence[CheckReport],
    required: Iterable[str],
    stale: bool,
    judged: bool,
) -> tuple[Finding, ...]:
    """Why this outcome cannot be decided now. Missing evidence never opens; `judged`: somebody motivated the doubts."""
    if not checks:
        return (Finding("decide.unchecked", N_("De controles zijn nog niet gedaan.")),)
    if stale:
        return (Finding("decide.stale", N_("Er is iets gewijzigd na de controles. Laat ze opnieuw doen.")),)
    if outcome is not Outcome.OPEN:
        return tuple(_blocked(c) for c in checks if c.name in FOR_EVERY_OUTCOME and c.blocks_open)
    found: list[Finding] = []
    if proposal is not Outcome.OPEN:
        found.append(Finding("decide.other", N_("De controles zijn niet gedaan voor een voorstel om open te maken.")))
    done = {check.name: check for check in checks}
    found += [_missing(name) for name in required if name not in done]
    found += [_blocked(check) for check in checks if check.blocks_open]
    if not judged and any(check.verdict is Verdict.ATTENTION for check in checks):
        text = N_("Er zijn twijfels die iemand met een reden moet beoordelen: de privacy officer of de beslisser.")
        found.append(Finding("decide.unjudged", text))
    return tuple(found)


def _blocked(check: CheckReport) -> Finding:
    return Finding("decide.blocked", N_("De controle ‘{check}’ houdt dit tegen."), {"check": check.title}, check.name)


def _missing(name: str) -> Finding:
    return Finding("decide.missing", N_("De controle {check} ontbreekt."), {"check": name}, name)


def dict_of(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "text": finding.text,
        "params": dict(finding.params),
        "field": finding.field,
        "blocks": finding.blocks,
    }


# What the outside may know of a dossier: action → (step, role when the entry names none).
_PUBLIC_STEPS = {
    "release.dossier.opened": ("opened", "data_steward"),
    "release.dossier.checked": ("checked", "system"),
    "release.dossier.advised": ("advised", "privacy_officer"),
    "release.dossier.submitted": ("submitted", "data_steward"),
}


def public_steps(history: Iterable[tuple[str, datetime, Mapping[str, Any]]]) -> list[dict[str, str]]:
    """Steps with role and moment from (action, moment, details), each as it last happened; never who did it."""
    last: dict[str, dict[str, str]] = {}
    for action, at, details in history:
        if action in _PUBLIC_STEPS:
            name, role = _PUBLIC_STEPS[action]
            last[name] = {"name": name, "role": str(details.get("role", role)), "at": at.isoformat()}
    return sorted(last.values(), key=lambda step: step["at"])


_STEPS = (
    ("intake", N_("Beschrijven en voorstellen"), "data_steward"),
    ("checking", N_("Controles"), "system"),
    ("ready_to_decide", N_("Besluiten"), "data_owner"),
    ("decided", N_("Publiceren"), "system"),
    ("published", N_("Gepubliceerd"), "data_manager"),
)
_POSITION = {
    Stage.INTAKE: 0,
    Stage.RETURNED: 0,
    Stage.CHECKING: 1,
    Stage.READY_TO_DECIDE: 2,
    Stage.DECIDED: 3,
    Stage.PUBLISHED: 5,
    Stage.REFUSED: 2,
    Stage.WITHDRAWN: 0,
}


def steps(stage: Stage, moments: Mapping[str, datetime]) -> tuple[Step, ...]:
    """The stepper: the same five steps for every dossier. `moments`: step name → when it was done."""
    at = _POSITION[stage]
    ended = stage in (Stage.REFUSED, Stage.WITHDRAWN)

    def state(number: int) -> str:
        if number < at or (number == at and stage is Stage.REFUSED):
            return "done"
        return "skipped" if ended else "current" if number == at else "todo"

    return tuple(
        Step(name, title, state(number), who, moments.get(name)) for number, (name, title, who) in enumerate(_STEPS)
    )


NEXT = {
    Stage.INTAKE: N_("De datasteward beschrijft de data, doet een voorstel en laat de controles doen."),
    Stage.CHECKING: N_("De controles lopen. Dat duurt meestal minder dan een minuut."),
    Stage.READY_TO_DECIDE: N_("Een data-eigenaar die niet aan dit dossier werkte, neemt een besluit."),
    Stage.DECIDED: N_("Het besluit is genomen. De bestanden worden gemaakt en gepubliceerd."),
    Stage.PUBLISHED: N_("De dataset staat buiten. Voor een nieuwe versie opent u een nieuw dossier."),
    Stage.REFUSED: N_("Dit dossier is afgesloten zonder publicatie."),
    Stage.RETURNED: N_("De datasteward verwerkt de opmerkingen en laat de controles opnieuw doen."),
    Stage.WITHDRAWN: N_("Dit dossier is gestopt."),
}
