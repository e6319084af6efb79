"""Do the links of the description answer? Only asked when the operator lets Sluis go outside."""

from collections.abc import Iterator

from django.conf import settings

from sluis.foundation import egress
from sluis.kernel.errors import SluisError
from sluis.kernel.text import N_
from sluis.register.types import DatasetRecord
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject
from sluis.release.types import Finding, Verdict

MOST = 25
SECONDS = 10.0
BYTES = 1_000_000
NOT_LOOKED = "links.not-looked"


def answering(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """A link that does not answer, and links that may not be tried, ask for attention: never for a no by themselves."""
    addresses = list(dict.fromkeys(of_record(subject.record)))
    if not addresses:
        return NOTHING_TO_LOOK_AT
    if not settings.SLUIS.check_links:
        text = N_(
            "Er staan {count} links in de beschrijving; Sluis mag op deze installatie niet naar buiten om te kijken."
        )
        return Verdict.ATTENTION, [Finding(NOT_LOOKED, text, {"count": len(addresses)}, blocks=False)]
    findings = [found for address in addresses[:MOST] if (found := _tried(address))]
    return (Verdict.ATTENTION if findings else Verdict.PASSED), findings


def of_record(record: DatasetRecord) -> Iterator[str]:
    """The addresses that a reader would follow."""
    yield from (address for address in (record.landing_page, *record.documentation) if address)
    for part in record.distributions:
        yield from (address for address in (part.access_url, part.download_url) if address)


def _tried(address: str) -> Finding | None:
    try:
        with egress.stream(address, purpose="release.check-links", max_bytes=BYTES, timeout=SECONDS) as reply:
            status = reply.status
    except SluisError as error:
        text = N_("{url} is niet te bereiken: {reason_term}")
        said = {**error.params, "url": address, "reason_term": error.message}
        return Finding("links.unreachable", text, said, blocks=False)
    if status < 400:
        return None
    return Finding(
        "links.status", N_("{url} antwoordt met {status}."), {"url": address, "status": status}, blocks=False
    )
