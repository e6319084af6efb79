"""Structures beside a table give the answers that DuckDB gives on the table: same rows, same order, same totals."""

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid, NotFound
from sluis.lake.rows import page as paging
from sluis.lake.rows.grouping import GroupRequest, groups, parse_groups
from sluis.lake.rows.page import page, page_json, row, row_json
from sluis.lake.rows.parse import parse
from sluis.lake.rows.types import Column, Compare, Condition, Empty, OneOf, Op, PageRequest, Selection, Sort
from sluis.lake.serving import CHUNK, grouping
from sluis.lake.serving.building import build
from sluis.lake.serving.container import Opened
from sluis.lake.serving.finding import count_of, rows_of
from sluis.lake.serving.ready import Ready

ROWS = 2 * CHUNK + 1234
COLUMNS = [
    Column("id", "integer"),
    Column("sleutel", "text"),
    Column("soort", "text"),
    Column("bedrag", "decimal"),
    Column("maat", "number"),
    Column("open", "boolean"),
    Column("dag", "date"),
    Column("moment", "datetime"),
    Column("uur", "time"),
    Column("groot", "decimal"),
    Column("tekst", "text"),
]
TYPES = (
    "id BIGINT, sleutel VARCHAR, soort VARCHAR, bedrag DECIMAL(18,2), maat DOUBLE, open BOOLEAN, dag DATE, "
    "moment TIMESTAMP, uur TIME, groot DECIMAL(38,2), tekst VARCHAR"
)
START = datetime.fromisoformat("2020-01-01")
KINDS = [None, "", "brug", "Brug", "sluis", "Éénhoorn", 'een "x", y\nz', "=1+1"]
WORDS = ["fietspad", "Brug", "sluis", "straße", "één", "a1", "İx", "kade", "x-y", "10,5"]
NAMES = ["vectors", "rest", "cube", "order:sleutel", "order:id", "order:bedrag", "words:tekst"]


def _line(number: int, chance: random.Random) -> list[Any]:
    day = date(2020, 1, 1) + timedelta(days=chance.randrange(900))
    rare = chance.random() < 0.02
    return [
        number * 3 - 1000,
        None if rare else f"K{number * 7919 % 1_000_003:07d}",
        chance.choice(KINDS),
        None if rare else Decimal(chance.randrange(-50_000, 90_000)).scaleb(-2),
        chance.choice([None, -0.0, 0.1, 1e300, float("inf"), float("nan"), chance.random()]),
        chance.choice([None, True, False]),
        None if rare else day,
        START + timedelta(seconds=chance.randrange(10**6), microseconds=chance.choice([0, 5])),
        time(chance.randrange(24), 30),
        Decimal("12345678901234567890.12") if rare else Decimal(chance.randrange(100)),
        None if rare else " ".join(chance.choices(WORDS, k=3)),
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pyarrow as pa

    chance = random.Random(11)
    path = tmp_path_factory.mktemp("serving") / "table.parquet"
    lines = [_line(number, chance) for number in range(ROWS)]
    kinds = [
        pa.int64(), pa.string(), pa.string(), pa.decimal128(18, 2), pa.float64(), pa.bool_(), pa.date32(),
        pa.timestamp("us"), pa.time64("us"), pa.decimal128(38, 2), pa.string(),
    ]  # fmt: skip
    given = {
        c.name: pa.array(cells, kind) for c, kind, cells in zip(COLUMNS, kinds, zip(*lines, strict=True), strict=True)
    }
    with duckdb.connect() as con:
        con.register("given", pa.table(given))
        con.execute(f"CREATE TABLE t ({TYPES}); INSERT INTO t FROM given")
        con.execute(f"COPY t TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 20480)")
    return path


@pytest.fixture(scope="module")
def files(table: Path) -> Mapping[str, Path]:
    return made(table, COLUMNS, ROWS, NAMES)


@pytest.fixture(scope="module")
def ready(files: Mapping[str, Path]) -> Ready:
    return Ready(files)


def made(table: Path, columns: list[Column], rows: int, names: list[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for name in names:
        out = table.parent / name.replace(":", "-")
        out.mkdir()
        request = {
            "source": str(table),
            "out": str(out),
            "name": name,
            "columns": [{"name": c.name, "type": c.type} for c in columns],
            "rows": rows,
            "vectors": str(files.get("vectors", "")),
        }
        if found := build(request, lambda fraction, text: None):
            files[name] = Path(found["path"])
    return files


def _conditions() -> st.SearchStrategy[Condition]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "id": st.integers(-1100, 3 * ROWS),
        "sleutel": st.integers(0, 1_000_100).map(lambda n: f"K{n:07d}"),
        "soort": st.sampled_from([kind for kind in KINDS if kind is not None] + ["niets"]),
        "bedrag": st.integers(-6_000_000, 9_000_000).map(lambda n: Decimal(n).scaleb(-4)),
        "maat": st.sampled_from([0.0, 0.1, 1e300]),
        "open": st.booleans(),
        "dag": st.dates(date(2019, 12, 1), date(2022, 8, 1)),
        "moment": st.integers(-5, 10**6).map(lambda n: START + timedelta(seconds=n)),
        "uur": st.sampled_from([time(0, 30), time(14, 30), time(14, 31)]),
        "groot": st.sampled_from([Decimal(5), Decimal("12345678901234567890.12")]),
        "tekst": st.sampled_from(["fietspad sluis", "brug", "STRASSE", "één", "ix", "10,5"]),
    }
    parts = st.sampled_from(["brug", "B", "KADE", "één", "ß", "x-y", "i", "een "])

    def of(column: Column) -> st.SearchStrategy[Condition]:
        value = values[column.name]
        plain = [Op.EQ, Op.NEQ, *([] if column.type == "boolean" else [Op.LT, Op.LTE, Op.GT, Op.GTE])]
        options: list[st.SearchStrategy[Condition]] = [
            st.builds(Compare, st.just(column.name), st.sampled_from(plain), value),
            st.builds(OneOf, st.just(column.name), st.lists(value, min_size=1, max_size=3).map(tuple)),
            st.builds(Empty, st.just(column.name), st.booleans()),
        ]
        if column.type == "text":
            options.append(st.builds(Compare, st.just(column.name), st.sampled_from([Op.CONTAINS, Op.STARTS]), parts))
            options.append(st.builds(Compare, st.just(column.name), st.just(Op.WORDS), values["tekst"]))
        return st.one_of(options)

    return st.sampled_from(COLUMNS).flatmap(of)


def _requests() -> st.SearchStrategy[PageRequest]:
    names = st.sampled_from([c.name for c in COLUMNS])
    sorts = st.lists(st.builds(Sort, names, st.booleans()), max_size=2, unique_by=lambda s: s.column).map(tuple)
    conditions = st.lists(_conditions(), max_size=3).map(tuple)
    selections = st.builds(Selection, conditions, st.sampled_from(["", "", "", "fietsPAD", "x", "één"]))
    return st.builds(PageRequest, selections, sorts, st.integers(1, 60), st.just(""), st.just(True))


@settings(max_examples=120)
@given(asked=_requests())
def test_pages_and_totals_are_those_of_the_table_itself(asked: PageRequest, table: Path, ready: Ready) -> None:
    plain = page(table, COLUMNS, asked)
    paging._counts.clear()
    found = page(table, COLUMNS, asked, ready=ready)
    paging._counts.clear()
    assert repr(found) == repr(plain)  # a value that is no number does not equal itself
    assert page_json(table, COLUMNS, asked, ready=ready) == page_json(table, COLUMNS, asked)
    if plain.next_cursor:
        onward = PageRequest(asked.selection, asked.sort, asked.limit, plain.next_cursor)
        second = page(table, COLUMNS, onward)
        assert repr(page(table, COLUMNS, onward, ready=ready)) == repr(second)
        back = PageRequest(asked.selection, asked.sort, asked.limit, second.previous_cursor)
        assert page(table, COLUMNS, back, ready=ready).ids == page(table, COLUMNS, back).ids == plain.ids


def _grouping() -> st.SearchStrategy[GroupRequest]:
    by = st.lists(st.sampled_from(["soort", "open", "dag", "uur", "maat"]), min_size=1, max_size=2, unique=True)
    numbers = st.lists(st.sampled_from(["id", "bedrag", "groot"]), max_size=2, unique=True)
    known = {c.name: c for c in COLUMNS}

    def named(names: list[str]) -> tuple[Column, ...]:
        return tuple(known[name] for name in names)

    conditions = st.lists(_conditions(), max_size=2).map(tuple)
    return st.builds(
        GroupRequest,
        by.map(named),
        numbers.map(named),
        numbers.map(named),
        st.builds(Selection, conditions),
        st.sampled_from([3, 1000]),
    )


@settings(max_examples=80)
@given(asked=_grouping())
def test_groups_are_those_of_the_table_itself(asked: GroupRequest, table: Path, ready: Ready) -> None:
    assert repr(groups(table, COLUMNS, asked, ready=ready)) == repr(groups(table, COLUMNS, asked))


@pytest.mark.parametrize(
    ("by", "conditions"), [("soort", []), ("open,soort", [("soort__neq", "brug")]), ("uur", [("dag", "2020-05-05")])]
)
def test_these_groups_need_no_table(by: str, conditions: list[tuple[str, str]], ready: Ready) -> None:
    asked = parse_groups([("by", by), ("sum", "bedrag,id"), *conditions], COLUMNS, frozenset())
    assert grouping.lines(ready, COLUMNS, asked.by, asked.measures, asked.selection, 10)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("by", "niets")],
        [("by", "id,soort,open,dag")],
        [("by", "soort"), ("sum", "tekst")],
        [("by", "soort"), ("cursor", "x")],
        [("by", "soort"), ("limit", "0")],
    ],
)
def test_groups_that_cannot_be_are_told_apart(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as caught:
        parse_groups(pairs, COLUMNS, frozenset())
    assert caught.value.faults


@pytest.mark.parametrize(
    "pairs",
    [
        [("soort", "brug")],
        [("dag__gte", "2020-03-01"), ("dag__lt", "2020-04-01"), ("sort", "-bedrag")],
        [("tekst__words", "fietspad sluis")],
        [("tekst__contains", "ietspa")],
        [("id", "2000")],
        [("sleutel", "K0007919")],
        [("soort__empty", "ja"), ("sort", "dag,-bedrag")],
    ],
)
def test_these_questions_need_no_table(pairs: list[tuple[str, str]], ready: Ready) -> None:
    asked = parse(pairs, COLUMNS)
    assert rows_of(ready, COLUMNS, asked, None)
    assert count_of(ready, COLUMNS, asked.selection)


def test_a_row_by_its_number(table: Path, ready: Ready) -> None:
    for number in (0, CHUNK - 1, CHUNK, ROWS - 1):
        assert repr(row(table, COLUMNS, number, ready=ready)) == repr(row(table, COLUMNS, number))
        assert row_json(table, COLUMNS, number, ready=ready) == row_json(table, COLUMNS, number)
    for absent in (ROWS, -1, 2**70):
        with pytest.raises(NotFound):
            row(table, COLUMNS, absent, ready=ready)


def test_words_of_nothing_are_refused() -> None:
    with pytest.raises(Invalid):
        parse([("tekst__words", " ,-")], COLUMNS)


def test_what_was_cut_off_is_no_structure(files: Mapping[str, Path], tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(files["vectors"].read_bytes()[:-20])
    with pytest.raises(ValueError, match="cut"):
        Opened(cut)
