"""The files of a record, one at a time, in an order that does not change.

A piece of evidence is written in the canonical form that its hash was made of: `sha256sum` of the file is the hash that
stands in the decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sluis.kernel.canonical import canonical
from sluis.process import service as process
from sluis.release.record.material import Material

# Label and code of the PRONOM register of The National Archives (UK), by the end of the name.
FORMATS = {
    "json": ("JSON Data Interchange Format", "fmt/817"),
    "bpmn": ("Extensible Markup Language 1.0", "fmt/101"),
    "dmn": ("Extensible Markup Language 1.0", "fmt/101"),
    "html": ("Hypertext Markup Language 5", "fmt/471"),
    "css": ("Cascading Style Sheet", "x-fmt/224"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the record. `made_at` is when its content, and so its checksum, was fixed."""

    path: str
    title: str
    title_en: str
    data: bytes = field(repr=False)
    made_at: datetime

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @property
    def format(self) -> tuple[str, str]:
        return FORMATS[self.path.rpartition(".")[2]]


def parts(given: Material) -> Iterator[Part]:
    yield _json("dossier.json", "Het dossier: gegevens, stappen en geschiedenis", "The dossier", _dossier(given), given)
    if given.found.decision:
        at = given.found.decision.decided_at
        about = _decision(given)
        yield Part("besluit.json", "Het besluit en waarover het ging", "The decision", canonical(about), at)
    if given.releases:
        yield _json("uitgaven.json", "Wat er naar buiten ging", "What was published", list(given.releases), given)
    for exhibit in given.found.exhibits:
        path = f"bewijs/{exhibit.number:04d}-{exhibit.kind.value}-{exhibit.element}.json"
        yield Part(path, exhibit.title, exhibit.title_en or exhibit.title, canonical(exhibit.body), exhibit.at)
    yield from _definitions(given)


def _json(path: str, title: str, title_en: str, value: Any, given: Material) -> Part:
    return Part(path, title, title_en, canonical(value), given.as_of)


def _definitions(given: Material) -> Iterator[Part]:
    """The process and the policies of the versions that this dossier ran on, byte for byte."""
    versions = [given.found.process_sha256, *(sha for _, sha in sorted(given.found.policies.items()))]
    for sha in filter(None, versions):
        about = process.definition(sha)
        path = f"regels/{about.key}.{'bpmn' if about.kind == 'process' else 'dmn'}"
        yield Part(path, about.name, about.name_en or about.name, process.source(sha), about.deployed_at)


def _decision(given: Material) -> Mapping[str, Any]:
    decision = given.found.decision
    assert decision is not None  # noqa: S101 - asked before
    return {
        "outcome": decision.outcome,
        "decided_at": decision.decided_at,
        "role": decision.by.role,
        "decider": decision.by.key,
        "prepared_by": [person.key for person in decision.preparers],
        "ground": decision.ground,
        "motivation": decision.motivation,
        "planned_date": decision.planned_date,
        "sha256": decision.sha256,
        "content": given.decided,
    }


def _dossier(given: Material) -> Mapping[str, Any]:
    found, stay = given.found, given.retention
    return {
        "id": found.id,
        "dataset": {"id": found.dataset_id, "slug": found.dataset_slug, "title": given.title},
        "organisation": {"name": given.organisation.name, "uri": given.organisation.tooi_uri},
        "stage": found.stage,
        "opened_at": found.opened_at,
        "closed_at": given.closed_at,
        "process": {"version": found.process_version, "sha256": found.process_sha256},
        "policies": dict(found.policies),
        "retention": {
            "outcome": stay.outcome,
            "years": stay.years,
            "basis": stay.basis,
            "reason": stay.reason,
            "category": stay.category,
        },
        "steps": [
            {"at": h.at, "action": h.action, "title": h.title, "role": h.role, "by": h.key, "result": h.result}
            for h in given.happenings
        ],
        "history": [{"at": e.at, "action": e.action, "by": e.by.key, "details": e.details} for e in found.events],
        "evidence": [
            {"number": e.number, "kind": e.kind, "element": e.element, "sha256": e.sha256, "at": e.at, "role": e.role}
            for e in found.exhibits
        ],
    }
