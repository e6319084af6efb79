"""Try a source out before or after it is saved: does it answer, and what would come in?"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import shapely

from sluis.kernel.actor import Actor
from sluis.kernel.errors import SluisError, to_wire
from sluis.kernel.errors import from_wire as read_wire
from sluis.lake.connectors.base import Connector, Given
from sluis.lake.connectors.given import blotted, read
from sluis.lake.connectors.registry import connector
from sluis.lake.connectors.work import work_folder
from sluis.lake.making import read_file
from sluis.lake.models import Source
from sluis.lake.runs import line
from sluis.lake.sourcing.operations import given_of, kept_of
from sluis.lake.sourcing.policy import managed, require_manage
from sluis.lake.sourcing.records import Preview
from sluis.lake.types import IngestReport

ROWS = 20


class Told(list[dict[str, Any]]):
    """The lines that a connector says, without its secrets."""

    def __init__(self, given: Given, lines: list[dict[str, Any]] | None = None) -> None:
        super().__init__(lines or ())
        self._secrets = tuple(given.secrets.values())

    def wiped(self, text: str) -> str:
        return blotted(text, self._secrets)

    def __call__(self, text: str, **params: Any) -> None:
        self.append(line(text, **{name: self.wiped(str(value))[:400] for name, value in params.items()}))


def check_source(
    *, by: Actor, dataset_id: UUID, connector_name: str, config: Mapping[str, Any], mode: str = "replace",
    source_id: UUID | None = None,
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """Try address, credentials and permission; returns what the connector said.

    `source_id`: the source that is being changed, whose secrets count where none is given. Raises Invalid with faults
    per field, and what the source answered.
    """
    item, given = _given(by, dataset_id, connector_name, config, mode, source_id)
    return _checked(item, given)


def check_saved_source(*, by: Actor, source_id: UUID) -> tuple[dict[str, Any], ...]:
    """The same for a source as it is saved."""
    _by, row = managed(by, source_id)
    return _checked(connector(row.connector), given_of(row))


def preview_source(
    *, by: Actor, dataset_id: UUID, connector_name: str, config: Mapping[str, Any], mode: str = "replace",
    source_id: UUID | None = None, options: Mapping[str, Any] | None = None,
) -> Preview:  # fmt: skip
    """Columns and the first rows, read in the sandbox as any file; nothing is kept.

    Raises as `check_source` and the ingest do.
    """
    item, given = _given(by, dataset_id, connector_name, config, mode, source_id)
    told = Told(given)
    with work_folder() as folder, wiped(given):
        into, out = _fresh(folder / "in"), _fresh(folder / "out")
        fetched = item.sample(given, into, told)
        report = read_file(fetched.path, fetched.filename, {**fetched.options, **(options or {})}, out)
        columns = [column.to_json() for column in report.columns]
        found = _first_rows(out / report.data, report)
    warnings = tuple(remark.to_json() for remark in report.warnings)
    return Preview(fetched.filename, report.format, tuple(columns), found, warnings, tuple(told))


@contextmanager
def wiped(given: Given) -> Generator[None]:
    """What a connector raises goes on without the secrets, also where a server repeated one in its answer."""
    try:
        yield
    except SluisError as error:
        raise read_wire(wiped_wire(to_wire(error), given)) from None


def wiped_wire(wire: dict[str, Any], given: Given) -> dict[str, Any]:
    secrets = tuple(given.secrets.values())
    params = {name: blotted(v, secrets) if isinstance(v, str) else v for name, v in wire["params"].items()}
    return wire | {"params": params}


def _checked(item: Connector, given: Given) -> tuple[dict[str, Any], ...]:
    told = Told(given)
    with wiped(given):
        item.check(given, told)
    return tuple(told)


def _given(
    by: Actor, dataset_id: UUID, name: str, config: Mapping[str, Any], mode: str, source_id: UUID | None
) -> tuple[Connector, Given]:
    require_manage(by, dataset_id)
    row: Source | None = managed(by, source_id)[1] if source_id else None
    item = connector(row.connector if row else name)
    return item, read(item, config, mode, kept_of(row) if row else None)


def _first_rows(path: Path, report: IngestReport) -> tuple[dict[str, Any], ...]:
    """Read here and not by the reader of tables, which opens nothing but blobs; a shape becomes its text."""
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=ROWS, columns=[column.name for column in report.columns]), None)
    rows: list[dict[str, Any]] = batch.to_pylist() if batch is not None else []
    shape = report.geometry.column if report.geometry else ""
    return tuple(row | ({shape: shapely.from_wkb(row[shape]).wkt} if row.get(shape) else {}) for row in rows)


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder
