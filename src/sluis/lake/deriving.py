"""A new version of a table made from an earlier one: without some of its columns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sluis.foundation.service import BlobRef, blobs
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.engines.whole import run_whole
from sluis.lake.loads import Made
from sluis.lake.making import profile_of
from sluis.lake.parts.shape import Part
from sluis.lake.policy import ADD, require_on_dataset
from sluis.lake.schema_change import compared
from sluis.lake.settling import settled_version
from sluis.lake.types import IngestReport
from sluis.lake.whole import one_file


def derive(*, by: Actor, table_version_id: UUID, without: Sequence[str]) -> UUID:
    """Leave these columns out; returns the new version, ready and profiled anew.

    Raises NotFound, NotAllowed, and Invalid for a column that is not there or when none would be left.
    """
    row = one_file(by=by, table_version_id=table_version_id)
    by = require_on_dataset(by, ADD, row.dataset_id)
    report = _ledger(IngestReport.from_json(row.report or {}), row.rows_total)
    names = [column.name for column in report.columns]
    if unknown := sorted(set(without) - set(names)):
        text = N_("Deze kolommen bestaan niet in de tabel: {columns}.")
        raise Invalid("table.column", text, columns=", ".join(unknown))
    keep = [name for name in names if name not in without]
    if not keep:
        raise Invalid("table.nothing-left", N_("Zonder deze kolommen blijft er geen tabel over."))
    geometry = report.geometry if report.geometry and report.geometry.column in keep else None
    less = replace(report, columns=tuple(c for c in report.columns if c.name in keep), geometry=geometry, rejects=None)
    data = _leave_out(blobs.path(row.data_sha256), keep, geometry is not None)
    part = Part(data.sha256, data.size, row.rows_total)
    change = compared(report.columns, less.columns).to_json()
    made = Made(less, profile_of([blobs.path(data.sha256)], less, lambda fraction, text: None), (part,), None, change)
    source = BlobRef(row.source_sha256, row.source_size)
    return settled_version(by, row.dataset_id, source, row.filename, {"without": sorted(without)}, made)


def _ledger(report: IngestReport, rows: int) -> IngestReport:
    """The ledger of a table of which the last load was only a part: all its rows are read, and loaded."""
    if report.rows_loaded == rows:
        return report
    return replace(report, rows_read=rows, rows_loaded=rows, rows_rejected=0)


def _leave_out(path: Any, keep: list[str], geometry: bool) -> BlobRef:
    folder = blobs.workdir("derive")
    try:
        out = folder / "data.parquet"
        request = {"source": str(path), "out": str(out), "keep": keep, "geometry": geometry}
        run_whole("sluis.lake.export.leaving:leave_out", request, reads=[path], writes=folder)
        return blobs.put_file(out, move=True)
    finally:
        blobs.discard(folder)
