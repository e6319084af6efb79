"""What stands outside, for tests: projection rows of every kind, made with the release room's own shapes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from tests.unit.register import examples

from sluis.foundation.service import blobs
from sluis.kernel.ids import new_id
from sluis.lake.contracts import reading
from sluis.lake.contracts.types import Change, ContractStatus, Example, RuleOutcome, Status, Verdict
from sluis.lake.geo import geoparquet
from sluis.lake.service import ContractRecord, OutcomeRecord
from sluis.register.types import PublicRecord
from sluis.release import addresses, contracts, documents, projection, service
from sluis.release import models as stored
from sluis.release.types import Kind, Outcome

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PLACES = ("Gorinchem", "Vianen", "Leerdam", "Hardinxveld-Giessendam", None)
ROWS = 250
COLUMNS = [
    {"name": "plaats", "title": "Plaats", "type": "text", "title_en": "Place", "meaning": "Waar gemeten is.",
     "meaning_en": "Where it was measured.", "profile": {"distinct": 4, "empty": 50}},
    {"name": "datum", "title": "Datum", "type": "date"},
    {"name": "ecoli", "title": "E. coli", "type": "integer", "unit": "kve/100 ml"},
    {"name": "zuurgraad", "title": "pH", "type": "decimal", "precision": 18, "scale": 10},
    {"name": "gemeten_op", "title": "Gemeten op", "type": "datetime"},
    {"name": "veilig", "title": "Veilig", "type": "boolean"},
    {"name": "limit", "title": "Limit", "type": "number"},
    {"name": "geometry", "title": "Plek", "type": "geometry"},
]  # fmt: skip
GEOMETRY = {
    "column": "geometry",
    "type": "Point",
    "crs": "EPSG:28992",
    "bbox": [120_000.0, 430_000.0, 120_249.0, 430_000.0],
}
NOBODYS_BUSINESS = "key-of-the-person-who-decided"
MERWEDE = examples.organisation(id=str(new_id()))


def rows(count: int = ROWS) -> dict[str, list[Any]]:
    numbers = range(count)
    return {
        "plaats": [PLACES[n % 5] for n in numbers],
        "datum": [date(2026, 1, 1) + timedelta(days=n % 40) for n in numbers],
        "ecoli": [None if n % 7 == 6 else 9_007_199_254_740_993 + n for n in numbers],
        "zuurgraad": [Decimal(n) / 8 + Decimal("0.0000000001") for n in numbers],
        "gemeten_op": [datetime(2026, 1, 1, 12, 30) + timedelta(hours=n) for n in numbers],  # noqa: DTZ001 - as stored
        "veilig": [None if n % 11 == 0 else n % 2 == 0 for n in numbers],
        "limit": [n / 3 for n in numbers],
        "geometry": [None if n == 3 else shapely.to_wkb(shapely.Point(120_000 + n, 430_000)) for n in numbers],
    }


def table_file(folder: Path, count: int = ROWS) -> Path:
    path = folder / "table.parquet"
    types = {"zuurgraad": pa.decimal128(18, 10), "ecoli": pa.int64(), "veilig": pa.bool_(), "geometry": pa.binary()}
    made = {name: pa.array(values, type=types.get(name)) for name, values in rows(count).items()}
    table = pa.table(made).replace_schema_metadata(geoparquet.metadata("EPSG:28992", ["Point"], None))
    pq.write_table(table, path)
    return path


def files(folder: Path, formats: Iterable[str] = ("parquet", "csv", "json", "geojson", "gpkg")) -> list[dict[str, Any]]:
    from sluis.release.making import MEDIA_TYPES

    return [_file(folder, name, MEDIA_TYPES[name]) for name in formats]


def _file(folder: Path, name: str, media_type: str) -> dict[str, Any]:
    path = folder / f"file.{name}"
    path.write_bytes(bytes(range(256)) * 40 + name.encode())
    ref = blobs.put_file(path)
    facts = {"format": name, "name": f"zwemwater.{name}", "media_type": media_type}
    return facts | {"size": ref.size, "sha256": ref.sha256}


def small_catalogue(folder: Path) -> None:
    """One dataset of each kind, and one of which only a part was withdrawn; the search index knows them."""
    swimming = put_outside("zwemwater", folder=folder, releases=2)
    promise(swimming)
    stored.PublicTable.objects.filter(dataset=swimming).update(provenance=PROVENANCE)
    compare(swimming, folder)
    put_outside("kaart", metadata={"title": "Kaart", "title_en": "Map"})
    put_outside("dossiers", Kind.CLOSED, metadata={"title": "Dossiers"})
    put_outside("adressen", Kind.RESTRICTED, metadata={"title": "Adressen"})
    put_outside("bomen", Kind.PLANNED, metadata={"title": "Bomen"})
    put_outside("weg", Kind.WITHDRAWN, folder=folder, metadata={"title": "Weg ermee"})
    put_outside("deels", folder=folder, releases=2, withdrawn=[1], metadata={"title": "Deels"})
    service.rebuild_index()


PROVENANCE = {
    "kind": "file", "connector": "", "sha256": "d" * 64, "size": 100, "format": "csv", "dialect": {"delimiter": ";"},
    "inputs": 0, "mode": "replace", "software": "sluis", "started_at": START.isoformat(), "ended_at": START.isoformat(),
    "rows_read": ROWS, "rows_loaded": ROWS, "rows_rejected": 0, "rows_total": ROWS, "parts": [],
}  # fmt: skip

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: zwemwater
version: 1.2.0
status: active
schema:
  - name: zwemwater
    properties:
      - {name: plaats, logicalType: string}
      - {name: zuurgraad, logicalType: number, logicalTypeOptions: {maximum: 14}}
"""


def compare(row: stored.PublicDataset, folder: Path) -> None:
    """Releases 2 and 1 are the same file here; that one row came is said of them."""
    path = folder / "difference.parquet"
    pq.write_table(pa.table({"wat": ["added"], "plaats": ["Tiel"]}), path)
    file = stored.PublicTable.objects.filter(dataset=row, release=1).values_list("sha256", flat=True).get()
    result = {
        "by": "rows", "key": [], "key_double": False, "added": 1, "removed": 0, "changed": 0, "columns": {},
        "schema": {"columns": []}, "file_columns": [["plaats", "text"]], "file_rows": 1, "what": "wat",
    }  # fmt: skip
    stored.PublicDifference.objects.create(
        dataset_id=row.dataset_id,
        old_sha256=file,
        new_sha256=file,
        result=result,
        file_sha256=blobs.put_file(path).sha256,
        made_at=START,
    )


def promise(row: stored.PublicDataset) -> None:
    """A contract that the release outside does not keep in one row."""
    rules = reading.read(CONTRACT).agreed.rules
    held = ContractRecord(
        new_id(), row.dataset_id, 1, "1.2.0", CONTRACT, "c" * 64, Change.COMPATIBLE, ContractStatus.IN_FORCE,
        NOBODYS_BUSINESS, START, START, START, None,
    )  # fmt: skip
    outcomes = tuple(RuleOutcome(rule, Status.PASSED) for rule in rules[:-1])
    broken = RuleOutcome(rules[-1], Status.FAILED, "1", (Example(7, "15"),))
    known = OutcomeRecord(new_id(), held.id, held.version, Verdict.FAILED, (*outcomes, broken), None, START)
    stored.PublicContract.objects.create(dataset=row, **contracts._fields(held, known, row.slug))


def put_outside(
    slug: str,
    kind: Kind = Kind.OPEN,
    *,
    metadata: Mapping[str, Any] | None = None,
    folder: Path | None = None,
    releases: int = 1,
    withdrawn: Iterable[int] = (),
) -> stored.PublicDataset:
    """One public dataset with its releases; with a `folder` it has a table and files. Number n came out on day n."""
    made = [_release(slug, kind, number, releases, metadata or {}, folder) for number in range(1, releases + 1)]
    for release in made:
        if release.number in withdrawn or kind is Kind.WITHDRAWN:
            release.status, release.withdrawn_at = "withdrawn", release.published_at + timedelta(hours=6)
            release.withdrawal_reason = "De metingen kloppen niet."
    shown = made[-1]
    columns = {"slug": slug, "revision": stored.PublicDataset.objects.count() + 1, "dataset_id": new_id()}
    row = stored.PublicDataset.objects.create(**columns | projection._columns_of_row(made, shown))
    _spread(row, made)
    return row


def _spread(row: stored.PublicDataset, made: Iterable[stored.Release]) -> None:
    stored.PublicGround.objects.bulk_create(projection.grounds(row))
    for uri in row.themes:
        stored.PublicTheme.objects.create(dataset=row, kind=row.kind, uri=uri)
    for release in made:
        projection._release_row(row, release).save()
        if release.status == "withdrawn":
            continue
        for file in release.files:
            stored.PublicFile.objects.create(dataset=row, release=release.number, **documents.file_row(file))
        if release.table:
            projection._table(row, release).save()


def _release(
    slug: str, kind: Kind, number: int, last: int, metadata: Mapping[str, Any], folder: Path | None
) -> stored.Release:
    outcome = Outcome.OPEN if kind is Kind.WITHDRAWN else Outcome(kind.value)
    base = examples.maximal if outcome is Outcome.OPEN else examples.minimal
    openness = "open" if outcome in (Outcome.OPEN, Outcome.PLANNED) else outcome.value
    facts = base(**{"slug": slug, "openness": openness, "organisation": MERWEDE, **metadata})
    if outcome in (Outcome.CLOSED, Outcome.RESTRICTED):
        privacy = examples.word("donl-ground", "PRIVACY")
        facts = {"openness_ground": "Er staan persoonsgegevens in.", "ground_codes": [privacy]} | facts
    if outcome is Outcome.PLANNED:
        facts |= {"planned_date": "2027-03-01"}
    at = START + timedelta(days=number)
    decision = stored.Decision(
        outcome=outcome, role="data_owner", decided_at=at, ground="Woo", motivation="Niets houdt dit tegen.",
        sha256="ab" * 32, decider_key=NOBODYS_BUSINESS,
    )  # fmt: skip
    has_table = folder is not None and outcome is Outcome.OPEN
    return stored.Release(
        number=number,
        decision=decision,
        outcome=outcome,
        sha256="ab" * 32,
        published_at=at,
        metadata=facts,
        files=files(folder) if has_table and folder else [],
        table=_table(folder) if has_table and folder else None,
        columns=COLUMNS if has_table else [],
        quality={"stars": 4, "points": 300},
        status="current" if number == last else "superseded",
    )


def _table(folder: Path) -> dict[str, Any]:
    ref = blobs.put_file(table_file(folder))
    return {"sha256": ref.sha256, "rows": ROWS, "geometry": GEOMETRY}


def record_of(slug: str) -> PublicRecord:
    return addresses.completed(stored.PublicDataset.objects.get(slug=slug).document)
