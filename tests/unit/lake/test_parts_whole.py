"""Parts brought back to one file: which row groups are copied, which are written anew, and that no row changes."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from sluis.kernel.errors import Invalid
from sluis.lake.geo import geoparquet
from sluis.lake.ingest.caps import ROW_GROUP
from sluis.lake.ingest.duck_convert import write
from sluis.lake.ingest.entry import ingest
from sluis.lake.parts import duck_whole
from sluis.lake.parts.duck_parts import opened
from sluis.lake.types import Column, ColumnType

ROWS = (
    "SELECT i AS nr, 'w' || (i % 90)::VARCHAR AS w, CASE WHEN i % 7 > 0 THEN i / 8 END AS deel FROM range({}, {}) t(i)"
)
COLUMNS = [
    Column("nr", "", ColumnType.INTEGER),
    Column("w", "", ColumnType.TEXT),
    Column("deel", "", ColumnType.NUMBER),
]


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder, self.con, self.made = folder, opened(folder), 0

    def part(self, first: int, last: int, rows: str = ROWS) -> Path:
        return self.written(lambda path: write(self.con, rows.format(first, last), path))

    def written(self, by: Callable[[Path], object]) -> Path:
        self.made += 1
        path = self.folder / f"part-{self.made}.parquet"
        by(path)
        return path

    def whole(self, *parts: Path, columns: list[Column] = COLUMNS) -> Path:
        self.made += 1
        out = self.folder / f"out-{self.made}"
        out.mkdir()
        shape = {"paths": [str(path) for path in parts], "columns": [column.to_json() for column in columns]}
        said: Mapping[str, Any] = duck_whole.whole(shape | {"out": str(out)}, lambda fraction, text: None)
        assert said["rows"] == sum(pq.read_metadata(path).num_rows for path in parts)
        return out / said["file"]

    def rows(self, *paths: Path) -> list[tuple[Any, ...]]:
        names = ", ".join(f"'{path}'" for path in paths)
        with duckdb.connect() as con:  # as others read it
            return con.execute(f"SELECT * FROM read_parquet([{names}], union_by_name = true)").fetchall()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def sizes(path: Path) -> list[int]:
    facts = pq.read_metadata(path)
    return [facts.row_group(place).num_rows for place in range(facts.num_row_groups)]


def group(path: Path, place: int) -> bytes:
    """The bytes of all columns of one row group."""
    facts = pq.read_metadata(path).row_group(place)
    raw, found = path.read_bytes(), b""
    for number in range(facts.num_columns):
        column = facts.column(number)
        first = min(at for at in (column.dictionary_page_offset, column.data_page_offset) if at)
        found += raw[first : first + column.total_compressed_size]
    return found


def test_what_is_large_is_copied_and_only_the_rest_is_written(bench: Bench) -> None:
    parts = [bench.part(0, 100_000), bench.part(100_000, 100_010), bench.part(100_010, 145_000)]
    made = bench.whole(*parts)
    assert bench.rows(made) == bench.rows(*parts)
    assert [group(made, place) for place in (0, 1)] == [group(parts[0], place) for place in (0, 1)]
    assert made.read_bytes() == bench.whole(*parts).read_bytes(), "the same parts give the same bytes"


def test_many_small_parts_do_not_become_many_small_row_groups(bench: Bench) -> None:
    parts = [bench.part(n * 1000, n * 1000 + 1000) for n in range(100)]
    made = bench.whole(*parts)
    assert min(sizes(made)[:-1]) >= ROW_GROUP // 2
    assert [row[0] for row in bench.rows(made)] == list(range(100_000))


def test_a_table_that_grows_again_and_again_keeps_whole_row_groups(bench: Bench) -> None:
    one, rows = bench.part(0, 45_000), 45_000
    for _ in range(15):
        one, rows = bench.whole(one, bench.part(rows, rows + 3000)), rows + 3000
    assert [row[0] for row in bench.rows(one)] == list(range(rows))
    assert min(sizes(one)[:-1]) >= ROW_GROUP // 2


def test_small_parts_are_read_together_also_between_what_is_left_of_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [bench.part(0, 42_000), *(bench.part(n * 100, n * 100 + 100) for n in range(420, 450))]
    left += [bench.part(45_000, 87_000), *(bench.part(n, n + 1, ROWS.replace("nr,", "nr, 1 AS x,")) for n in (87_000,))]
    asked: list[str] = []
    source = duck_whole._source
    monkeypatch.setattr(duck_whole, "_source", lambda runs: [asked.append(source(runs)), asked[-1]][1])
    made = bench.whole(*left)
    assert sizes(made) == [40_960, 1040 + 3000, 40_960, 1040 + 1]
    assert [row[0] for row in bench.rows(made)] == list(range(87_001))
    assert [one.count("read_parquet") for one in asked] == [2, 2], "each reading costs memory: there may be thousands"


def test_a_small_part_before_a_large_one(bench: Bench) -> None:
    parts = [bench.part(0, 7), bench.part(7, 9), bench.part(9, 45_000), bench.part(45_000, 45_001)]
    made = bench.whole(*parts)
    assert sizes(made)[0] == 9
    assert group(made, 1) == group(parts[2], 0)
    assert bench.rows(made) == bench.rows(*parts)


def test_a_part_without_rows(bench: Bench) -> None:
    made = bench.whole(bench.part(0, 0), bench.part(0, 0))
    assert (bench.rows(made), pq.read_schema(made).names) == ([], ["nr", "w", "deel"])
    parts = [bench.part(0, 0), bench.part(0, 42_000)]
    assert bench.rows(bench.whole(*parts)) == bench.rows(*parts)


def test_columns_that_came_later_or_changed_places_are_written_anew(bench: Bench) -> None:
    with_more = "SELECT i AS nr, NULL::DOUBLE AS deel, i::DECIMAL(12,2) AS extra, 'x' AS w FROM range({}, {}) t(i)"
    columns = [*COLUMNS, Column("extra", "", ColumnType.DECIMAL, precision=12, scale=2)]
    parts = [bench.part(0, 50_000), bench.part(50_000, 50_005, with_more)]
    made = bench.whole(*parts, columns=columns)
    assert bench.rows(made) == bench.rows(*parts)
    assert pq.read_schema(made).names == ["nr", "w", "deel", "extra"]
    last = bench.part(60_000, 60_003)
    again = bench.whole(made, last, columns=columns)
    assert group(again, 0) == group(made, 0), "from now on it stands as it is written"
    assert bench.rows(again) == bench.rows(made, last)


def test_a_table_of_which_only_the_last_groups_are_small(bench: Bench) -> None:
    big = bench.written(lambda path: bench.con.execute(
        f"COPY ({ROWS.format(0, 24_000)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    ))  # fmt: skip
    parts = [bench.whole(big, bench.part(24_000, 26_000)), bench.part(26_000, 30_000)]
    assert sizes(parts[0]) == [24_000, 2000]
    made = bench.whole(*parts)
    assert sizes(made) == [24_000, 6000]
    assert group(made, 0) == group(big, 0)
    assert bench.rows(made) == bench.rows(*parts)


def points(folder: Path, first: int, last: int) -> Path:
    """A table with shapes as it is read from a file; every ninth row has none."""
    folder.mkdir()
    features = [
        {"type": "Feature", "properties": {"nr": n},
         "geometry": {"type": "Point", "coordinates": [5 + n / 1e5, 52]} if n % 9 else None}
        for n in range(first, last)
    ]  # fmt: skip
    source = folder / "p.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    request = {"source": str(source), "filename": source.name, "out": str(folder), "options": {}}
    return folder / ingest(request, lambda fraction, text: None)["data"]


def test_shapes_are_copied_and_the_file_says_where_all_of_them_are(bench: Bench) -> None:
    parts = [points(bench.folder / "a", 0, 70_000), points(bench.folder / "b", 70_000, 70_020)]
    columns = [Column("nr", "", ColumnType.INTEGER), Column("geometry", "", ColumnType.GEOMETRY)]
    made = bench.whole(*parts, columns=columns)
    assert group(made, 0) == group(parts[0], 0)
    described = geoparquet.described(made)
    assert described is not None
    assert described["bbox"] == pytest.approx([5.00001, 52, 5.70019, 52])
    assert geoparquet.crs_of(described) == "EPSG:4326"
    one, several = (pq.read_table(paths) for paths in (made, parts))
    assert one.schema.equals(several.schema)
    assert one["nr"].equals(several["nr"])
    assert one["geometry"].combine_chunks().equals(several["geometry"].combine_chunks())
    assert (
        one["geometry_bbox"].combine_chunks()[-5:].to_pylist()
        == several["geometry_bbox"].combine_chunks()[-5:].to_pylist()
    )
    with duckdb.connect() as con:
        con.execute("SET enable_geoparquet_conversion = false")
        assert con.execute(f"SELECT count(geometry) FROM read_parquet('{made}')").fetchall() == [(62_240,)]


def test_moments_that_are_none_in_python_are_copied(bench: Bench) -> None:
    far = """SELECT CASE i % 3 WHEN 0 THEN 'infinity' WHEN 1 THEN '0044-03-15 (BC)' ELSE '20000-01-01' END::DATE AS dag,
        CASE i % 2 WHEN 0 THEN '-infinity' ELSE '20000-01-01' END::TIMESTAMP AS moment,
        CASE i % 9 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf' ELSE i END AS getal FROM range({}, {}) t(i)"""
    kinds = {"dag": ColumnType.DATE, "moment": ColumnType.DATETIME, "getal": ColumnType.NUMBER}
    parts = [bench.part(0, 41_000, far), bench.part(41_000, 41_002, far)]
    made = bench.whole(*parts, columns=[Column(name, "", kind) for name, kind in kinds.items()])
    assert group(made, 0) == group(parts[0], 0)
    with duckdb.connect() as con:
        both = [
            f"SELECT columns(*)::VARCHAR FROM read_parquet({paths!r})" for paths in ([str(made)], [*map(str, parts)])
        ]
        assert len({str(con.execute(one).fetchall()) for one in both}) == 1


def test_what_cannot_be_proven_the_same_is_written_anew(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [bench.part(0, 24_000), bench.part(24_000, 24_010)]
    assert sizes(bench.whole(*parts)) == [24_000, 10]

    def broken(*_: Any) -> bool:
        raise IndexError

    for name, way in (
        ("same_groups", lambda *_: False),
        ("same_groups", broken),
        ("glue", broken),
        ("glue", lambda *_: 3),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(duck_whole, name, way)
            made = bench.whole(*parts)
        assert sizes(made) == [24_010]
        assert bench.rows(made) == bench.rows(*parts)
    with monkeypatch.context() as patched:
        patched.setattr(duck_whole.Footer, "extent", broken)
        assert sizes(bench.whole(*parts)) == [24_010]


def test_a_file_that_is_not_the_same_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [bench.part(0, 42_000), bench.part(42_000, 42_010)]
    write = duck_whole.write_part
    monkeypatch.setattr(
        duck_whole, "write_part", lambda con, select, *rest: write(con, f"FROM ({select}) LIMIT 9", *rest)
    )
    with pytest.raises(Invalid, match="niet dezelfde rijen"):
        bench.whole(*parts)
