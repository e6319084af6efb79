"""The checks of a dossier: each is one step of the process and says in plain Dutch what it found.

A check that raises counts as `error`, and an error never opens: the lock fails closed. A check that has nothing to look
at says `not_applicable`.
"""

import logging
from collections.abc import Iterable

from sluis.kernel import clock
from sluis.kernel.text import N_
from sluis.release.checks import anonymity, codes, contract, links, metadata, opening, personal, table, value
from sluis.release.checks.subject import Check, Subject
from sluis.release.types import CheckReport, Finding, Verdict

log = logging.getLogger("sluis.release")

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("personal-data", N_("Persoonsgegevens"), "3", personal.hits),
        Check("small-cells", N_("Kleine aantallen"), "2", anonymity.small_cells),
        Check("k-anonymity", N_("Kleine groepen"), "4", anonymity.groups),
        Check("table", N_("Data volledig en onveranderd"), "2", table.whole),
        Check("contract", N_("Afspraken over de data"), "2", contract.kept),
        Check("shapes", N_("Beschrijving"), "2", metadata.description),
        Check("code-lists", N_("Waardelijsten"), "1", codes.known),
        Check("licence-compatibility", N_("Licentie"), "2", opening.licence),
        Check("open-format", N_("Open formaat"), "2", opening.open_format),
        Check("hvd", N_("Eisen aan hoogwaardige data"), "1", value.demands),
        Check("links", N_("Links"), "1", links.answering),
    )
}
TITLES = {name: check.title for name, check in CHECKS.items()}
ASKING = {"personal-data": "personal-data"}
"""Key of a policy → the check that asks it."""
ABOUT_DATA = ("personal-data", "small-cells", "k-anonymity", "table")
_WORST_FIRST = (Verdict.ERROR, Verdict.FAILED, Verdict.ATTENTION, Verdict.PASSED, Verdict.NOT_APPLICABLE)


def run(check: Check, subject: Subject) -> CheckReport:
    """Look; never raises for what the check does."""
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


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in found), Verdict.ERROR)


def _broke(check: Check) -> Finding:
    return Finding(
        "check.error",
        N_("De controle ‘{check_term}’ kon niet worden afgemaakt. Zolang dat zo is, kan deze data niet open."),
        {"check_term": check.title},
    )
