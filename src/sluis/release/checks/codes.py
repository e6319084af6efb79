"""Does every coded value of the description stand in its official list, today?"""

from collections.abc import Iterable
from typing import Any

from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.release.checks.subject import Subject, judged
from sluis.release.types import Finding, Verdict


def known(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """A value that is in no list, or has ended in it, blocks. A list that Sluis does not have says nothing."""
    findings: list[Finding] = []
    for field in register.DATASET_FIELDS:
        values = [value for value in _values(getattr(subject.record, field.name, None)) if value]
        uris = {concept.uri for name in field.vocabularies for concept in register.concepts(name)}
        if not uris:
            continue
        for value in values:
            if value not in uris:
                text = N_("‘{value}’ staat niet (meer) in de lijst voor {field}.")
                findings.append(Finding("codes.unknown", text, {"value": value, "field": field.label}, field.name))
    return judged(findings)


def _values(value: Any) -> Iterable[str]:
    return value if isinstance(value, tuple) else (str(value),) if value else ()
