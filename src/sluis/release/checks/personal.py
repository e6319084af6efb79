"""Does the data hold personal data? From the hits in the table's profile, which looked at every row.

Nobody looked into a file that is no table, so it never goes out. Data at an address elsewhere is outside already; Sluis
only points at it, and somebody must say why that is right.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.register.types import DatasetRecord, DistributionKind
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject
from sluis.release.source import TableNow
from sluis.release.types import Finding, Verdict

KINDS = {
    "bsn": N_("burgerservicenummers"),
    "iban": N_("rekeningnummers"),
    "email": N_("e-mailadressen"),
    "phone": N_("telefoonnummers"),
    "address": N_("adressen"),
    "name": N_("namen van mensen"),
    "birth_date": N_("geboortedatums"),
    "licence_plate": N_("kentekens"),
}
_TEXTS = {
    "blocks": N_(
        "In {columns} staan {sure_term} {kind_term} ({count} rijen). "
        "Verwijder of bewerk deze kolom en lever opnieuw aan."
    ),
    "judge": N_(
        "In {columns} staan {sure_term} {kind_term} ({count} rijen). Iemand moet dit met een reden beoordelen."
    ),
    "ignore": N_("In {columns} staan {sure_term} {kind_term} ({count} rijen). Volgens het beleid is dat geen bezwaar."),
}
_SURE = {"sure": N_("zeker"), "probable": N_("waarschijnlijk"), "possible": N_("misschien")}


def hits(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """What the policy `personal-data` says of each hit; what was not looked at is never "nothing"."""
    findings = [*_in_table(subject.table), *_not_looked_at(subject.record)]
    if any(finding.blocks for finding in findings):
        return Verdict.FAILED, findings
    if any(finding.code != "personal.ignore" for finding in findings):
        return Verdict.ATTENTION, findings
    return (Verdict.PASSED, findings) if subject.table else NOTHING_TO_LOOK_AT


def _in_table(table: TableNow | None) -> list[Finding]:
    if table is None:
        return []
    if table.profile is None:
        return [Finding("personal.not-looked", N_("Er is nog niet naar persoonsgegevens gezocht."))]
    return [_finding(hit) for hit in table.profile["personal_data"]]


def _not_looked_at(record: DatasetRecord) -> Iterator[Finding]:
    for number, part in enumerate(record.distributions, 1):
        if part.kind is DistributionKind.FILE:
            text = N_(
                "Distributie {number} is een los bestand. Sluis kan daar niet in kijken en publiceert het daarom niet. "
                "Lever de data aan als tabel, of verwijs naar een adres elders."
            )
            yield Finding("personal.file", text, {"number": number}, "distributions")
        elif part.kind is DistributionKind.EXTERNAL:
            text = N_(
                "Distributie {number} staat op een ander adres ({url}); Sluis heeft niet in die data gekeken. "
                "Iemand moet dit met een reden beoordelen."
            )
            params = {"number": number, "url": part.access_url}
            yield Finding("personal.elsewhere", text, params, "distributions", blocks=False)


def _finding(hit: Mapping[str, Any]) -> Finding:
    """The policy decides; an answer that it does not know, or none, blocks."""
    asked = {"kind": hit["kind"], "confidence": hit["confidence"]}
    said = process.evaluate("personal-data", "PersonalData", asked)
    weight = str(said.value) if said.value in _TEXTS else "blocks"
    params = {
        "columns": ", ".join(hit["columns"]),
        "kind_term": KINDS.get(hit["kind"], hit["kind"]),
        "sure_term": _SURE.get(hit["confidence"], hit["confidence"]),
        "count": hit["count"],
        "policy": said.evidence["policy"],
        "matched": said.evidence["matched"],
        "asked": {"decision": "PersonalData", "inputs": asked},
    }
    return Finding(f"personal.{weight}", _TEXTS[weight], params, hit["columns"][0], blocks=weight == "blocks")
