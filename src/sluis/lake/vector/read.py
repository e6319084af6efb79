"""A vector file → `data.parquet` (GeoParquet 1.1), streaming; every feature is loaded or kept with its reason."""

import json
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.errors
import pyogrio.raw
from numpy.typing import NDArray

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.geo import crs as systems
from sluis.lake.names import GEOMETRY
from sluis.lake.types import Column, ColumnType, GeometryColumn, IngestReport, Remark
from sluis.lake.vector import columns, drivers, geometry, layers
from sluis.lake.vector.features import NOT_FEATURE, strangers
from sluis.lake.vector.prepare import Prepared, broken, prepare
from sluis.lake.vector.write import Rejects, Writer

Progress = Callable[[float, str], None]
_BATCH = 16_384
_LIBRARY_REMARKS = 5
_ABOUT_OUR_NAMES = "non conformant file extension"  # a blob has no extension; that is not the owner's doing
_ADVICE_OF_THE_LIBRARY = "; It might help"


def read_vector(source: Path, kind: str, out: Path, options: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write `out/data.parquet` (and `out/rejects.csv`) and return an IngestReport as JSON.

    `kind`: geojson, gpkg, shapefile (zipped) or gml. `options`: layer, crs ("EPSG:28992"), encoding (shapefile),
    and file (the name its owner knows it by). Raises Invalid.
    """
    if kind not in drivers.DRIVERS:
        raise ValueError(kind)
    drivers.only(drivers.DRIVERS[kind])
    try:
        return _read(source, kind, out, options, progress).to_json()
    except Invalid as error:
        error.params["file"] = options.get("file") or source.name
        raise


def _read(source: Path, kind: str, out: Path, options: dict[str, Any], progress: Progress) -> IngestReport:
    with tempfile.TemporaryDirectory(dir=out, prefix="unpacked-") as scratch, _library_errors(source) as said:
        prepared = prepare(source, kind, Path(scratch), options)
        layer, remarks = layers.choose(prepared, kind, options, source.name)
        report = _load(_Reading(prepared, layer, kind), out, options, progress)
    return _with_remarks(report, [*prepared.remarks, *remarks], said)


class _Reading:
    """One layer of one file, opened for streaming."""

    def __init__(self, prepared: Prepared, layer: str | None, kind: str) -> None:
        self.prepared, self.layer, self.kind = prepared, layer, kind
        cheap_to_count = kind in ("gpkg", "shapefile")
        self.total = layers.count(prepared, layer) if cheap_to_count else -1

    @contextmanager
    def batches(self) -> Iterator[tuple[dict[str, Any], pa.RecordBatchReader]]:
        with pyogrio.raw.open_arrow(
            self.prepared.path,
            layer=self.layer,
            return_fids=True,
            batch_size=_BATCH,
            use_pyarrow=True,
            **self.prepared.options,
        ) as (meta, reader):
            yield meta, reader

    def linear(self, fids: NDArray[np.int64]) -> Iterable[bytes | None]:
        """GDAL turns curves into lines when features are read one by one instead of as a stream."""
        _, keys, shapes, _ = pyogrio.raw.read(
            self.prepared.path, layer=self.layer, fids=fids, columns=[], return_fids=True, **self.prepared.options
        )
        found = dict(zip(keys.tolist(), shapes, strict=True))
        return [found.get(int(fid)) for fid in fids]


def _load(reading: _Reading, out: Path, options: dict[str, Any], progress: Progress) -> IngestReport:
    tally = geometry.Tally()
    with reading.batches() as (meta, reader), Rejects(out / "rejects.csv") as rejects:
        layout = columns.layout(reader.schema, keep_key=reading.kind == "gpkg")
        with Writer(out / "data.parquet", layout) as writer:
            for batch in reader:
                _load_batch(batch, layout, reading, tally, writer, rejects)
                _tell(progress, writer.rows + rejects.rows, reading.total)
            if writer.rows + rejects.rows == 0:
                raise _nothing()
            if reading.kind == "geojson":
                _reject_strangers(reading.prepared.path, rejects)
            crs, remarks = _coordinate_system(meta.get("crs"), tally, options, layout.geometry is not None)
            writer.describe(crs, tally)
    shape = None
    if layout.geometry is not None:
        box = tally.bounds
        shape = GeometryColumn(GEOMETRY, tally.type_name(), crs or "", tuple(box) if box else None)  # type: ignore[arg-type]
    return IngestReport(
        format=reading.kind,
        dialect={"layer": reading.layer, "crs": crs, "encoding": meta.get("encoding")},
        rows_read=writer.rows + rejects.rows,
        rows_loaded=writer.rows,
        rows_rejected=rejects.rows,
        columns=_columns(layout),
        geometry=shape,
        warnings=(*layout.remarks, *tally.remarks(), *remarks),
        rejects="rejects.csv" if rejects.rows else None,
    )


def _reject_strangers(path: Path, rejects: Rejects) -> None:
    for number, element in strangers(path):
        rejects.add_text(number, "not-feature", NOT_FEATURE, json.dumps(element, ensure_ascii=False))


def _load_batch(
    batch: pa.RecordBatch,
    layout: columns.Layout,
    reading: _Reading,
    tally: geometry.Tally,
    writer: Writer,
    rejects: Rejects,
) -> None:
    first = writer.rows + rejects.rows + 1
    numbers = np.arange(first, first + batch.num_rows)
    arrays = [columns.values(batch, field) for field in layout.fields]
    if layout.geometry is None:
        writer.add(arrays)
        return
    fids = batch.column(0).to_numpy(zero_copy_only=False)
    shapes, refused = geometry.parse(batch.column(layout.geometry), fids, reading.linear, tally)
    if refused:
        keep = np.ones(batch.num_rows, dtype=bool)
        keep[list(refused)] = False
        rejects.add(refused, first, layout, arrays)
        arrays, shapes, numbers = [array.filter(pa.array(keep)) for array in arrays], shapes[keep], numbers[keep]
    tally.add(shapes, numbers)
    writer.add([*arrays, geometry.to_wkb(shapes), geometry.boxes(shapes)])


def _coordinate_system(
    said: str | None, tally: geometry.Tally, options: dict[str, Any], has_geometry: bool
) -> tuple[str | None, list[Remark]]:
    """What the owner says, else what the file says when that can be true, else a guess from the coordinates."""
    if not has_geometry:
        return None, []
    if options.get("crs"):
        return systems.known(str(options["crs"])), []
    found = systems.identify(said)
    guessed = systems.guess(tuple(tally.bounds)) if tally.bounds else None  # type: ignore[arg-type]
    # GeoJSON without a `crs` counts as WGS84; coordinates in metres show that it is not.
    if found and not (found in systems.DEGREES and guessed == systems.RD_NEW):
        return found, []
    if guessed:
        text = N_("Het coördinatenstelsel staat niet in het bestand. Op grond van de coördinaten is {crs} aangenomen.")
        return guessed, [Remark("crs.guessed", text, {"crs": guessed})]
    text = N_("Het coördinatenstelsel is niet bekend. Kies het zelf, bijvoorbeeld EPSG:28992.")
    return None, [Remark("crs.missing", text)]


def _columns(layout: columns.Layout) -> tuple[Column, ...]:
    found = [field.column for field in layout.fields]
    if layout.geometry is not None:
        found.append(Column(GEOMETRY, GEOMETRY, ColumnType.GEOMETRY))
    return tuple(found)


def _tell(progress: Progress, rows: int, total: int) -> None:
    progress(min(0.99, rows / total) if total > 0 else 0.5, str(rows))


@contextmanager
def _library_errors(source: Path) -> Iterator[list[str]]:
    """Collect what GDAL warns about, and turn what it cannot read into an answer for the owner."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield said
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            RuntimeError,
            OSError,
            pa.ArrowException,
        ) as error:
            raise broken(source, _without_paths(str(error), source)) from error
        finally:
            texts = [_without_paths(str(item.message), source) for item in caught]
            said += [text for text in texts if _ABOUT_OUR_NAMES not in text]


def _without_paths(text: str, source: Path) -> str:
    """The owner knows the file by its name; our folders are nobody's business."""
    text = text.partition(_ADVICE_OF_THE_LIBRARY)[0]
    return text.replace(f"{source.parent}/", "").strip().rstrip(".")[:300]


def _with_remarks(report: IngestReport, remarks: list[Remark], said: list[str]) -> IngestReport:
    text = N_("De leesbibliotheek meldt: {text}.")
    library = [Remark("vector.library", text, {"text": line}) for line in dict.fromkeys(said)]
    return replace(report, warnings=(*remarks, *report.warnings, *library[:_LIBRARY_REMARKS]))


def _nothing() -> Invalid:
    return Invalid(
        "vector.empty",
        N_("{file} bevat geen objecten."),
        way_out=N_("Controleer of u het juiste bestand hebt gekozen."),
    )
