"""Evidence of a dossier: written once as the process goes, read back, hashed, and compared with what is there now."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Max

from sluis.foundation.service import audit
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.canonical import digest
from sluis.process import service as process
from sluis.process.types import InstanceRecord
from sluis.release import rules
from sluis.release.checks import TITLES
from sluis.release.checks.subject import Subject
from sluis.release.models import Decision, Dossier, Exhibit
from sluis.release.source import Source, inputs_sha256
from sluis.release.types import CheckReport, ExhibitKind, Finding, Outcome, Verdict

DECIDING = "release.decide"
OF_THE_ROWS = frozenset({"doubtsRefuted", "reidentification", "privacyMotivation"})
"""Answers of who looked at the rows of that moment: they say nothing of other rows, so these are judged again."""


def keep(
    row: Dossier, kind: ExhibitKind, element: str, body: Mapping[str, Any], *, key: str = "", role: str = ""
) -> None:
    """Add one exhibit; call inside the transaction that moves the instance, which holds the dossier's row."""
    last = Exhibit.objects.filter(dossier=row).aggregate(last=Max("number"))["last"] or 0
    Exhibit.objects.create(
        dossier=row,
        number=last + 1,
        kind=kind,
        element=element,
        body=dict(body),
        sha256=digest(body),
        actor_key=key,
        role=role,
        at=clock.now(),
    )


def current(row: Dossier) -> list[Exhibit]:
    """What counts now: of each step the newest exhibit of a kind, in the order in which they came."""
    newest: dict[tuple[str, str], Exhibit] = {}
    for exhibit in Exhibit.objects.filter(dossier=row).order_by("number"):
        newest[exhibit.kind, exhibit.element] = exhibit
    return sorted(newest.values(), key=lambda exhibit: exhibit.number)


def content_sha256(row: Dossier, now: Source, instance: InstanceRecord) -> str:
    """Hash of what the decider has on the table: description, table, evidence, and the process with its policies."""
    return digest(
        {
            "inputs": inputs_sha256(now),
            "evidence": [{"kind": e.kind, "element": e.element, "sha256": e.sha256} for e in current(row)],
            "process": instance.definition_sha256,
            "policies": dict(instance.policies),
        }
    )


def reports(row: Dossier) -> tuple[CheckReport, ...]:
    """The newest report of each check, in the order of the checks."""
    order = list(TITLES)
    found = {
        report.name: report
        for exhibit in current(row)
        if exhibit.kind == ExhibitKind.REPORT and (report := report_of(exhibit.body)) is not None
    }
    return tuple(sorted(found.values(), key=lambda r: order.index(r.name) if r.name in order else len(order)))


def body_of(report: CheckReport) -> dict[str, Any]:
    """A report as plain JSON: the result variable of its step."""
    return {
        "name": report.name,
        "verdict": report.verdict.value,
        "findings": [rules.dict_of(finding) for finding in report.findings],
        "version": report.version,
        "sha256": report.inputs_sha256,
        "at": report.at.isoformat(),
    }


def report_of(body: Mapping[str, Any]) -> CheckReport | None:
    """The report that a step left; None for what is no report of a check."""
    if "verdict" not in body or "name" not in body:
        return None
    return CheckReport(
        name=body["name"],
        title=TITLES.get(str(body["name"]), str(body["name"])),
        verdict=Verdict(body["verdict"]),
        findings=tuple(Finding(**finding) for finding in body["findings"]),
        version=body["version"],
        inputs_sha256=body["sha256"],
        at=datetime.fromisoformat(body["at"]),
    )


def subject_of(now: Source, said: Mapping[str, Any], outcome: Outcome = Outcome.OPEN, ground: str = "") -> Subject:
    """What a check looks at; an embargo that still runs shows the description as planned."""
    planned = embargo(said)
    if outcome is Outcome.OPEN and planned and planned > clock.today():
        outcome = Outcome.PLANNED
    return Subject(
        record=now.record,
        metadata=now.metadata,
        table=now.table,
        said=said,
        outcome=outcome,
        ground=ground,
        planned_date=planned if outcome is Outcome.PLANNED else None,
        inputs_sha256=inputs_sha256(now),
    )


def embargo(said: Mapping[str, Any]) -> date | None:
    found = said.get("embargoDate")
    return date.fromisoformat(found) if found else None


def is_stale(row: Dossier, now: Source) -> bool:
    """Whether something changed after a check looked, so that it says nothing any more."""
    seen = {report.inputs_sha256 for report in reports(row)}
    return bool(seen) and seen != {inputs_sha256(now)}


def preparers(row: Dossier, now: Source) -> frozenset[str]:
    """Who changed what is decided since the last decision that put this dataset out as open, and in whose name."""
    after = _last_open_decision(row)
    others = list(Dossier.objects.filter(dataset=row.dataset_id).values_list("id", "instance_id"))
    subjects = [("dataset", row.dataset_id), *(("dossier", dossier_id) for dossier_id, _ in others)]
    if now.record.contact is not None:
        subjects.append(("contact", now.record.contact.id))
    if now.table is not None:
        subjects.append(("table-version", now.table.id))
    subjects += [("process", instance_id) for _, instance_id in others if instance_id]
    deeds = [
        rules.Deed(key, _action(kind, subject, e))
        for kind, subject in subjects
        for e in audit.entries_about(kind, subject, after=after)
        for key in e.actor_keys
    ]
    return rules.preparers(deeds) | {row.opened_by}


def _action(kind: str, subject: UUID, entry: audit.Entry) -> str:
    """A task counts as preparing when the decision's four eyes name its step."""
    if kind != "process" or entry.action != "process.task.completed":
        return entry.action
    definition = process.instance(by=SYSTEM, instance_id=subject).definition_sha256
    return entry.action if entry.detail.get("element") in preparing_elements(definition) else "process.task.judged"


@lru_cache(maxsize=64)
def preparing_elements(definition_sha256: str) -> frozenset[str]:
    """The steps whose answers a decision of this process is about; every task when it names none."""
    nodes = process.model(definition_sha256).nodes
    named = [nodes[element].four_eyes_with for element in deciding_elements(definition_sha256)]
    return frozenset(element for group in named for element in group) or frozenset(nodes)


@lru_cache(maxsize=64)
def deciding_elements(definition_sha256: str) -> frozenset[str]:
    nodes = process.model(definition_sha256).nodes
    return frozenset(key for key, node in nodes.items() if node.given.get("completion") == DECIDING)


def _last_open_decision(row: Dossier) -> int:
    last = Decision.objects.filter(dataset=row.dataset_id, outcome=Outcome.OPEN, releases__isnull=False)
    seq = last.exclude(dossier=row).order_by("-audit_seq").values_list("audit_seq", flat=True).first()
    return seq or 0


def rule_bodies(exhibits: Iterable[Exhibit], definition_sha256: str) -> list[dict[str, Any]]:
    """What the rules said in steps that the process calls public, as a decision keeps it and everybody may read it."""
    nodes = process.model(definition_sha256).nodes
    return [
        {
            "element": e.element,
            "title": nodes[e.element].name,
            "title_en": nodes[e.element].name_en,
            "policy": e.body.get("policy", ""),
            "decision": e.body.get("decision", ""),
            "matched": e.body.get("matched", {}),
            **{k: _entry(e.body.get("value"), k) for k in ("outcome", "ground", "reason")},
        }
        for e in exhibits
        if e.kind == ExhibitKind.RULE and e.element in nodes and nodes[e.element].given.get("public") == "true"
    ]


def _entry(value: Any, name: str) -> str:
    return str(value.get(name) or "") if isinstance(value, Mapping) else ""
