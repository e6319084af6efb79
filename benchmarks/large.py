"""A hundred million rows: load, profile, release, page, groups, growth and differences, each beside DuckDB."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from benchmarks.ingest import people, publish
from benchmarks.measure import Ran, alternating, python, sluis
from benchmarks.report import Line
from benchmarks.rows import same, table_of
from benchmarks.scale import Scale
from benchmarks.server import serving
from benchmarks.table import KINDS, PLACES, STATES

SLUG = "meldingen"
CHUNK = 1_000_000
ADDED = 10_000
MENDED = 100
MOST_GB = 4.0
_ROWS = f"/api/v1/datasets/{SLUG}/rows"
_LOAD = """
import sys, duckdb
source, target = sys.argv[1:]
with duckdb.connect(config={"threads": 2, "memory_limit": "3GB"}) as con:
    con.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
"""
_SUMMARIZE = """
import sys, duckdb
with duckdb.connect(config={"threads": 2, "memory_limit": "3GB"}) as con:
    con.execute(f"SUMMARIZE FROM read_parquet('{sys.argv[1]}')").fetchall()
"""
_PROFILE = """
import json, shutil, sys
from pathlib import Path
import pyarrow.parquet as pq
from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
source, out = map(Path, sys.argv[1:3])
shutil.rmtree(out, ignore_errors=True)
out.mkdir()
found = sandbox.run("sluis.lake.profile.entry:profile", {"source": str(source), "columns": json.loads(sys.argv[3])},
                    reads=[source], writes=out, limits=Limits(cpu_seconds=3600, wall_seconds=3600))
assert found["rows"] == pq.read_metadata(source).num_rows
"""
_EXCEPT = """
import sys, duckdb
with duckdb.connect(config={"threads": 2, "memory_limit": "3GB"}) as con:
    con.execute("SET enable_progress_bar = false")
    old, new = (f"SELECT id, hash(t) AS h FROM read_parquet({paths}) AS t" for paths in sys.argv[1:3])
    sql = f"SELECT count(*) FROM ({old}) o FULL JOIN ({new}) n USING (id) WHERE o.h IS DISTINCT FROM n.h"
    print(con.execute(sql).fetchone()[0])
"""


_TYPES = {
    "id": "integer", "plaats": "text", "soort": "text", "stand": "text", "datum": "date", "bedrag": "decimal",
    "aantal": "integer", "x": "integer", "y": "integer", "wijk": "integer",
}  # fmt: skip
_COLUMNS = [{"name": name, "title": name, "type": kind} for name, kind in _TYPES.items()]


def measure(scale: Scale) -> list[Line]:
    """Writes its own source and data folder; both are large, and removed by nobody."""
    source = scale.data / f"{SLUG}.csv"
    write_large(source, scale.large)
    lines = [*_loaded(scale, source), *_published(scale), *_profiled(scale)]
    return [*lines, *_grown(scale), *_delivered_again(scale)]


def write_large(path: Path, rows: int, *, mended: bool = False) -> None:
    """`rows` rows of ten columns, the same each time; about 75 bytes a row. `mended`: one in a hundred differs."""
    if path.exists():
        return
    unfinished = path.with_suffix(".part")
    with csv.CSVWriter(unfinished, _chunk(0, 1).schema, write_options=csv.WriteOptions(quoting_style="none")) as out:
        for first in range(0, rows, CHUNK):
            some = _chunk(first, min(CHUNK, rows - first))
            out.write_table(_mended(some) if mended else some)
    unfinished.rename(path)


def _chunk(first: int, rows: int) -> pa.Table:
    rng = np.random.default_rng([20_261_128, first])
    day = np.datetime64("2015-01-01") + rng.integers(0, 3650, rows)
    near = 1.0 / np.arange(1, len(PLACES) + 1) ** 0.9
    return pa.table(
        {
            "id": np.arange(first + 1, first + rows + 1),
            "plaats": pa.array(PLACES).take(pa.array(rng.choice(len(PLACES), rows, p=near / near.sum()))),
            "soort": pa.array(KINDS).take(pa.array(rng.integers(0, len(KINDS), rows))),
            "stand": pa.array(STATES).take(pa.array(rng.choice(5, rows, p=[0.1, 0.2, 0.5, 0.1, 0.1]))),
            "datum": day.astype("datetime64[D]"),
            "bedrag": np.round(rng.lognormal(7, 1.3, rows), 2),
            "aantal": rng.integers(0, 500, rows),
            "x": rng.integers(110_000, 160_000, rows),
            "y": rng.integers(410_000, 450_000, rows),
            "wijk": rng.integers(0, 3000, rows),
        }
    )


def _mended(some: pa.Table) -> pa.Table:
    amounts = some["aantal"].to_numpy().copy()
    amounts[::MENDED] += 1
    return some.set_column(some.schema.get_field_index("aantal"), "aantal", pa.array(amounts))


def _line(what: str, ours: Ran, reference: Ran, bound: float | None = None) -> Line:
    own, other = (f"{one.seconds:.1f} s, CPU {one.cpu:.1f} s, {one.peak_mb:.0f} MB" for one in (ours, reference))
    said = f"DuckDB {other}; CPU {ours.cpu / max(0.01, reference.cpu):.2f} x"
    return Line(what, own, said, ours.seconds / reference.seconds, bound)


def _memory(what: str, *ran: Ran) -> Line:
    peak = max(one.peak_mb for one in ran)
    return Line(what, f"{peak:.0f} MB", "", peak / 1000, MOST_GB, "GB")


def _loaded(scale: Scale, source: Path) -> list[Line]:
    shutil.rmtree(scale.big, ignore_errors=True)
    people(scale.big)
    reference = python(_LOAD, str(source), str(scale.data / "large-reference.parquet"))
    loaded = sluis(scale.big, "import", str(source), "--json")
    report = json.loads(loaded.out)
    assert report["rows_read"] == report["rows_loaded"] == scale.large, report
    what = f"CSV van {scale.large:,} rijen × 10 kolommen, {source.stat().st_size / 1e9:.1f} GB → tabel met profiel"
    return [_line(what, loaded, reference), _memory("Hoogste geheugen van het inlezen", loaded)]


def _profiled(scale: Scale) -> list[Line]:
    table = str(table_of(scale.big))
    ours, reference = (
        python(_PROFILE, table, str(scale.data / "profiled"), json.dumps(_COLUMNS)),
        python(_SUMMARIZE, table),
    )
    return [_line("Profiel (DuckDB: SUMMARIZE)", ours, reference), _memory("Hoogste geheugen van het profiel", ours)]


def _grown(scale: Scale) -> list[Line]:
    """10,000 rows more, and what differs between the two versions."""
    more = scale.data / f"{SLUG}-erbij.csv"
    with csv.CSVWriter(
        more, _chunk(scale.large, 1).schema, write_options=csv.WriteOptions(quoting_style="none")
    ) as out:
        out.write_table(_chunk(scale.large, ADDED))
    grown = sluis(scale.big, "import", str(more), "--dataset", SLUG, "--append", "--json")
    assert json.loads(grown.out)["rows_loaded"] == ADDED
    differing = sluis(scale.big, "table", "diff", SLUG, "--from", "1", "--to", "2", "--key", "id", "--json")
    assert json.loads(differing.out)["added"] == ADDED
    table, small = _parts(scale)
    reference = python(_EXCEPT, f"['{table}']", f"['{table}', '{small}']")
    assert int(reference.out) == ADDED
    released = publish(scale.big, SLUG)
    said = f"{grown.seconds:.1f} s, CPU {grown.cpu:.1f} s, {grown.peak_mb:.0f} MB"
    took = f"{sum(one.seconds for one in released):.1f} s, CPU {sum(one.cpu for one in released):.1f} s"
    return [
        Line("10,000 rijen erbij, het hele commando (`sluis import --append`)", said, "", grown.seconds, 2, "s"),
        _line("Verschil tussen die twee versies, per sleutel (DuckDB: FULL JOIN op hash)", differing, reference),
        Line("Vrijgeven van wat in delen staat: samenvoegen, alles opnieuw meten, controleren en besluiten", took),
        _memory("Hoogste geheugen daarvan", grown, differing, *released),
    ]


def _parts(scale: Scale) -> tuple[Path, Path]:
    """The files of the first rows and of those that were added."""
    return _tables(scale, scale.large)[0], _tables(scale, ADDED)[0]


def _tables(scale: Scale, rows: int) -> list[Path]:
    """The files of this table with so many rows, eldest first; beside them lie a release and the differences."""
    kept = [file for file in (scale.big / "blobs").glob("??/??/*") if file.open("rb").read(4) == b"PAR1"]
    facts = {file: pq.read_metadata(file) for file in kept}
    found = [file for file, told in facts.items() if (told.num_rows, told.num_columns) == (rows, len(_TYPES))]
    return sorted(found, key=lambda file: file.stat().st_mtime_ns)


def _delivered_again(scale: Scale) -> list[Line]:
    """The whole table once more, one row in a hundred mended: no part is shared, so that every row is looked at."""
    source = scale.data / f"{SLUG}-opnieuw.csv"
    write_large(source, scale.large, mended=True)
    loaded = json.loads(sluis(scale.big, "import", str(source), "--dataset", SLUG, "--json").out)
    assert loaded["rows_loaded"] == scale.large, loaded
    source.unlink()
    differing = sluis(scale.big, "table", "diff", SLUG, "--from", "1", "--to", "3", "--json")
    told, mended = json.loads(differing.out), -(-scale.large // MENDED)
    assert (told["added"], told["removed"], told["changed"]) == (0, 0, mended), told
    reference = python(_EXCEPT, *(f"['{file}']" for file in _tables(scale, scale.large)))
    assert int(reference.out) == mended
    return [
        _line(
            f"Verschil tussen twee hele versies, elke rij bekeken, {mended:,} anders, in een bestand (DuckDB: alleen "
            "tellen met FULL JOIN op hash)",
            differing,
            reference,
        ),
        _memory("Hoogste geheugen daarvan", differing),
    ]


def _published(scale: Scale) -> list[Line]:
    released = publish(scale.big, SLUG)
    made = sluis(scale.big, "table", "rebuild-index", SLUG)
    parts = json.loads(sluis(scale.big, "table", "index", SLUG, "--json").out)
    table = table_of(scale.big)
    size, beside = table.stat().st_size, sum(part["size"] for part in parts)
    lines = [
        Line("Vrijgeven van één bestand: controleren en besluiten", f"{sum(one.seconds for one in released):.1f} s"),
        Line("Onderdelen om snel te lezen maken", f"{made.seconds:.0f} s, CPU {made.cpu:.0f} s, {made.peak_mb:.0f} MB"),
        Line("Hun grootte", f"{beside / 1e9:.2f} GB", f"Parquet {size / 1e9:.2f} GB", beside / size, 2),
        _memory("Hoogste geheugen van vrijgeven en maken", *released, made),
    ]
    return lines + _asked(scale, table)


def _asked(scale: Scale, table: Path) -> list[Line]:
    source = f"read_parquet('{table}', file_row_number = true)"
    lines: list[Line] = []

    def month(number: int) -> tuple[str, str]:
        first = date(2015, 1, 1) + timedelta(days=number * 53 % 3600)
        return first.isoformat(), (first + timedelta(days=30)).isoformat()

    with serving(scale.big) as server, duckdb.connect(config={"threads": 2}) as reference:
        reference.execute("SET parquet_metadata_cache = true; SET enable_progress_bar = false")
        cases = [
            (
                "Bladzijde van 100: één plaats",
                lambda n: f"{_ROWS}?plaats={PLACES[n % 40]}&limit=100",
                lambda n: (
                    f"SELECT file_row_number, * FROM {source} WHERE plaats = '{PLACES[n % 40]}' "
                    "ORDER BY file_row_number LIMIT 100"
                ),
            ),
            (
                "Bladzijde van 100: maand, gesorteerd op bedrag",
                lambda n: f"{_ROWS}?datum__gte={month(n)[0]}&datum__lt={month(n)[1]}&sort=-bedrag&limit=100",
                lambda n: (
                    f"SELECT file_row_number, * FROM {source} WHERE datum >= DATE '{month(n)[0]}' AND "
                    f"datum < DATE '{month(n)[1]}' ORDER BY bedrag DESC, file_row_number LIMIT 100"
                ),
            ),
        ]
        for what, address, sql in cases:
            same(server.json(address(1)), reference.execute(sql(1)).fetchall(), "id", 1)
            ours, theirs = alternating(
                lambda n, address=address: server.get(address(n)).content,
                lambda n, sql=sql: reference.execute(sql(n)).fetchall(),
                rounds=max(3, scale.asks // 6),
                warm=1,
            )
            lines.append(Line(f"{what} (p50 / p95 / min, ms)", str(ours), f"DuckDB {theirs}", ours.p95 / theirs.p95, 3))
        groups = f"/api/v1/datasets/{SLUG}/groups?by=plaats&sum=bedrag"
        sql = f"SELECT plaats, count(*), sum(bedrag) FROM {source} GROUP BY 1"
        found = {one["values"]["plaats"]: one["count"] for one in server.json(groups)["groups"]}
        assert found == {place: count for place, count, _ in reference.execute(sql).fetchall()}
        ours, theirs = alternating(
            lambda n: server.get(groups).content, lambda n: reference.execute(sql).fetchall(), rounds=5, warm=1
        )
        lines.append(Line("Tellen en optellen per plaats (p50 / p95 / min, ms)", str(ours), f"DuckDB {theirs}",
                          ours.p95 / theirs.p95, 3))  # fmt: skip
        lines.append(Line("Geheugen van de server na deze vragen", f"{server.memory_mb():.0f} MB", "",
                          server.memory_mb() / 1000, MOST_GB, "GB"))  # fmt: skip
    return lines
