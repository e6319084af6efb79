"""Steps of the process while a dataset stands outside: look after it, correct, announce its end, close the dossier."""

from datetime import timedelta
from typing import Any

from sluis.foundation.service import Write, writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.process import timing
from sluis.process.types import Work
from sluis.release import evidence, projection
from sluis.release.checks import CHECKS, run
from sluis.release.checks.links import NOT_LOOKED
from sluis.release.dossiers import changing, require_id
from sluis.release.models import Dossier, Feedback, Release
from sluis.release.source import source
from sluis.release.types import CheckReport, Verdict

# How old data of this frequency may be before somebody should look: twice its own pace (EU frequency codes).
_PATIENCE = {
    "CONT": 2,
    "HOURLY": 2,
    "DAILY": 3,
    "WEEKLY": 14,
    "BIWEEKLY": 28,
    "MONTHLY": 62,
    "BIMONTHLY": 124,
    "QUARTERLY": 186,
    "ANNUAL_2": 366,
    "ANNUAL": 732,
    "BIENNIAL": 1464,
}


def monitor(work: Work) -> dict[str, Any]:
    """Is the data as fresh as its frequency promises, do the links answer, are reports of visitors open?"""
    row = Dossier.objects.get(id=require_id(work))
    now = source(row.dataset_id)
    shown = Release.objects.filter(dataset_id=row.dataset_id, status=Release.Status.CURRENT).first()
    links = run(CHECKS["links"], evidence.subject_of(now, work.variables))
    days = _PATIENCE.get(now.record.frequency.rpartition("/")[2])
    if shown is None or not now.record.frequency:
        fresh = "unknown"
    else:
        late = days is not None and clock.now() - shown.published_at > timedelta(days=days)
        fresh = "no" if late else "yes"
    return {
        "fresh": fresh,
        "links": answering(links),
        "openFeedback": Feedback.objects.filter(dataset_id=row.dataset_id, answered_at__isnull=True).count(),
    }


def answering(report: CheckReport) -> str:
    """What the links say, as the rule reads it: a link that does not answer is broken, not looking is unknown."""
    if report.verdict in (Verdict.PASSED, Verdict.NOT_APPLICABLE):
        return "ok"
    looked = report.verdict is Verdict.ATTENTION and not any(f.code == NOT_LOOKED for f in report.findings)
    return "broken" if looked else "unknown"


def publish_correction(work: Work) -> None:
    """The correction stands with the dataset (Woo art. 2.4, fifth paragraph); without a text nothing happens."""
    text = str(work.variables.get("correctionText") or "").strip()
    if text:
        notice(work, correction=text, corrected_at=clock.now().isoformat())


def deprecate(work: Work) -> None:
    """The dataset says on which day it goes: the day on which the timer of the process runs out."""
    change = work.variables.get("change") or {}
    term = timing.duration(str(change.get("notice") or ""))
    if term is None:
        raise Invalid("change.notice", N_("Het beleid zegt niet hoe lang van tevoren dit wordt aangekondigd."))
    notice(work, ends_on=term.after(clock.now()).astimezone(clock.AMSTERDAM).date().isoformat())


def archive(work: Work) -> dict[str, Any]:
    """The dossier is closed: how long it stays, by the rule of retention, stands as its last piece of evidence."""
    retention = work.variables.get("retention")
    found = require_id(work)
    with writing(by=SYSTEM, action="release.dossier.closed", subject=("dossier", found)) as w:
        w.note(retention=retention)
    return {"retention": retention, "closed_at": clock.now().isoformat()}


def notice(work: Work, **said: str) -> None:
    """Put facts into what stands with the dataset."""
    with changing(require_id(work), "release.noticed") as (row, w):
        shown = Release.objects.filter(dataset_id=row.dataset_id, status=Release.Status.CURRENT).first()
        if shown is None:
            return
        shown.notice = {**(shown.notice or {}), **said}
        shown.save(update_fields=["notice"])
        projection.project(row.dataset_id)
        w.note(**said)
        _told(w, row, shown.number)


def _told(w: Write, row: Dossier, number: int) -> None:
    told = {"dataset_id": str(row.dataset_id), "slug": row.dataset_slug, "number": number}
    w.emit("release.noticed", told)
