"""What Iceberg wants to know of a table, made from what stands outside: metadata, manifest lists and manifests.

Format 2. Snapshot n is release n, and a branch and tags name them too. Our Parquet files carry no numbers of columns:
readers find those by name, so the table begins at the last release in which a column became something else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import count
from typing import Any

from sluis.kernel.canonical import digest
from sluis.release.openlake.footers import columns_of
from sluis.release.openlake.types import OpenTable, Version

type Columns = Any  # a pyarrow.Schema or a pyiceberg Schema, which have no types here


@dataclass(frozen=True)
class Described:
    """A table with the columns of each version that it can show, from old to new."""

    table: OpenTable
    footers: tuple[Columns, ...]

    @classmethod
    def of(cls, table: OpenTable, footer: Callable[[str], Columns] = columns_of) -> "Described":
        known: dict[str, Any] = {}
        footers = list[Columns]()
        for version in reversed(table.versions):
            columns = footer(version.sha256)
            if any(known.get(column.name, column.type) != column.type for column in columns):
                break
            known |= {column.name: column.type for column in columns}
            footers.insert(0, columns)
        return cls(table, tuple(footers))

    @property
    def versions(self) -> Sequence[Version]:
        return self.table.versions[len(self.table.versions) - len(self.footers) :]

    @cached_property
    def fields(self) -> dict[str, Any]:
        """Every column there was, with its number: those that come later get higher ones."""
        import pyarrow as pa
        from pyiceberg.io.pyarrow import _pyarrow_to_schema_without_ids  # pyright: ignore[reportPrivateUsage]
        from pyiceberg.schema import assign_fresh_schema_ids

        numbers = count(1)
        found: dict[str, Any] = {}
        for columns in self.footers:
            fresh = pa.schema([pa.field(c.name, c.type) for c in columns if c.name not in found])
            bare = _pyarrow_to_schema_without_ids(fresh)
            found |= {field.name: field for field in assign_fresh_schema_ids(bare, lambda: next(numbers)).fields}
        return found

    def schema(self, index: int) -> Columns:
        from pyiceberg.schema import Schema

        return Schema(*[self.fields[column.name] for column in self.footers[index]], schema_id=index)

    def document(self) -> dict[str, Any]:
        """The table metadata (https://iceberg.apache.org/spec/#table-metadata), as JSON."""
        from pyiceberg.schema import Schema

        snapshots = [self._snapshot(index) for index in range(len(self.footers))]
        everything = Schema(*self.fields.values())
        newest = snapshots[-1]
        return {
            "format-version": 2,
            "table-uuid": str(self.table.dataset_id),
            "location": self.table.location,
            "last-sequence-number": newest["sequence-number"],
            "last-updated-ms": newest["timestamp-ms"],
            "last-column-id": everything.highest_field_id,
            "current-schema-id": len(snapshots) - 1,
            "schemas": [self.schema(index).model_dump(mode="json", by_alias=True) for index in range(len(snapshots))],
            "default-spec-id": 0,
            "partition-specs": [{"spec-id": 0, "fields": []}],
            "last-partition-id": 999,
            "default-sort-order-id": 0,
            "sort-orders": [{"order-id": 0, "fields": []}],
            "properties": {
                "schema.name-mapping.default": everything.name_mapping.model_dump_json(),
                "comment": self.table.title,
            },
            "current-snapshot-id": newest["snapshot-id"],
            "snapshots": snapshots,
            "snapshot-log": [{name: one[name] for name in ("snapshot-id", "timestamp-ms")} for one in snapshots],
            "metadata-log": [],
            "refs": {
                "main": {"snapshot-id": newest["snapshot-id"], "type": "branch"},
                **{f"release-{n}": {"snapshot-id": n, "type": "tag"} for n in (v.number for v in self.versions)},
            },
        }

    def place(self, document: dict[str, Any]) -> str:
        """Where the metadata itself stands: another place when it says something else."""
        return f"{self.table.location}/metadata/{digest(document)[:20]}.metadata.json"

    def manifest(self, index: int) -> tuple[str, bytes]:
        """The place and the bytes of the manifest of a version: it names one data file."""
        from pyiceberg.manifest import (
            DataFile,
            DataFileContent,
            FileFormat,
            ManifestEntry,
            ManifestEntryStatus,
            write_manifest,
        )  # fmt: skip
        from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
        from pyiceberg.typedef import Record

        version = self.versions[index]
        place = f"{self._start(index)}.avro"
        out = _Memory(place)
        file = DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=self.table.data(version),
            file_format=FileFormat.PARQUET,
            partition=Record(),
            record_count=version.rows,
            file_size_in_bytes=version.size,
            column_sizes={}, value_counts={}, null_value_counts={}, nan_value_counts={},
            lower_bounds={}, upper_bounds={},
            key_metadata=None, split_offsets=None, equality_ids=None, sort_order_id=None,
        )  # fmt: skip
        file.spec_id = 0
        entry = ManifestEntry.from_args(
            status=ManifestEntryStatus.ADDED,
            snapshot_id=version.number,
            sequence_number=version.number,
            file_sequence_number=version.number,
            data_file=file,
        )
        with write_manifest(2, UNPARTITIONED_PARTITION_SPEC, self.schema(index), out, version.number, "null") as writer:
            writer.add_entry(entry)
        return place, out.settled()

    def manifest_list(self, index: int) -> tuple[str, bytes]:
        """The place and the bytes of the list of manifests of a version: it names one."""
        from pyiceberg.manifest import ManifestContent, ManifestFile, write_manifest_list

        version = self.versions[index]
        manifest, data = self.manifest(index)
        place = f"{self._start(index)}-list.avro"
        out = _Memory(place)
        named = ManifestFile.from_args(
            manifest_path=manifest,
            manifest_length=len(data),
            partition_spec_id=0,
            content=ManifestContent.DATA,
            sequence_number=version.number,
            min_sequence_number=version.number,
            added_snapshot_id=version.number,
            added_files_count=1, existing_files_count=0, deleted_files_count=0,
            added_rows_count=version.rows, existing_rows_count=0, deleted_rows_count=0,
            partitions=[], key_metadata=None,
        )  # fmt: skip
        with write_manifest_list(2, out, version.number, None, version.number, "null") as writer:
            writer.add_manifests([named])
        return place, out.settled()

    def _snapshot(self, index: int) -> dict[str, Any]:
        version = self.versions[index]
        place = f"{self._start(index)}-list.avro"
        moment = int(version.published_at.timestamp() * 1000)
        told = {
            "operation": "overwrite" if index else "append",
            "total-records": str(version.rows),
            "total-data-files": "1",
            "total-files-size": str(version.size),
            "sluis.release": str(version.number),
            "sluis.sha256": version.sha256,
        }
        earlier = {"parent-snapshot-id": self.versions[index - 1].number} if index else {}
        return {
            "snapshot-id": version.number,
            **earlier,
            "sequence-number": version.number,
            "timestamp-ms": moment,
            "manifest-list": place,
            "summary": told,
            "schema-id": index,
        }

    def _start(self, index: int) -> str:
        """What stands in a file of a version is said by its name: with other columns or bytes it has another."""
        version = self.versions[index]
        known = [version.sha256, version.size, version.rows, self.schema(index).model_dump_json()]
        return f"{self.table.location}/metadata/{version.number}-{digest(known)[:20]}"


class _Memory:
    """What pyiceberg writes, kept here. Also the stream itself: it wants no more than this of either."""

    def __init__(self, location: str) -> None:
        self.location = location
        self._data = bytearray()

    def create(self, overwrite: bool = False) -> "_Memory":
        return self

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def tell(self) -> int:
        return len(self._data)

    def close(self) -> None:
        pass

    def __len__(self) -> int:
        return len(self._data)

    def settled(self) -> bytes:
        """Avro divides its blocks by 16 bytes of chance, which end the file too. Here they follow from its name: the
        same table gives the same bytes on every machine."""
        chance, ours = bytes(self._data[-16:]), sha256(self.location.encode()).digest()[:16]
        return bytes(self._data).replace(chance, ours)
