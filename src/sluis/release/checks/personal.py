"""Does the table hold personal data? From the hits in its profile, which looked at every row."""

from collections.abc import Mapping
from typing import Any

from sluis.kernel.text import N_
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject
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
    "sure": N_("In {columns} staan zeker {kind} ({count} rijen). Verwijder of bewerk deze kolom en lever opnieuw aan."),
    "probable": N_("In {columns} staan waarschijnlijk {kind} ({count} rijen). Verwijder of bewerk deze kolom."),
    "possible": N_("In {columns} staan misschien {kind} ({count} rijen). Iemand moet dit met een reden beoordelen."),
}


def hits(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Sure or probable blocks; possible asks for a motivated judgement; a missing profile is never "nothing found"."""
    if subject.table is None:
        return NOTHING_TO_LOOK_AT
    if subject.table.profile is None:
        return Verdict.FAILED, [Finding("personal.not-looked", N_("Er is nog niet naar persoonsgegevens gezocht."))]
    findings = [_finding(hit) for hit in subject.table.profile["personal_data"]]
    if any(finding.blocks for finding in findings):
        return Verdict.FAILED, findings
    return (Verdict.ATTENTION if findings else Verdict.PASSED), findings


def _finding(hit: Mapping[str, Any]) -> Finding:
    confidence = hit["confidence"] if hit["confidence"] in _TEXTS else "sure"  # an unknown word counts as the worst
    kind = KINDS.get(hit["kind"], hit["kind"])
    params = {"columns": ", ".join(hit["columns"]), "kind": kind, "count": hit["count"]}
    return Finding(
        f"personal.{confidence}", _TEXTS[confidence], params, hit["columns"][0], blocks=confidence != "possible"
    )
