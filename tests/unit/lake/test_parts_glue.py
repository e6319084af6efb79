"""Row groups copied from file to file: the same bytes, read alike by pyarrow, DuckDB and PyIceberg."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyiceberg.catalog.memory import InMemoryCatalog

from sluis.lake.ingest.duck_convert import write
from sluis.lake.parts import thrift
from sluis.lake.parts.duck_parts import opened
from sluis.lake.parts.footers import Footer
from sluis.lake.parts.gluing import Piece, glue, same_groups


def all_kinds(rows: int, seed: int) -> pa.Table:
    """Columns of every make, with empty values, long and nested ones."""
    rng = np.random.default_rng(seed)
    numbers = rng.integers(-(2**40), 2**40, rows)
    some = rng.random(rows) < 0.2
    words = pa.array([None if gap else f"w{n % 17} é" * int(n % 3) for n, gap in zip(numbers, some, strict=True)])
    listed = [None if gap else [int(n), None][: n % 3] for n, gap in zip(numbers, some, strict=True)]
    boxes = [None if gap else {"x": float(n), "y": {"z": [str(n)]}} for n, gap in zip(numbers, some, strict=True)]
    return pa.table(
        {
            "nr": pa.array(numbers, mask=some),
            "woord": words,
            "soort": words.dictionary_encode(),
            "bedrag": pa.array([Decimal(int(n)) / 100 for n in numbers], pa.decimal128(18, 2)),
            "groot": pa.array([Decimal(int(n)) for n in numbers], pa.decimal128(38, 0)),
            "deel": pa.array(np.where(some, np.nan, numbers / 7)),
            "ja": pa.array(numbers % 2 == 0, mask=some),
            "op": pa.array(numbers, pa.timestamp("us", "UTC")),
            "ruw": pa.array([bytes([n % 256]) * 3 for n in numbers], pa.binary(3)),
            "lijst": pa.array(listed, pa.list_(pa.int64())),
            "vak": boxes,
            "leeg": pa.nulls(rows, pa.string()),
        }
    )


def written(path: Path, table: pa.Table, **options: Any) -> Path:
    pq.write_table(table, path, **{"compression": "zstd", "row_group_size": 700} | options)
    return path


def glued(folder: Path, *paths: Path) -> tuple[list[Piece], Path]:
    """All groups of these files under what an empty file of the first says."""
    like = written(folder / "like.parquet", pq.read_schema(paths[0]).empty_table())
    pieces = [Piece(path, 0, pq.read_metadata(path).num_row_groups) for path in paths]
    rows = glue(like, pieces, folder / "one.parquet")
    assert rows == sum(pq.read_metadata(path).num_rows for path in paths)
    return pieces, folder / "one.parquet"


def test_every_kind_of_column_and_packing_comes_out_as_it_was(tmp_path: Path) -> None:
    tables = [all_kinds(rows, rows) for rows in (2000, 1, 1500, 900)]
    ways: list[dict[str, Any]] = [
        {},
        {"compression": "snappy", "use_dictionary": False},
        {"compression": "none", "write_page_index": True, "data_page_size": 500},
        {"data_page_version": "2.0", "write_statistics": False},
    ]
    paths = [
        written(tmp_path / f"{n}.parquet", one[0], **one[1]) for n, one in enumerate(zip(tables, ways, strict=True))
    ]
    pieces, target = glued(tmp_path, *paths)
    assert same_groups(pieces, target)
    whole = pa.concat_tables([pq.read_table(path) for path in paths]).combine_chunks()
    with pq.ParquetFile(target) as file:
        assert file.num_row_groups == 3 + 1 + 3 + 2
        assert file.schema_arrow.equals(pq.read_schema(paths[0]), check_metadata=True)
        assert file.metadata.row_group(4).column(0).has_offset_index is False
        read = file.read()
    assert str(read.drop_columns("deel").to_pylist()) == str(whole.drop_columns("deel").to_pylist())
    assert np.array_equal(read["deel"].to_numpy(), whole["deel"].to_numpy(), equal_nan=True)
    names = ", ".join(f"'{path}'" for path in paths)
    with duckdb.connect() as con:
        said = [con.execute(f"SELECT * FROM read_parquet([{one}])").fetchall() for one in (names, f"'{target}'")]
        picked = f"SELECT count(*) FROM read_parquet('{target}') WHERE woord = 'w3 é'"
        wanted = sum(value == "w3 é" for value in whole["woord"].to_pylist())
        assert con.execute(picked).fetchall() == [(wanted,)]
    assert str(said[0]) == str(said[1])


def test_some_groups_of_a_file_and_bloom_filters_of_duckdb(tmp_path: Path) -> None:
    con = opened(tmp_path)
    rows = "SELECT i AS nr, 'plaats ' || (i % 50)::VARCHAR AS plaats FROM range({}, {}) t(i)"
    write(con, rows.format(0, 130_000), tmp_path / "a.parquet")
    write(con, rows.format(200_000, 200_010), tmp_path / "b.parquet")
    write(con, rows.format(0, 0), tmp_path / "like.parquet")
    pieces = [Piece(tmp_path / "a.parquet", 1, 3), Piece(tmp_path / "b.parquet", 0, 1)]
    target = tmp_path / "one.parquet"
    count = glue(tmp_path / "like.parquet", pieces, target)
    assert same_groups(pieces, target)
    sizes = [pq.read_metadata(pieces[0].path).row_group(n).num_rows for n in range(3)]
    found = [row[0] for row in con.execute(f"SELECT nr FROM read_parquet('{target}')").fetchall()]
    assert found == [*range(sizes[0], sum(sizes)), *range(200_000, 200_010)]
    assert len(found) == count
    probe = "SELECT bloom_filter_excludes FROM parquet_bloom_probe('{}', 'plaats', '{}')"
    assert con.execute(probe.format(target, "plaats 7")).fetchall()[:2] == [(False,), (False,)]
    assert con.execute(probe.format(target, "nergens")).fetchall()[:2] == [(True,), (True,)]
    good, place = target.read_bytes(), pq.read_metadata(target).row_group(0).column(1).bloom_filter_offset
    target.write_bytes(good[: place + 20] + bytes([good[place + 20] ^ 1]) + good[place + 21 :])
    assert not same_groups(pieces, target), "a filter that could hide rows"


def test_pyiceberg_reads_what_was_glued(tmp_path: Path) -> None:
    con = opened(tmp_path)
    rows = "SELECT i AS nr, (i / 7)::DECIMAL(18,2) AS deel, 'w' || i::VARCHAR AS w FROM range({}, {}) t(i)"
    for name, first, last in (("a", 0, 100_000), ("b", 100_000, 145_000), ("like", 0, 0)):
        write(con, rows.format(first, last), tmp_path / f"{name}.parquet")
    pieces = [
        Piece(path, 0, pq.read_metadata(path).num_row_groups)
        for path in (tmp_path / "a.parquet", tmp_path / "b.parquet")
    ]
    glue(tmp_path / "like.parquet", pieces, tmp_path / "one.parquet")
    with closing(InMemoryCatalog("test", warehouse=str(tmp_path))) as catalogue:
        catalogue.create_namespace("n")
        table = catalogue.create_table("n.t", pq.read_schema(tmp_path / "one.parquet"))
        table.add_files([str(tmp_path / "one.parquet")])
        assert table.scan().to_arrow()["nr"].to_pylist() == list(range(145_000))
        assert table.scan("nr >= 144990 and w = 'w144995'").to_arrow()["nr"].to_pylist() == [144_995]


def test_the_same_pieces_give_the_same_bytes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", all_kinds(1600, 4))
    made: list[bytes] = []
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        made.append(glued(tmp_path / name, path, path)[1].read_bytes())
    assert made[0] == made[1]


def test_other_columns_or_another_writer_are_refused(tmp_path: Path) -> None:
    table = all_kinds(50, 5)
    path = written(tmp_path / "a.parquet", table)
    others = {
        "fewer": table.drop_columns("ja"),
        "order": table.select(table.column_names[::-1]),
        "type": table.set_column(0, "nr", table["nr"].cast(pa.string())),
        "numbered": table.cast(table.schema.set(0, pa.field("nr", pa.int64(), metadata={"PARQUET:field_id": "7"}))),
    }
    for name, other in others.items():
        written(tmp_path / f"{name}.parquet", other)
        with pytest.raises(ValueError, match="other columns"):
            glue(path, [Piece(tmp_path / f"{name}.parquet", 0, 1)], tmp_path / f"one-{name}.parquet")
    by_duckdb = tmp_path / "duck.parquet"
    write(opened(tmp_path), f"FROM read_parquet('{path}')", by_duckdb)
    assert Footer.of(by_duckdb).meaning != Footer.of(path).meaning


def changed(path: Path, target: Path, number: int, value: tuple[int, bytes], *, about: bool = False) -> Path:
    """The file with a field put in its first column chunk (`about`: in what is said of its pages)."""
    footer = Footer.of(path)
    group = thrift.fields(footer.groups[0])
    chunks = thrift.items(group[1][1])
    chunk = thrift.fields(chunks[0])
    if about:
        chunk[3] = chunk[3][0], thrift.struct(thrift.fields(chunk[3][1]) | {number: value})
    else:
        chunk[number] = value
    group[1] = thrift.LIST, thrift.structs([thrift.struct(chunk), *chunks[1:]])
    end = footer.with_groups([thrift.struct(group), *footer.groups[1:]], pq.read_metadata(path).num_rows)
    target.write_bytes(path.read_bytes()[: footer.start] + end)
    return target


@pytest.mark.parametrize(
    ("number", "value", "about"),
    [
        (1, (8, b"\x01x"), False),  # its bytes stand in another file
        (8, (12, b"\0"), False),  # its bytes are encrypted
        (40, (5, b"\x02"), False),  # of a later Parquet
        (40, (5, b"\x02"), True),
        (7, (6, thrift.signed(5)), True),  # does not reach the next column
        (9, (6, thrift.signed(10**12)), True),  # beyond the end of the file
    ],
)
def test_a_group_with_something_unknown_is_not_copied(
    tmp_path: Path, number: int, value: tuple[int, bytes], about: bool
) -> None:
    path = written(tmp_path / "a.parquet", all_kinds(1000, 6))
    assert all(Footer.of(path).extent(place) for place in (0, 1))
    strange = changed(path, tmp_path / "b.parquet", number, value, about=about)
    assert Footer.of(strange).extent(0) is None
    with pytest.raises(ValueError, match="cannot be copied"):
        glue(path, [Piece(strange, 0, 1)], tmp_path / "one.parquet")


def test_a_difference_is_seen(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", all_kinds(1400, 7))
    pieces, target = glued(tmp_path, path)
    good = target.read_bytes()
    assert same_groups(pieces, target)
    facts = pq.read_metadata(target).row_group(1).column(3)
    place = facts.data_page_offset + facts.total_compressed_size // 2
    target.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
    assert not same_groups(pieces, target), "one bit in a page"
    target.write_bytes(good)
    assert not same_groups([*pieces, Piece(path, 0, 1)], target), "a group too few"
    assert not same_groups([Piece(path, 0, 1)], target), "a group too many"
    assert not same_groups([Piece(path, 1, 2), Piece(path, 0, 1)], target), "another order"
    changed(target, tmp_path / "said.parquet", 5, (6, thrift.signed(3)), about=True)
    assert not same_groups(pieces, tmp_path / "said.parquet"), "another number of values"


def test_what_is_no_parquet_file_is_refused(tmp_path: Path) -> None:
    good = written(tmp_path / "a.parquet", all_kinds(10, 8)).read_bytes()
    for bad in (b"", b"PAR1", b"x" * 100, good[:-1], good[:-8] + b"\xff\xff\xff\x7fPAR1", b"\0\0\0\0\0\0\0\0\0\0PAR1"):
        (tmp_path / "bad.parquet").write_bytes(bad)
        with pytest.raises((ValueError, IndexError, KeyError)):
            Footer.of(tmp_path / "bad.parquet")


def test_a_footer_taken_apart_and_put_together_is_the_same(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", all_kinds(1500, 9), write_page_index=True)
    raw = path.read_bytes()
    footer = Footer.of(path)
    assert raw[footer.start :] == footer.with_groups(footer.groups, 1500)
    for group in footer.groups:
        told = thrift.fields(group)
        chunks = thrift.items(told[1][1])
        again = [
            thrift.struct((chunk := thrift.fields(one)) | {3: (12, thrift.struct(thrift.fields(chunk[3][1])))})
            for one in chunks
        ]
        assert thrift.struct(told | {1: (thrift.LIST, thrift.structs(again))}) == group


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers(value: int) -> None:
    assert thrift.number((thrift.I64, thrift.signed(value))) == value


def length(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80, value >> 7]) if value > 0x7F else bytes([value])


FIELD = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda value: (5, thrift.signed(value))),
    st.binary(max_size=300).map(lambda value: (8, length(len(value)) + value)),
    st.sampled_from([(1, b""), (2, b""), (3, b"\x07"), (7, b"12345678"), (11, b"\0"), (11, b"\x01\x58\x02\x01a")]),
    st.lists(st.sampled_from([1, 2]), max_size=14).map(lambda some: (9, bytes([len(some) << 4 | 1, *some]))),
)
STRUCT = st.recursive(
    st.dictionaries(st.integers(1, 32_000), FIELD, max_size=5),
    lambda inner: st.dictionaries(
        st.integers(1, 60),
        FIELD
        | inner.map(lambda one: (12, thrift.struct(one)))
        | st.lists(inner, max_size=20).map(
            lambda some: (thrift.LIST, thrift.structs([thrift.struct(one) for one in some]))
        ),
        max_size=5,
    ),
    max_leaves=12,
)


@given(STRUCT)
def test_any_struct_comes_back(content: thrift.Fields) -> None:
    data = thrift.struct(content)
    assert thrift.fields(data) == content
    assert thrift.fields(b"before" + data, 6) == content
    with pytest.raises((ValueError, IndexError)):
        thrift.fields(data[:-1])
