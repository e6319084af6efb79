"""A version in several parts brought back to one file, and profiled as a whole. Its rows stay what they are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from sluis.foundation.service import blobs, writing
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.making import one_part, profile_of
from sluis.lake.models import TableVersion
from sluis.lake.parts.shape import Part
from sluis.lake.policy import ADD, require_on_dataset, version_seen_by
from sluis.lake.records import TableVersionRecord, table_version_record
from sluis.lake.types import IngestReport

# A table in more parts than this is brought back to one file in the background: each part costs every reader a look.
MANY_PARTS = 64


def one_file(*, by: Actor, table_version_id: UUID) -> TableVersionRecord:
    """The version with all rows in one file and every figure of its profile measured; made when it is not so yet.

    Raises NotFound for a version that is not ready.
    """
    return _settled(by, table_version_id, join=True)


def keep_tables(*, by: Actor) -> int:
    """Of each dataset the newest version: measure what was added up, join what is in many parts. Returns how many."""
    done = 0
    for row in _newest():
        join = len(row.parts) > MANY_PARTS
        if join or _partial(row):
            _settled(by, row.id, join=join)
            done += 1
    return done


def _settled(by: Actor, version_id: UUID, *, join: bool) -> TableVersionRecord:
    row = version_seen_by(by, version_id)
    by = require_on_dataset(by, ADD, row.dataset_id)
    if row.status != TableVersion.Status.READY:
        raise NotFound("table.no-file", N_("Dit bestand is er niet."))
    join = join and len(row.parts) > 1
    if not join and not _partial(row):
        return table_version_record(row)
    report, parts = IngestReport.from_json(row.report or {}), [Part.from_json(part) for part in row.parts]
    if join:
        parts = [one_part(parts, report)]
    profile = (
        profile_of([blobs.path(part.sha256) for part in parts], report, lambda fraction, text: None)
        if _partial(row)
        else row.profile
    )
    return _keep(by, row, parts, profile)


def _keep(by: Actor, row: TableVersion, parts: Sequence[Part], profile: Any) -> TableVersionRecord:
    """Point at the same rows in other files."""
    with writing(by=by, action="lake.table.compacted", subject=("table-version", row.id)) as write:
        now = TableVersion.objects.select_for_update().get(id=row.id)
        if now.parts != row.parts:  # somebody else did the same just now
            return table_version_record(now)
        now.parts = [part.to_json() for part in parts]
        now.data_sha256 = parts[0].sha256 if len(parts) == 1 else ""
        now.data_size = sum(part.size for part in parts)
        now.profile = profile
        now.save(update_fields=["parts", "data_sha256", "data_size", "profile"])
        write.emit("table.compacted", {"table_version": str(row.id), "dataset": str(row.dataset_id)})
        write.note(parts_before=len(row.parts), parts=len(parts), data=now.data_sha256, rows=row.rows_total)
    return table_version_record(now)


def _partial(row: TableVersion) -> bool:
    return bool((row.profile or {}).get("partial"))


def _newest() -> list[TableVersion]:
    ready = TableVersion.objects.filter(status=TableVersion.Status.READY)
    last = ready.filter(dataset_id=OuterRef("dataset_id")).order_by("-number").values("number")[:1]
    return list(ready.annotate(last=Subquery(last)).filter(number=F("last")))
