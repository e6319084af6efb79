"""What a dossier is about at this moment: the register's record and the newest table version, with their hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sluis.kernel.actor import SYSTEM
from sluis.kernel.canonical import digest
from sluis.lake import service as lake
from sluis.lake.service import TableVersionRecord
from sluis.register import service as register
from sluis.register.types import DatasetRecord


@dataclass(frozen=True, slots=True)
class TableNow:
    """The newest table version that is ready. `report` is that of its last load, `profile` is None when there is none.

    `sha256` names the one file with all rows; "" while they stand in several (see `whole_source`).
    """

    id: UUID
    sha256: str
    rows: int
    source_sha256: str
    report: Mapping[str, Any]
    profile: Mapping[str, Any] | None

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column["name"] for column in self.report["columns"])


@dataclass(frozen=True, slots=True)
class Source:
    record: DatasetRecord
    metadata: Mapping[str, Any]
    table: TableNow | None


def source(dataset_id: UUID) -> Source:
    """Dataset and table as they stand now. The caller has authorised its operation. Raises NotFound."""
    record = register.get(by=SYSTEM, dataset_id=dataset_id)
    return Source(record=record, metadata=register.snapshot(dataset_id), table=table_now(dataset_id))


def whole_source(dataset_id: UUID) -> Source:
    """As `source`, with the table in one file and measured as a whole: what checks look at and a decision is about."""
    newest = lake.latest_ready(dataset_id=dataset_id, by=SYSTEM)
    if newest:
        lake.one_file(by=SYSTEM, table_version_id=newest.id)
    return source(dataset_id)


def table_now(dataset_id: UUID) -> TableNow | None:
    version = lake.latest_ready(dataset_id=dataset_id, by=SYSTEM)
    return _table(version) if version else None


def table_of(version_id: UUID) -> TableNow | None:
    """One version, as it was decided; raises NotFound."""
    return _table(lake.table_version(by=SYSTEM, table_version_id=version_id))


def _table(version: TableVersionRecord) -> TableNow | None:
    if version.report is None:
        return None
    return TableNow(
        id=version.id,
        sha256=version.data_sha256,
        rows=version.rows_total,
        source_sha256=version.source_sha256,
        report=version.report,
        profile=version.profile,
    )


def inputs_sha256(now: Source) -> str:
    """Hash of what the checks look at: metadata and table."""
    table = now.table
    return digest(
        {
            "metadata": now.metadata,
            "table": {"id": table.id, "sha256": table.sha256, "profile": digest(table.profile)} if table else None,
        }
    )
