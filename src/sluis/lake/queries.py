"""Reads of the lake: what the caller may see, as frozen shapes."""

from pathlib import Path
from uuid import UUID

from sluis.foundation.service import blobs
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.models import TableVersion
from sluis.lake.policy import VIEW, require_on_dataset, version_seen_by
from sluis.lake.records import TableVersionRecord, table_version_record
from sluis.lake.rows.types import Files


def table_version(*, by: Actor, table_version_id: UUID) -> TableVersionRecord:
    """One table version (one query); NotFound for what the caller may not see."""
    return table_version_record(version_seen_by(by, table_version_id))


def versions(*, by: Actor, dataset_id: UUID) -> tuple[TableVersionRecord, ...]:
    """All versions of the table of a dataset, newest first, without their profiles."""
    require_on_dataset(by, VIEW, dataset_id)
    rows = TableVersion.objects.filter(dataset_id=dataset_id).order_by("-number")
    light = rows.defer("profile")
    for row in light:
        row.profile = None
    return tuple(table_version_record(row) for row in light)


def latest_ready(*, by: Actor, dataset_id: UUID) -> TableVersionRecord | None:
    """The newest version that can be read, or None."""
    require_on_dataset(by, VIEW, dataset_id)
    ready = TableVersion.ready(dataset_id)
    row = ready.order_by("-number").first()
    return table_version_record(row) if row else None


def data_files(*, by: Actor, table_version_id: UUID) -> Files:
    """The Parquet files of a ready version, in order; NotFound otherwise."""
    parts = version_seen_by(by, table_version_id).parts
    paths = tuple(_blob(part["sha256"]) for part in parts) or (_blob(""),)
    return Files(paths, tuple(part["rows"] for part in parts))


def rejects_path(*, by: Actor, table_version_id: UUID) -> Path:
    """The CSV with rejected rows; NotFound when none was rejected."""
    return _blob(version_seen_by(by, table_version_id).rejects_sha256)


def _blob(sha256: str) -> Path:
    if not sha256:
        raise NotFound("table.no-file", N_("Dit bestand is er niet."))
    return blobs.path(sha256)
