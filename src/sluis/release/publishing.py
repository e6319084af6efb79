"""From decision to release: make the files first, then one transaction that puts everything outside.

Of a large table only the decided Parquet comes out with it; its copies in other formats follow (see `copies`).
Nothing but what was decided goes out: the description and the table version of the decision, whatever was changed
since. A crash before the transaction leaves blobs nobody points at; a crash in it leaves nothing. Doing it again is
safe: a release carries the run of the step that made it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sluis.foundation.service import Write, in_line, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.process.types import Work
from sluis.register import service as register
from sluis.register.types import Availability, DistributionKind, Openness, Publication
from sluis.release import aids, comparing, copies, making, projection
from sluis.release.models import Decision, Dossier, Release
from sluis.release.source import TableNow, table_of
from sluis.release.types import Outcome

OPENNESS = {
    Outcome.OPEN: Openness.OPEN,
    Outcome.PLANNED: Openness.OPEN,
    Outcome.RESTRICTED: Openness.RESTRICTED,
    Outcome.CLOSED: Openness.CLOSED,
}
AVAILABILITY = {
    Outcome.OPEN: Availability.AVAILABLE,
    Outcome.PLANNED: Availability.PLANNED,
    Outcome.RESTRICTED: Availability.UNAVAILABLE,
    Outcome.CLOSED: Availability.UNAVAILABLE,
}


def decided(dossier_id: UUID) -> Decision:
    """The decision of a dossier; Conflict when there is none, so that nothing goes out without one."""
    found = Decision.objects.filter(dossier_id=dossier_id).select_related("dossier").first()
    if found is None:
        raise Conflict("publish.undecided", N_("Over dit dossier is niet besloten."))
    return found


def put_outside(decision: Decision, outcome: Outcome, work: Work) -> Release:
    """The decided version as a release: files, rows and projection. Its status follows when it was fetched back."""
    table = _table(decision) if outcome is Outcome.OPEN else None
    if outcome is Outcome.OPEN and table is None and not decision.content["metadata"].get("distributions"):
        raise Conflict(
            "publish.nothing",
            N_("Er is geen data om te publiceren."),
            way_out=N_("Lever de data aan en open een nieuw dossier."),
        )
    files = files_of(table, decision.content["metadata"]) if table else []

    def make(w: Write) -> Release:
        made = release(decision, outcome, table, files, run_id=UUID(work.run_id))
        w.note(outcome=made.outcome)
        return made

    return once(decision, work, make)


def once(decision: Decision, work: Work, make: Callable[[Write], Release]) -> Release:
    """The release of this run. Who published it and was cut off before it could say so has nothing to write again."""
    with in_line():
        Dossier.objects.select_for_update().get(id=decision.dossier_id)
        made = Release.objects.filter(run_id=work.run_id).first()
        if made is None:
            with writing(by=SYSTEM, action="release.published", subject=("dossier", decision.dossier_id)) as w:
                made = make(w)
                w.note(dataset=str(decision.dataset_id), number=made.number, sha256=made.sha256)
    return made


def answer_of(made: Release) -> dict[str, Any]:
    """What the process remembers of a release."""
    return {"id": str(made.id), "number": made.number, "sha256": made.sha256, "at": made.published_at.isoformat()}


def release(
    decision: Decision,
    outcome: Outcome,
    table: TableNow | None,
    files: list[dict[str, Any]],
    **more: Any,
) -> Release:
    """The next release of the dataset, and what the outside sees of it; call inside a transaction."""
    dataset_id = decision.dataset_id
    described = public_metadata(decision.content["metadata"], decision, outcome)
    quality = register.predict_quality(register.get(by=SYSTEM, dataset_id=dataset_id))
    return next_release(
        decision,
        outcome=outcome,
        metadata=described,
        files=files,
        table={"sha256": table.sha256, "rows": table.rows, "geometry": table.report.get("geometry")} if table else None,
        columns=projection.columns_of(described, table) if table else [],
        quality={"stars": quality.stars, "points": quality.score},
        **more,
    )


def next_release(decision: Decision, **fields: Any) -> Release:
    """One more release; the one that stood outside until now goes out of care. Call inside a transaction."""
    dataset_id = decision.dataset_id
    Release.objects.filter(dataset_id=dataset_id, status=Release.Status.CURRENT).update(
        status=Release.Status.SUPERSEDED
    )
    last = Release.objects.filter(dataset_id=dataset_id).order_by("-number").values_list("number", flat=True).first()
    made = Release.objects.create(
        id=ids.new_id(),
        dataset_id=dataset_id,
        number=(last or 0) + 1,
        decision=decision,
        sha256=decision.sha256,
        published_at=clock.now(),
        **fields,
    )
    copies.promise(made)
    aids.promise(made)
    projection.project(dataset_id)
    return made


def held_blobs() -> Iterator[str]:
    """Hashes of what stands outside: files and rows of every release not withdrawn, and what was made of them."""
    rows = Release.objects.exclude(status=Release.Status.WITHDRAWN).values_list("files", "table")
    for files, table in rows.iterator():
        yield from (file["sha256"] for file in files)
        if table:
            yield table["sha256"]
    yield from copies.held_blobs()
    yield from aids.held_blobs()
    yield from comparing.held_blobs()


def _table(decision: Decision) -> TableNow | None:
    """The table version that was decided; Conflict when its bytes are not those any more."""
    sha256, version = decision.content["table"], decision.content.get("table_id")
    if sha256 is None:
        return None
    table = table_of(UUID(version)) if version else None
    if table is None or table.sha256 != sha256:
        raise Conflict(
            "publish.changed", N_("De tabel waarover is besloten is er niet meer: dit heeft een nieuw besluit nodig.")
        )
    return table


def files_of(table: TableNow, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that come out together with the release: of a large table only the table itself."""
    slug = metadata["slug"]
    files = [making.table_file(table, slug)]
    if making.is_small(table):
        geometry = table.report.get("geometry")
        others = making.formats_of(geometry)[1:]
        made = making.make_files(table.sha256, table.report["columns"], geometry, others)
        files += [making.file_shape(name, slug) | asdict(made[name]) for name in others]
    parts = metadata.get("distributions", ())
    described = [str(part["id"]) for part in parts if part.get("kind") == DistributionKind.TABLE]
    return [file | {"distribution_id": described[0]} for file in files] if described else files


def public_metadata(decided: Mapping[str, Any], decision: Decision, outcome: Outcome) -> dict[str, Any]:
    """The decided snapshot with the decided openness over it. What is not open shows no way to the data."""
    metadata: dict[str, Any] = {**decided, "openness": OPENNESS[outcome].value}
    for name in ("openness_ground", "planned_date"):
        metadata.pop(name, None)
    if outcome in (Outcome.RESTRICTED, Outcome.CLOSED):
        metadata["openness_ground"] = decision.ground
    if outcome is Outcome.PLANNED and decision.planned_date:
        metadata["planned_date"] = decision.planned_date.isoformat()
    if outcome is not Outcome.OPEN:
        metadata = {k: v for k, v in metadata.items() if k not in ("distributions", "services", "columns")}
    return metadata


def mark(decision: Decision, outcome: Outcome) -> None:
    """Write the decided status into the register."""
    closed = outcome in (Outcome.RESTRICTED, Outcome.CLOSED)
    register.mark_publication(
        by=SYSTEM,
        dataset_id=decision.dataset_id,
        publication=Publication.PUBLISHED,
        availability=AVAILABILITY[outcome],
        openness=OPENNESS[outcome],
        openness_ground=decision.ground if closed else "",
        planned_date=decision.planned_date if outcome is Outcome.PLANNED else None,
    )
