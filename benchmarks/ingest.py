"""From a CSV to rows that answer over HTTP, against DuckDB's own conversion of the same file."""

import json
import shutil
from pathlib import Path

from benchmarks.measure import Ran, python, sluis, timed
from benchmarks.report import Line
from benchmarks.scale import Scale
from benchmarks.server import serving
from benchmarks.table import write_table

SLUG = "zaken"
_DUCKDB = """
import sys, duckdb
source, target = sys.argv[1:]
duckdb.connect().execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
"""
_TYPED = """
import shutil, sys
from pathlib import Path
from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
source, out = map(Path, sys.argv[1:])
shutil.rmtree(out, ignore_errors=True)
out.mkdir()
request = {"source": str(source), "filename": source.name, "out": str(out), "options": {}}
limits = Limits(memory_mb=1100)
report = sandbox.run("sluis.lake.ingest.entry:ingest", request, reads=[source], writes=out, limits=limits)
assert report["rows_loaded"] == report["rows_read"]
"""
_WORDS = "Verzonnen zaken van veertig plaatsen, met datum, bedrag en ligging, om snelheid te meten."


def measure(scale: Scale) -> list[Line]:
    """Alternates Sluis and DuckDB `scale.rounds` times; the fastest of each counts."""
    source = scale.data / f"{SLUG}.csv"
    write_table(source, scale.rows)
    rounds = [_round(scale, source) for _ in range(scale.rounds)]
    typed, imported, published, reference = (
        min(some, key=lambda ran: ran.seconds) for some in zip(*rounds, strict=True)
    )
    size = source.stat().st_size / 1e9
    peak = max(one.peak_mb for some in rounds for one in some[1:3])

    def line(what: str, ran: Ran, bound: float | None) -> Line:
        own, other = (f"{one.seconds:.1f} s, CPU {one.cpu:.1f} s, {one.peak_mb:.0f} MB" for one in (ran, reference))
        said = f"DuckDB {other}; CPU {ran.cpu / reference.cpu:.2f} x"
        return Line(what, own, said, ran.seconds / reference.seconds, bound)

    return [
        line(f"CSV van {scale.rows:,} rijen, {size:.2f} GB → getypeerde tabel (sandbox)", typed, 2),
        line("… `sluis import`: opgeslagen, getypeerd, profiel en persoonsgegevens bekeken", imported, None),
        line("… en ook gecontroleerd, besloten, met CSV en JSON gepubliceerd, en bevraagbaar in de API", published, 2),
        Line("Hoogste geheugen van de hele weg", f"{peak:.0f} MB", "", peak / 1000, 1.5, "GB"),
    ]


def _round(scale: Scale, source: Path) -> tuple[Ran, Ran, Ran, Ran]:
    reference = python(_DUCKDB, str(source), str(scale.data / "reference.parquet"))
    typed = python(_TYPED, str(source), str(scale.data / "typed"))
    shutil.rmtree(scale.province, ignore_errors=True)
    people(scale.province)
    imported = sluis(scale.province, "import", str(source), "--json")
    report = json.loads(imported.out)
    assert report["rows_read"] == report["rows_loaded"] == scale.rows, report
    published = publish(scale.province)
    answered = _answered(scale.province)
    whole = Ran(
        imported.seconds + sum(one.seconds for one in published) + answered,
        imported.cpu + sum(one.cpu for one in published),
        max(one.peak_mb for one in (imported, *published)),
        "",
    )
    return typed, imported, whole, reference


def people(data: Path) -> None:
    """The organisation comes with a first small import; then the two that the lock asks for."""
    first = data.parent / "eerste.csv"
    first.write_text("nummer,plaats\n1,Vianen\n2,Leerdam\n")
    sluis(data, "import", str(first))
    for name, role in (("steward", "data_steward"), ("owner", "data_owner")):
        arguments = ["--name", name, "--organisation", "provincie-merwede", "--role", role]
        sluis(data, "user", "add", f"{name}@bench.example", *arguments)


def publish(data: Path, slug: str = SLUG) -> list[Ran]:
    prepared = sluis(
        data, "release", "prepare", slug, "--plain", "--as", "steward@bench.example", "--description", _WORDS,
        "--theme", "GOVE", "--licence", "CC0", "--contact", "data@bench.example",
    )  # fmt: skip
    return [prepared, sluis(data, "release", "decide", slug, "--as", "owner@bench.example", "--motivation", "Akkoord.")]


def _answered(data: Path) -> float:
    """The first page of rows from a server that was running already."""
    with serving(data, first="/livez") as server:
        seconds, found = timed(lambda: server.json(f"/api/v1/datasets/{SLUG}/rows?limit=10"))
        assert len(found["rows"]) == 10
    return seconds
