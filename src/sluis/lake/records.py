"""Frozen shapes of what the lake keeps in its tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sluis.lake.models import TableVersion


@dataclass(frozen=True, slots=True)
class TableVersionRecord:
    """`status` is queued, running, ready, failed or expired. `report` and `profile` are there when ready, `failure`
    when failed; of an expired one the profile, the parts and their hashes are gone.

    `report` is the JSON of `types.IngestReport`, `failure` has the wire form of kernel.errors.
    `parts` are the Parquet blobs with the rows, `data_sha256` the one with all of them ("" while there are several).
    `rows_total` counts the table; the other counts are of this load. `mode`, `key`, `base_id` and `change` say how the
    load met its table (see `TableVersion`).
    """

    id: UUID
    dataset_id: UUID
    number: int
    mode: str
    key: list[str]
    base_id: UUID | None
    filename: str
    status: str
    progress: float
    progress_text: str
    options: dict[str, Any]
    source_sha256: str
    source_size: int
    data_sha256: str
    data_size: int
    parts: list[dict[str, Any]]
    change: dict[str, Any]
    rejects_sha256: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_total: int
    report: dict[str, Any] | None
    profile: dict[str, Any] | None
    failure: dict[str, Any] | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    expired_at: datetime | None


def table_version_record(row: TableVersion) -> TableVersionRecord:
    return TableVersionRecord(**{name: getattr(row, name) for name in TableVersionRecord.__slots__})
