"""Runs the checks of one dossier and keeps what they found."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.foundation.service import progress
from sluis.kernel.actor import SYSTEM
from sluis.release import evidence
from sluis.release.checks import run_all
from sluis.release.dossiers import changing
from sluis.release.models import Dossier
from sluis.release.source import source
from sluis.release.types import Stage


def check(dossier_id: UUID, run: int) -> None:
    """Look at what stands there now. A run that is no longer the asked one, or was kept already, does nothing."""
    row = Dossier.objects.filter(id=dossier_id, run=run, stage=Stage.CHECKING).first()
    if row is None:
        return
    subject = evidence.subject_of(row, source(row.dataset_id))
    found = run_all(subject, progress)
    with changing(SYSTEM, dossier_id, "release.dossier.checked", Stage.CHECKING) as (held, w):
        if held.run != run:
            return
        evidence.keep(held, run, found)
        held.stage, held.checked_sha256 = Stage.INTAKE, subject.inputs_sha256
        held.dataset_slug, held.dataset_title = subject.record.slug, subject.record.title
        w.note(run=run, verdicts={report.name: report.verdict.value for report in found})


def give_up(dossier_id: UUID, run: int, failure: Mapping[str, Any]) -> None:
    """The checks could not be done: back to intake without evidence, so nothing can be decided on it."""
    if not Dossier.objects.filter(id=dossier_id, run=run, stage=Stage.CHECKING).exists():
        return
    with changing(SYSTEM, dossier_id, "release.dossier.failed", Stage.CHECKING) as (row, w):
        row.stage, row.checked_sha256, row.failure = Stage.INTAKE, "", dict(failure)
        w.note(code=failure.get("code", ""))
