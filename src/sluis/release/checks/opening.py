"""May others use it, and can they open it?"""

import re

from sluis.kernel.text import N_
from sluis.register.licences import is_open
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject, judged
from sluis.release.types import Finding, Outcome, Verdict

# Machine-readable and not bound to one maker (Who art. 1; the five-star scheme of open data, three stars and up).
OPEN_FORMATS = frozenset(
    {"CSV", "TSV", "JSON", "JSON_LD", "GEOJSON", "NDJSON", "XML", "GML", "GPKG", "PARQUET", "ODS", "KML", "TXT"}
    | {
        "RDF",
        "RDF_TURTLE",
        "RDF_XML",
        "TTL",
        "N3",
        "HTML",
        "PDF",
        "PNG",
        "TIFF",
        "WFS_SRVC",
        "WMS_SRVC",
        "REST",
        "ATOM",
    }
)


# A source that is shared under more conditions than CC BY does not become free by passing it on.
_BINDING = re.compile(r"\b(?:by[-_ ]?)?(?:sa|nc|nd)\b|share ?alike|non ?commercial|gesloten|closed|odbl", re.IGNORECASE)


def licence(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Open data has an open licence, on the dataset and on each distribution, and it fits that of the source."""
    findings: list[Finding] = []
    if not is_open(subject.record.licence):
        text = N_("Open data heeft een open licentie nodig: CC0, CC BY 4.0 of publiek domein.")
        findings.append(Finding("licence.not-open", text, field="licence"))
    for number, item in enumerate(subject.record.distributions, 1):
        if item.licence and not is_open(item.licence):
            text = N_("Distributie {number} heeft een andere, niet open licentie.")
            findings.append(Finding("licence.contradiction", text, {"number": number}, "licence"))
    source = str(subject.said.get("sourceLicence") or "")
    if _BINDING.search(source):
        text = N_("De bron kwam onder ‘{source}’: die voorwaarden passen niet bij een open licentie.")
        findings.append(Finding("licence.source", text, {"source": source}, "licence"))
    chosen = subject.result("licence", "licence")
    if chosen and chosen != subject.record.licence and not findings:
        text = N_("De regels kiezen {chosen}; in de beschrijving staat een andere open licentie.")
        findings.append(Finding("licence.other", text, {"chosen": chosen}, "licence", blocks=False))
    return judged(findings)


def open_format(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """A table is published in open formats by Sluis itself; files and addresses must name one."""
    if subject.table is not None:
        return Verdict.PASSED, []
    codes = [item.format.rstrip("/").rpartition("/")[2].upper() for item in subject.record.distributions]
    if not codes and subject.outcome is Outcome.PLANNED:
        return NOTHING_TO_LOOK_AT  # a new dossier looks at the data once it is there
    if not codes:
        return Verdict.FAILED, [Finding("format.nothing", N_("Er is geen data om te publiceren."))]
    if not OPEN_FORMATS.intersection(codes):
        text = N_("Geen van de bestanden heeft een open formaat ({formats}). Voeg bijvoorbeeld een CSV toe.")
        return Verdict.FAILED, [Finding("format.closed", text, {"formats": ", ".join(filter(None, codes)) or "-"})]
    return Verdict.PASSED, []
