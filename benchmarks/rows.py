"""Rows over HTTP against the same question to DuckDB in process, on the same Parquet file; the answers are compared."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import nginx
from benchmarks.ingest import SLUG
from benchmarks.measure import alternating, timed
from benchmarks.report import Line
from benchmarks.scale import Scale
from benchmarks.server import Server, serving
from benchmarks.table import KINDS, PLACES

ROWS = f"/api/v1/datasets/{SLUG}/rows"
LIMIT = 100


def measure(scale: Scale) -> list[Line]:
    """Needs the published table that the ingest left."""
    parquet = table_of(scale.province)
    with serving(scale.province) as server, duckdb.connect(config={"threads": 2}) as reference:
        reference.execute("SET parquet_metadata_cache = true; SET enable_progress_bar = false")
        lines = [_line(*case, server, reference, scale) for case in _cases(parquet, scale.rows)]
        lines += _as_nginx(server, scale)
        lines += [_file(server, reference, parquet, scale), *_streams(server, reference, parquet, scale)]
        lines.append(Line("Geheugen van de server na deze vragen", f"{server.memory_mb():.0f} MB"))
    return lines


def table_of(data: Path) -> Path:
    """The largest Parquet file of an installation."""
    return max((file for file in (data / "blobs").glob("??/??/*") if _is_parquet(file)), key=lambda f: f.stat().st_size)


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _cases(parquet: Path, rows: int) -> list[tuple[str, Callable[[int], str], Callable[[int], str], float | None]]:
    """(what, our address, their SQL, bound) by the number of the question."""
    source = f"read_parquet('{parquet}', file_row_number = true)"
    every = f"SELECT file_row_number, * FROM {source}"

    def month(number: int) -> tuple[str, str]:
        first = date(2015, 1, 1) + timedelta(days=number * 53 % 3600)
        return first.isoformat(), (first + timedelta(days=30)).isoformat()

    def place(number: int) -> str:
        return PLACES[number % len(PLACES)]

    def one(number: int) -> int:
        return number * 7_919_317 % rows

    def both(number: int) -> str:
        return f"gemeente = '{place(number)}' AND categorie = '{KINDS[number % 10]}'"

    return [
        (
            "Bladzijde van 100: maand, gesorteerd op bedrag",
            lambda n: f"{ROWS}?datum__gte={month(n)[0]}&datum__lt={month(n)[1]}&sort=-bedrag&limit={LIMIT}",
            lambda n: (
                f"{every} WHERE datum >= DATE '{month(n)[0]}' AND datum < DATE '{month(n)[1]}' "
                f"ORDER BY bedrag DESC, file_row_number LIMIT {LIMIT}"
            ),
            3,
        ),
        (
            "Bladzijde van 100: één gemeente",
            lambda n: f"{ROWS}?gemeente={place(n)}&limit={LIMIT}",
            lambda n: f"{every} WHERE gemeente = '{place(n)}' ORDER BY file_row_number LIMIT {LIMIT}",
            3,
        ),
        (
            "Dezelfde met het totaal",
            lambda n: f"{ROWS}?gemeente={place(n)}&categorie={KINDS[n % 10]}&limit={LIMIT}&count=true",
            lambda n: (
                f"SELECT *, (SELECT count(*) FROM {source} WHERE {both(n)}) FROM ({every} WHERE {both(n)} "
                f"ORDER BY file_row_number LIMIT {LIMIT})"
            ),
            3,
        ),
        (
            "Eén rij op rijnummer",
            lambda n: f"{ROWS}/{one(n)}",
            lambda n: f"{every} WHERE file_row_number = {one(n)}",
            3,
        ),
        (
            "Eén rij op kolom id",
            lambda n: f"{ROWS}?id={one(n) + 1}",
            lambda n: f"{every} WHERE id = {one(n) + 1}",
            3,
        ),
    ]


def _line(
    what: str,
    address: Callable[[int], str],
    sql: Callable[[int], str],
    bound: float | None,
    server: Server,
    reference: duckdb.DuckDBPyConnection,
    scale: Scale,
) -> Line:
    for number in range(3):
        same(server.json(address(number)), reference.execute(sql(number)).fetchall())
    ours, theirs = alternating(
        lambda number: server.get(address(number)).content,
        lambda number: reference.execute(sql(number)).fetchall(),
        rounds=scale.asks,
    )
    return Line(f"{what} (p50 / p95 / min, ms)", str(ours), f"DuckDB {theirs}", ours.p95 / theirs.p95, bound)


def same(found: Any, expected: list[tuple[Any, ...]], column: str = "zaaknummer", place: int = 2) -> None:
    """The same rows in the same order, and the same total where one is given."""
    rows = found["rows"] if "rows" in found else [found["row"]]
    assert [row["_id"] for row in rows] == [line[0] for line in expected]
    assert [row[column] for row in rows] == [line[place] for line in expected]
    if "total" in found and expected:
        assert found["total"] == expected[0][-1]


def _as_nginx(server: Server, scale: Scale) -> list[Line]:
    """Ready files beside the same bytes through nginx; nothing where there is no nginx."""
    lines: list[Line] = []
    for form in ("csv", "parquet") if nginx.PROGRAM else ():
        path = f"/api/v1/datasets/{SLUG}/download/{form}"
        sha256 = _ready(server, path)
        with nginx.serving_file(scale.province / "blobs" / sha256[:2] / sha256[2:4] / sha256) as beside:
            pairs = [(nginx.speed(server.url + path), nginx.speed(beside)) for _ in range(4)]
        ours, theirs = (max(some) for some in zip(*pairs, strict=True))
        what = f"Kant-en-klaar {form}-bestand, beste van vier"
        lines.append(Line(what, f"{ours:.0f} MB/s", f"nginx {theirs:.0f} MB/s", ours / theirs, 0.5, at_least=True))
    return lines


def _ready(server: Server, path: str) -> str:
    """The hash of a file, which the server may still be making."""
    for _ in range(600):
        answer = server.client.head(path, follow_redirects=True).raise_for_status()
        if tag := answer.headers.get("etag"):
            return tag.strip('"')
        time.sleep(0.5)
    raise TimeoutError(path)


def _file(server: Server, reference: duckdb.DuckDBPyConnection, parquet: Path, scale: Scale) -> Line:
    path = f"/api/v1/datasets/{SLUG}/download/csv"
    ours, copy = _speeds(server, path, reference, f"FROM read_parquet('{parquet}')", scale)
    return _speed("Kant-en-klaar CSV-bestand downloaden", ours, copy, 0.5)


def _streams(server: Server, reference: duckdb.DuckDBPyConnection, parquet: Path, scale: Scale) -> list[Line]:
    lines: list[Line] = []
    cases = (
        ("Hele tabel als stroom van CSV", "", f"FROM read_parquet('{parquet}')"),
        (
            "Selectie als stroom van CSV",
            "&status=afgerond",
            f"FROM read_parquet('{parquet}') WHERE status = 'afgerond'",
        ),
    )
    for what, condition, query in cases:
        ours, copy = _speeds(server, f"{ROWS}?format=csv{condition}", reference, query, scale)
        bound = None if condition else 0.5
        lines.append(_speed(what, ours, copy, bound))
    return lines


def _speed(what: str, ours: float, copy: float, bound: float | None) -> Line:
    return Line(what, f"{ours:.0f} MB/s", f"DuckDB COPY {copy:.0f} MB/s", ours / copy, bound, at_least=True)


def _speeds(
    server: Server, path: str, reference: duckdb.DuckDBPyConnection, query: str, scale: Scale
) -> tuple[float, float]:
    """MB/s of ours and of DuckDB's own COPY; the best of the rounds."""
    target = scale.data / "copy.csv"
    ours, theirs = 0.0, 0.0
    for _ in range(scale.rounds):
        seconds, size = timed(lambda: _length(server, path))
        ours = max(ours, size / seconds / 1e6)
        seconds, _ = timed(lambda: reference.execute(f"COPY ({query}) TO '{target}' (FORMAT csv)"))
        theirs = max(theirs, target.stat().st_size / seconds / 1e6)
    target.unlink()
    return ours, theirs


def _length(server: Server, path: str) -> int:
    with server.client.stream("GET", path, headers={"Accept-Encoding": "identity"}, follow_redirects=True) as answer:
        answer.raise_for_status()
        return sum(len(part) for part in answer.iter_raw(1 << 20))
