"""From decision to release: make the files first, then one transaction that puts everything outside.

Of a large table only the decided Parquet comes out with it; its copies in other formats follow (see `copies`).

A crash before the transaction leaves blobs nobody points at; a crash in it leaves nothing. Doing it again is safe.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sluis.foundation.service import Write, progress, require
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.register.types import Availability, DistributionKind, Openness, Publication
from sluis.release import copies, evidence, making, policy, projection
from sluis.release.dossiers import changing
from sluis.release.models import Decision, Dossier, Release
from sluis.release.queries import record_of
from sluis.release.source import Source, inputs_sha256, source
from sluis.release.types import DossierRecord, Outcome, Stage

_OPENNESS = {
    Outcome.OPEN: Openness.OPEN,
    Outcome.PLANNED: Openness.OPEN,
    Outcome.RESTRICTED: Openness.RESTRICTED,
    Outcome.CLOSED: Openness.CLOSED,
}
_AVAILABILITY = {
    Outcome.OPEN: Availability.AVAILABLE,
    Outcome.PLANNED: Availability.PLANNED,
    Outcome.RESTRICTED: Availability.UNAVAILABLE,
    Outcome.CLOSED: Availability.UNAVAILABLE,
}


def publish(*, by: Actor, dossier_id: UUID) -> DossierRecord:
    """Try the publication of a decided dossier again, as a job. Raises Conflict when it was not decided."""
    from sluis.release.jobs import publish_decided

    row = policy.seen_by(by).filter(id=dossier_id).first()
    if row is None:
        raise policy.unknown()
    if not policy.allowed(by, policy.PREPARE, row):
        require(by, policy.DECIDE, row.organisation_id)
    with changing(by, dossier_id, "release.dossier.publication-asked", Stage.DECIDED) as (held, _w):
        held.failure = None
        publish_decided.enqueue(str(dossier_id))
    return record_of(dossier_id, by)


def publish_now(dossier_id: UUID) -> int | None:
    """The job: files, then the release. Returns its number; None when it stood outside already or was stopped.

    Raises Conflict when anything decided was changed after the decision.
    """
    row = Dossier.objects.filter(id=dossier_id, stage=Stage.DECIDED).first()
    if row is None:
        return None
    decision = Decision.objects.get(dossier=row)
    now = source(row.dataset_id)
    _require_unchanged(row, decision, now)
    files = _files(decision, now)
    progress(0.95)
    with changing(SYSTEM, dossier_id, "release.published", Stage.DECIDED) as (held, w):
        now = source(row.dataset_id)
        _require_unchanged(held, decision, now)
        release = _release(decision, now, files)
        copies.promise(release)
        held.stage, held.failure = Stage.PUBLISHED, None
        _mark(decision)
        projection.project(row.dataset_id)
        _tell(w, held, release)
    return release.number


def give_up(dossier_id: UUID, failure: Mapping[str, Any]) -> None:
    """The files could not be made or the decision no longer fits: stay decided, and say why."""
    if not Dossier.objects.filter(id=dossier_id, stage=Stage.DECIDED).exists():
        return
    with changing(SYSTEM, dossier_id, "release.dossier.failed", Stage.DECIDED) as (row, w):
        row.failure = dict(failure)
        w.note(code=failure.get("code", ""))


def held_blobs() -> Iterator[str]:
    """Hashes that a release still shows: files and rows of every release that was not withdrawn."""
    rows = Release.objects.exclude(status=Release.Status.WITHDRAWN).values_list("files", "table")
    for files, table in rows.iterator():
        yield from (file["sha256"] for file in files)
        if table:
            yield table["sha256"]
    yield from copies.held_blobs()


def _require_unchanged(row: Dossier, decision: Decision, now: Source) -> None:
    """Everything the decision's hash covers must still be there, byte for byte."""
    content = decision.content
    same = (
        inputs_sha256(now, evidence.proposal_of(row)) == content["inputs_sha256"]
        and evidence.content_sha256(row) == content["content_sha256"]
        and (now.table.sha256 if now.table else None) == content["table"]
    )
    if not same:
        raise Conflict(
            "publish.changed",
            N_("Er is iets gewijzigd na het besluit: dit heeft een nieuw besluit nodig."),
            way_out=N_("Stop dit dossier en open een nieuw, of zet de wijziging terug."),
        )


def _files(decision: Decision, now: Source) -> list[dict[str, Any]]:
    """The files that come out together with the release: of a large table only the table itself."""
    if decision.outcome != Outcome.OPEN or now.table is None:
        return []
    files = [making.table_file(now.table, now.record.slug)]
    if making.is_small(now.table):
        geometry = now.table.report.get("geometry")
        others = making.formats_of(geometry)[1:]
        made = making.make_files(now.table.sha256, now.table.report["columns"], geometry, others)
        files += [making.file_shape(name, now.record.slug) | asdict(made[name]) for name in others]
    described = [str(part.id) for part in now.record.distributions if part.kind is DistributionKind.TABLE]
    return [file | {"distribution_id": described[0]} for file in files] if described else files


def _release(decision: Decision, now: Source, files: list[dict[str, Any]]) -> Release:
    dataset_id = decision.dataset_id
    Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT).update(
        status=Release.Status.SUPERSEDED
    )
    last = Release.objects.filter(dataset_id=dataset_id).order_by("-number").values_list("number", flat=True).first()
    is_open = decision.outcome == Outcome.OPEN
    table = now.table if is_open else None
    quality = register.predict_quality(now.record)
    return Release.objects.create(
        id=ids.new_id(),
        dataset_id=dataset_id,
        number=(last or 0) + 1,
        decision=decision,
        outcome=decision.outcome,
        sha256=decision.sha256,
        published_at=clock.now(),
        metadata=public_metadata(decision),
        files=files,
        table={"sha256": table.sha256, "rows": table.rows, "geometry": table.report.get("geometry")} if table else None,
        columns=projection.columns_of(decision.content["metadata"], table) if table else [],
        quality={"stars": quality.stars, "points": quality.score},
    )


def public_metadata(decision: Decision) -> dict[str, Any]:
    """The decided snapshot with the decided openness over it. What is not open shows no way to the data."""
    metadata: dict[str, Any] = {**decision.content["metadata"], "openness": _OPENNESS[Outcome(decision.outcome)].value}
    metadata.pop("openness_ground", None)
    if decision.outcome in (Outcome.RESTRICTED, Outcome.CLOSED):
        metadata["openness_ground"] = decision.ground
    if decision.planned_date:
        metadata["planned_date"] = decision.planned_date.isoformat()
    if decision.outcome != Outcome.OPEN:
        metadata = {k: v for k, v in metadata.items() if k not in ("distributions", "services", "columns")}
    return metadata


def _mark(decision: Decision) -> None:
    outcome = Outcome(decision.outcome)
    closed = outcome in (Outcome.RESTRICTED, Outcome.CLOSED)
    register.mark_publication(
        by=SYSTEM,
        dataset_id=decision.dataset_id,
        publication=Publication.PUBLISHED,
        availability=_AVAILABILITY[outcome],
        openness=_OPENNESS[outcome],
        openness_ground=decision.ground if closed else "",
        planned_date=decision.planned_date,
    )


def _tell(w: Write, row: Dossier, release: Release) -> None:
    w.note(dataset=str(row.dataset_id), number=release.number, sha256=release.sha256, outcome=release.outcome)
    w.emit(
        "release.published",
        {
            "dataset_id": str(row.dataset_id),
            "slug": row.dataset_slug,
            "number": release.number,
            "outcome": release.outcome,
        },
    )
