"""One version becomes one snapshot: in one commit, with the columns that came."""

from collections.abc import Collection, Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import parquet_files_to_data_files, pyarrow_to_schema
from pyiceberg.table import Table
from pyiceberg.table.snapshots import ancestors_of

from sluis.foundation.service import blobs
from sluis.lake.iceberg import places
from sluis.lake.iceberg.catalogue import Columns
from sluis.lake.iceberg.plan import Standing, Wanted, exchanged

NUMBER, VERSION, PARTS = "sluis.version", "sluis.table-version", "sluis.parts-sha256"
# Above this many files of metadata it pays to look which of them no snapshot needs any more.
_MANY_FILES = 1000


class NotTheSameTableError(Exception):
    """A column left or became something else: Iceberg would read older snapshots by the columns of now."""


def standing(table: Table) -> list[Standing]:
    """What the snapshots say to be, from old to new."""
    newest = table.current_snapshot()
    history = list(ancestors_of(newest, table.metadata)) if newest else []
    said = [(one.snapshot_id, one.summary.additional_properties if one.summary else {}) for one in reversed(history)]
    return [Standing(key, int(of.get(NUMBER, 0)), of.get(PARTS, "")) for key, of in said]


def counted(table: Table) -> dict[int, int]:
    """The rows of each snapshot by the number of its version, as its list of files says."""
    found = dict[int, int]()
    for one in standing(table):
        tasks = table.scan(snapshot_id=one.snapshot_id).plan_files()
        found[one.number] = sum(task.file.record_count for task in tasks)
    return found


def columns_in(read: FileIO, parts: Iterable[str]) -> Columns:
    """The columns of parts together, as they are stored; a part is called by its location."""
    footers = list[pq.FileMetaData]()
    for part in dict.fromkeys(parts):
        with read.new_input(part).open() as stream:
            footers.append(pq.read_metadata(stream))
    return pa.unify_schemas([pa.schema([]), *(footer.schema.to_arrow_schema() for footer in footers)])


def parts_of(version: Wanted) -> list[str]:
    """The locations of its parts."""
    return [blobs.location(part) for part in version.parts]


def write(table: Table, version: Wanted, names: Collection[str]) -> None:
    """The next snapshot; `names` are the columns of the version. Raises NotTheSameTableError before it writes."""
    files = [task.file for task in table.scan().plan_files()]
    gone, come = exchanged([file.file_path for file in files], parts_of(version))
    columns = columns_in(table.io, come)
    _require_same(table, columns, names)
    told = {NUMBER: str(version.number), VERSION: version.version_id, PARTS: version.digest}
    with table.transaction() as change:
        with change.update_schema() as schema:
            schema.union_by_name(columns)
        snapshot = change.update_snapshot(snapshot_properties=told)
        with snapshot.overwrite() if gone else snapshot.fast_append() as files_of:
            for file in files:
                if file.file_path in gone:
                    files_of.delete_data_file(file)
            for data in parquet_files_to_data_files(table.io, change.table_metadata, iter(come)):
                files_of.append_data_file(data)


def expire(table: Table, snapshots: Sequence[int]) -> None:
    """Forget these snapshots, and remove the metadata that none needs any more, when there is much of it."""
    if snapshots:
        table.maintenance.expire_snapshots().by_ids(list(snapshots)).commit()
    place, folder = places.here(), f"{table.location()}/metadata"
    if len(place.children(folder)) > _MANY_FILES:
        places.remove_all_but(place, folder, _needed(table))


def _needed(table: Table) -> set[str]:
    """Metadata, lists and manifests that the table, as it is and was just before, consists of."""
    named = [table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)]
    for snapshot in table.snapshots():
        named += [snapshot.manifest_list, *(manifest.manifest_path for manifest in snapshot.manifests(table.io))]
    return set(named)


def _require_same(table: Table, columns: Columns, names: Collection[str]) -> None:
    """All columns of the table are there still, and what comes has the type that the table has."""
    now = {field.name: field.field_type for field in table.schema().fields}
    known = pa.schema([field for field in columns if field.name in now])
    come = pyarrow_to_schema(known, table.name_mapping()) if len(known) else None
    if set(now) - set(names) or any(field.field_type != now[field.name] for field in (come.fields if come else ())):
        raise NotTheSameTableError
