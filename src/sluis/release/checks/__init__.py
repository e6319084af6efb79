"""The checks of a dossier. Each looks at one thing and says in plain Dutch what it found.

A check that raises counts as `error`, and an error blocks opening: the lock fails closed. A check that has nothing to
look at says `not_applicable`. What must have been looked at before data may be open stands in `REQUIRED`.
"""

import logging
from collections.abc import Callable

from sluis.kernel import clock
from sluis.kernel.text import N_
from sluis.release.checks import anonymity, metadata, opening, personal, table
from sluis.release.checks.subject import Check, Subject
from sluis.release.types import CheckReport, Finding, Verdict

log = logging.getLogger("sluis.release")

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("table", N_("Data volledig ingelezen"), "1", table.ledger),
        Check("personal_data", N_("Persoonsgegevens"), "2", personal.hits),
        Check("anonymity", N_("Kleine groepen"), "1", anonymity.groups),
        Check("metadata", N_("Beschrijving"), "1", metadata.description),
        Check("licence", N_("Licentie"), "1", opening.licence),
        Check("open_format", N_("Open formaat"), "1", opening.open_format),
        Check("fetch_back", N_("Bestand leesbaar en onveranderd"), "1", table.fetch_back),
    )
}
REQUIRED = tuple(CHECKS)
TITLES = {name: check.title for name, check in CHECKS.items()}


def run_all(subject: Subject, told: Callable[[float, str], None]) -> list[CheckReport]:
    """All checks in order; never raises for what a check does."""
    reports: list[CheckReport] = []
    for number, check in enumerate(CHECKS.values()):
        told(number / len(CHECKS), check.title)
        reports.append(run(check, subject))
    return reports


def run(check: Check, subject: Subject) -> CheckReport:
    try:
        verdict, findings = check.look(subject)
    except Exception:  # the lock fails closed: whatever went wrong, it is not a pass
        log.exception("check %s broke on %s", check.name, subject.inputs_sha256)
        verdict, findings = Verdict.ERROR, [_broke(check)]
    return CheckReport(
        name=check.name,
        title=check.title,
        verdict=verdict,
        findings=tuple(findings),
        version=check.version,
        inputs_sha256=subject.inputs_sha256,
        at=clock.now(),
    )


def _broke(check: Check) -> Finding:
    return Finding(
        "check.error",
        N_("De controle ‘{check}’ kon niet worden afgemaakt. Zolang dat zo is, kan deze data niet open."),
        {"check": check.title},
    )
