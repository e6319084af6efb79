"""New data for what stands outside: what changed, does the old decision still hold, and a new dossier if not."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction

from sluis.foundation.service import Write, require, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.types import Column
from sluis.process import service as process
from sluis.process.types import Work
from sluis.register import service as register
from sluis.release import caring, evidence, policy
from sluis.release.checks import ABOUT_DATA, CHECKS, run, worst
from sluis.release.dossiers import require_id, started
from sluis.release.models import Dossier, Release
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.publishing import answer_of, decided, files_of, mark, once, release
from sluis.release.queries import record_of, without_outcome
from sluis.release.source import source, whole_source
from sluis.release.types import DossierRecord, Outcome, Verdict

MESSAGE = "data-refreshed"
_BREACHES = (Verdict.FAILED, Verdict.ERROR)
AGAIN = ("small-cells", "k-anonymity", "table", "shapes", "code-lists", "licence-compatibility", "open-format", "hvd")


def compare(work: Work) -> dict[str, Any]:
    """What changed since the release outside, and the worst of what the checks say of the new data.

    A changed description counts as a changed source: its words were part of what was decided.
    """
    row = _row(work)
    now, shown = whole_source(row.dataset_id), _shown(row.dataset_id)
    subject = evidence.subject_of(now, work.variables)
    reports = [run(CHECKS[name], subject) for name in (*AGAIN, "personal-data")]
    agreed = run(CHECKS["contract"], subject)
    # A warning in the contract asks nobody for a new decision; a breach counts with the checks too, for the dossiers
    # that run on a rule which does not look at the contract by itself.
    counting = [*reports, *([agreed] if agreed.verdict in _BREACHES else [])]
    columns = shown.columns if shown else []
    described = without_outcome(now.metadata) != without_outcome(shown.decision.content["metadata"] if shown else {})
    return {
        "schemaChanged": _said(bool(_columns(columns, now.table.report["columns"] if now.table else []).columns)),
        "sourceChanged": _said(described),
        "personalDataChanged": _said(_hits(work.variables) != _found(reports)),
        "checks": worst(report.verdict for report in counting).value,
        "contract": agreed.verdict.value,
        "rows": now.table.rows if now.table else 0,
        "reports": [evidence.body_of(report) for report in (*reports, agreed)],
        "table": str(now.table.id) if now.table else None,
    }


def publish_refresh(work: Work) -> dict[str, Any]:
    """The compared table goes out under the same decision, with what the rule said of it."""
    row = _row(work)
    decision, now = decided(row.id), source(row.dataset_id)
    table, difference = now.table, work.variables.get("difference") or {}
    if table is None or str(table.id) != difference.get("table"):
        raise Conflict("refresh.changed", N_("Er kwam weer nieuwe data bij; die wordt eerst vergeleken."))
    files = files_of(table, decision.content["metadata"])

    def make(w: Write) -> Release:
        notice = _without_delay(_shown(row.dataset_id))
        basis = {"refresh": work.variables.get("refresh"), "difference": difference}
        made = release(decision, Outcome.OPEN, table, files, run_id=UUID(work.run_id), notice=notice, basis=basis)
        mark(decision, Outcome.OPEN)
        told = {"dataset_id": str(row.dataset_id), "slug": row.dataset_slug, "number": made.number}
        w.emit("release.published", told | {"outcome": made.outcome})
        w.note(refresh=True)
        return made

    return answer_of(once(decision, work, make))


def hold(work: Work) -> dict[str, Any]:
    """The new data does not keep what was promised: the last good version stays outside, and says so."""
    difference = work.variables.get("difference") or {}
    shown = _shown(_row(work).dataset_id)
    if shown is None or not (shown.notice or {}).get("delayed_at"):
        caring.notice(work, delayed_at=clock.now().isoformat())
    return {"table": difference.get("table"), "contract": difference.get("contract")}


def _without_delay(shown: Release | None) -> dict[str, Any] | None:
    """What the new release still tells of the one before it."""
    told = {name: text for name, text in ((shown.notice if shown else None) or {}).items() if name != "delayed_at"}
    return told or None


def reassess(work: Work) -> dict[str, Any]:
    """Open a new dossier that takes the decision again, with the answers so far; one that is open already will do."""
    row = _row(work)
    known = Dossier.objects.filter(dataset_id=row.dataset_id, stage__in=OPEN_STAGES).exclude(id=row.id).first()
    if known is None:
        said = _answers(work) | {"trigger": work.variables.get("trigger") or "inventory"}
        known = started(SYSTEM, row.dataset_id, said | {"reassessment": "yes", "previous": str(row.id)})
    return {"dossier": str(known.id)}


def told_of_table(dataset_id: UUID, version_id: UUID) -> bool:
    """New data of a dataset that stands outside: its dossier compares. False when no dossier looks after it, and for
    a version that is not the newest, stands outside or was compared: events come more than once, in any order."""
    shown, newest = _shown(dataset_id), lake.latest_ready(by=SYSTEM, dataset_id=dataset_id)
    if not (shown and shown.table and newest and newest.id == version_id):
        return False
    same = shown.table["sha256"] == newest.data_sha256 and not (shown.notice or {}).get("delayed_at")
    if same or str(version_id) in _compared(shown):
        return False
    return tell(dataset_id, MESSAGE) is not None


def told_of_contract(dataset_id: UUID) -> bool:
    """Other agreements while new data waits for them: its dossier compares again."""
    shown = _shown(dataset_id)
    waits = bool(shown and (shown.notice or {}).get("delayed_at"))
    return waits and tell(dataset_id, MESSAGE) is not None


def told_of_description(dataset_id: UUID) -> bool:
    """Another description than what was decided: its dossier compares, unless an open dossier has it already."""
    shown = _shown(dataset_id)
    if shown is None or Dossier.objects.filter(dataset_id=dataset_id, stage__in=OPEN_STAGES).exists():
        return False
    now = without_outcome(source(dataset_id).metadata)
    return now != without_outcome(shown.decision.content["metadata"]) and tell(dataset_id, MESSAGE) is not None


def request_change(*, by: Actor, dataset_id: UUID, reason: str) -> DossierRecord:
    """Ask for a change, a successor or the end of a dataset that stands outside; its data owner judges what happens.

    Raises NotFound, NotAllowed, Invalid without a reason, and Conflict when no dossier looks after the dataset.
    """
    record = register.get(by=by, dataset_id=dataset_id)
    by = require(by, policy.ASK_CHANGE, record.organisation.id, record.team_id)
    if not reason.strip():
        raise Invalid("reason.empty", N_("Schrijf een reden."))
    with writing(by=by, action="release.change-requested", subject=("dataset", dataset_id)) as w:
        w.note(reason=reason.strip())
        found = tell(dataset_id, "change-requested", {"changeRequest": reason.strip()})
        if found is None:
            raise Conflict(
                "change.nobody",
                N_("Geen dossier let op deze dataset."),
                way_out=N_("Open een nieuw dossier, of trek de dataset in."),
            )
    return record_of(found, by)


def tell(dataset_id: UUID, message: str, variables: Mapping[str, Any] | None = None) -> UUID | None:
    """Give a message to the dossier that looks after what stands outside; returns that dossier."""
    caring = Dossier.objects.filter(dataset_id=dataset_id, published_at__isnull=False, instance_id__isnull=False)
    for dossier_id, instance_id in caring.order_by("-published_at").values_list("id", "instance_id"):
        with suppress(Conflict), transaction.atomic():  # that dossier has ended: an older one, or one that was refused
            process.send_message(by=SYSTEM, instance_id=instance_id, message=message, variables=variables)
            return dossier_id
    return None


def retest(work: Work) -> dict[str, Any]:
    """Are people in the data of now still not to be recognised?"""
    subject = evidence.subject_of(whole_source(_row(work).dataset_id), work.variables)
    reports = [run(CHECKS[name], subject) for name in ABOUT_DATA[:3]]
    verdict = worst(report.verdict for report in reports)
    return {"verdict": verdict.value, "reports": [evidence.body_of(report) for report in reports]}


def _row(work: Work) -> Dossier:
    return Dossier.objects.get(id=require_id(work))


def _shown(dataset_id: UUID) -> Release | None:
    current = Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT)
    return current.select_related("decision").first()


def _compared(shown: Release) -> set[str]:
    """The versions that a refresh published, or that a dossier which looks after the dataset last compared."""
    caring = Dossier.objects.filter(dataset_id=shown.dataset_id, published_at__isnull=False, instance_id__isnull=False)
    known = [process.instance(by=SYSTEM, instance_id=found) for found in caring.values_list("instance_id", flat=True)]
    told = [shown.basis or {}, *(one.variables for one in known)]
    return {str((one.get("difference") or {}).get("table")) for one in told}


def _columns(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> lake.Change:
    """What became of the columns, by the same rules as at each load."""
    was, now = ([Column.from_json({"title": "", **column}) for column in columns] for columns in (old, new))
    return lake.compared(was, now)


def _hits(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    report = said.get("personalData")
    findings = report.get("findings", []) if isinstance(report, Mapping) else []
    return sorted((f["code"], f["field"]) for f in findings)


def _found(reports: list[Any]) -> list[tuple[str, str]]:
    return sorted((f.code, f.field) for report in reports if report.name == "personal-data" for f in report.findings)


def _said(value: bool) -> str:
    return "yes" if value else "no"


def _answers(work: Work) -> dict[str, Any]:
    """What the new dossier starts with: the answers of people before the decision, and the scope, which it skips.

    Not what somebody found in the rows of then: whoever judges has to look at those of now.
    """
    nodes = process.model(work.definition_sha256).nodes
    names = {
        field.id for element in evidence.preparing_elements(work.definition_sha256) for field in nodes[element].form
    }
    kept = (names | {"scope"}) - evidence.OF_THE_ROWS
    return {name: value for name, value in work.variables.items() if name in kept}
