"""What a high-value dataset needs: the HVD regulation (EU) 2023/138, art. 3–5, as DCAT-AP HVD 3.0.0 says it."""

from sluis.kernel.text import N_
from sluis.register.licences import is_open
from sluis.register.types import DistributionKind
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject, judged
from sluis.release.types import Finding, Verdict

REGULATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"


def demands(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """For what the rules call high-value: said so in the description, free, in bulk and through an API."""
    record = subject.record
    if subject.result("regimes", "hvd") is not True:
        if record.hvd_categories:
            text = N_("De beschrijving noemt de data hoogwaardig (HVD), maar de antwoorden doen dat niet.")
            return judged([Finding("hvd.contradiction", text, field="hvd_categories")])
        return NOTHING_TO_LOOK_AT
    findings: list[Finding] = []
    category = subject.result("regimes", "hvdCategory")
    if not record.hvd_categories or (category and category not in record.hvd_categories):
        text = N_("Noem in de beschrijving de categorie van hoogwaardige data (HVD) die geldt.")
        findings.append(Finding("hvd.category", text, field="hvd_categories"))
    if REGULATION not in record.applicable_legislation:
        text = N_("Noem in de beschrijving de HVD-verordening als wet die geldt ({law}).")
        findings.append(Finding("hvd.law", text, {"law": REGULATION}, "applicable_legislation"))
    if not is_open(record.licence):
        findings.append(Finding("hvd.licence", N_("Hoogwaardige data heeft CC0 of CC BY 4.0 nodig."), field="licence"))
    if record.contact is None:
        findings.append(Finding("hvd.contact", N_("Noem een contactpunt."), field="contact"))
    if subject.table is None and not _has_service(subject):
        text = N_(
            "Hoogwaardige data moet in bulk en via een API te krijgen zijn. Lever een tabel aan of noem de service."
        )
        findings.append(Finding("hvd.api", text, field="distributions"))
    return judged(findings)


def _has_service(subject: Subject) -> bool:
    parts = subject.record.distributions
    return any(part.access_service for part in parts) and any(part.kind is not DistributionKind.TABLE for part in parts)
