"""Rows of a real Parquet file, against a naive filter in Python."""

import csv
import io
import itertools
import json
import operator
import random
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid, NotFound, Unavailable
from sluis.lake.rows import duck
from sluis.lake.rows.page import count, facets, page, page_json, row
from sluis.lake.rows.parse import parse
from sluis.lake.rows.stream import stream
from sluis.lake.rows.types import (
    Column,
    Compare,
    Empty,
    OneOf,
    Op,
    PageRequest,
    Selection,
    Sort,
)
from sluis.lake.rows.wire import value_json

COLUMNS = [
    Column("naam", "text"),
    Column("aantal", "integer"),
    Column("bedrag", "decimal"),
    Column("maat", "number"),
    Column("open", "boolean"),
    Column("dag", "date"),
    Column("moment", "datetime"),
    Column("uur", "time"),
]
CHOICES: dict[str, list[Any]] = {
    "naam": [None, "", "brug", "Brug", "sluis", 'een "x", y\nz', "é", "=1+1"],
    "aantal": [None, -3, 0, 7, 2**53 + 1, -(2**63)],
    "bedrag": [None, Decimal("-1.50"), Decimal("0.00"), Decimal("12345678901234567890.12")],
    "maat": [None, -0.1, 0.0, 1e300, 2.5, float("inf"), float("nan")],
    "open": [None, True, False],
    "dag": [None, date(1900, 1, 1), date(2026, 3, 31)],
    "moment": [None, datetime.fromisoformat("2026-03-31T14:30"), datetime.fromisoformat("2026-03-31T14:30:00.000005")],
    "uur": [None, time(0, 0), time(14, 30)],
}
PYTHON = {
    Op.EQ: operator.eq,
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
}
TYPES = (
    "naam VARCHAR, aantal BIGINT, bedrag DECIMAL(38,2), maat DOUBLE, open BOOLEAN, dag DATE, moment TIMESTAMP, uur TIME"
)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    chance = random.Random(7)
    return [{name: chance.choice(values) for name, values in CHOICES.items()} for _ in range(97)]


@pytest.fixture(scope="module")
def table(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "table.parquet"
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t ({TYPES})")
        con.executemany("INSERT INTO t VALUES (?,?,?,?,?,?,?,?)", [list(r.values()) for r in rows])
        con.execute(f"COPY t TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    return path


def _key(value: Any) -> Any:
    """DuckDB's order: NaN above all numbers."""
    return (value != value, 0 if value != value else value)


def _naive(rows: list[dict[str, Any]], request: PageRequest) -> list[int]:
    ids = [i for i, r in enumerate(rows) if all(_holds(c, r) for c in request.selection.conditions)]
    term = request.selection.search.lower()
    ids = [i for i in ids if not term or term in (rows[i]["naam"] or "").lower()]
    for s in reversed(request.sort):
        filled = [i for i in ids if rows[i][s.column] is not None]
        filled.sort(key=lambda i: _key(rows[i][s.column]), reverse=s.descending)
        ids = filled + [i for i in ids if rows[i][s.column] is None]
    return ids


def _holds(condition: Any, row: dict[str, Any]) -> bool:
    cell = row[condition.column]
    if isinstance(condition, Empty):
        return (cell is None or cell == "") == condition.empty
    if isinstance(condition, OneOf):
        return cell is not None and cell in condition.values
    if condition.op is Op.NEQ:
        return cell is None or cell != condition.value
    if cell is None:
        return False
    a, b = _key(cell), _key(condition.value)
    if condition.op in PYTHON:
        return PYTHON[condition.op](a, b)
    found = cell.lower().find(condition.value.lower())
    return found == 0 if condition.op is Op.STARTS else found >= 0


def _conditions() -> st.SearchStrategy[Any]:
    def of(column: Column) -> st.SearchStrategy[Any]:
        filled = [v for v in CHOICES[column.name] if v is not None and v == v]
        order = [Op.EQ, Op.NEQ, *([] if column.type == "boolean" else [Op.LT, Op.LTE, Op.GT, Op.GTE])]
        texts = [Op.CONTAINS, Op.STARTS] if column.type == "text" else []
        value = st.sampled_from(filled)
        return st.one_of(
            st.builds(Compare, st.just(column.name), st.sampled_from(order + texts), value),
            st.builds(OneOf, st.just(column.name), st.lists(value, min_size=1, max_size=3).map(tuple)),
            st.builds(Empty, st.just(column.name), st.booleans()),
        )

    return st.sampled_from(COLUMNS).flatmap(of)


def _requests() -> st.SearchStrategy[PageRequest]:
    sorts = st.lists(
        st.builds(Sort, st.sampled_from([c.name for c in COLUMNS]), st.booleans()),
        max_size=3,
        unique_by=lambda s: s.column,
    ).map(tuple)
    selections = st.builds(Selection, st.lists(_conditions(), max_size=2).map(tuple), st.sampled_from(["", "", "R"]))
    return st.builds(PageRequest, selections, sorts, st.integers(1, 40))


def _pages(table: Path, request: PageRequest) -> Iterator[Any]:
    while True:
        found = page(table, COLUMNS, request)
        yield found
        if not found.next_cursor:
            return
        request = PageRequest(request.selection, request.sort, request.limit, found.next_cursor)


@settings(max_examples=60)
@given(request_=_requests())
def test_paging_yields_each_row_of_the_naive_answer_once_in_order(
    request_: PageRequest, table: Path, rows: list[dict[str, Any]]
) -> None:
    expected = _naive(rows, request_)
    pages = list(_pages(table, request_))
    assert [i for p in pages for i in p.ids] == expected
    assert count(table, COLUMNS, request_.selection) == len(expected)
    assert all(len(p.ids) == request_.limit for p in pages[:-1])
    for before, after in itertools.pairwise(pages):
        back = page(
            table, COLUMNS, PageRequest(request_.selection, request_.sort, request_.limit, after.previous_cursor)
        )
        assert back.ids == before.ids
        assert bool(back.previous_cursor) == (before is not pages[0])
        assert back.next_cursor == before.next_cursor


def test_a_page_of_long_texts_is_shorter_and_the_next_goes_on_there(
    table: Path, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluis.lake.rows.page.MOST_BYTES", 20)
    request = PageRequest(sort=(Sort("naam"),), limit=40)
    pages = list(_pages(table, request))
    assert len(pages) > 3
    assert [i for p in pages for i in p.ids] == _naive(rows, request)
    back, seen = pages[-1], [*pages[-1].ids]
    while back.previous_cursor:
        back = page(table, COLUMNS, PageRequest(request.selection, request.sort, 40, back.previous_cursor))
        seen = [*back.ids, *seen]
    assert seen == _naive(rows, request)


@settings(max_examples=150)
@given(cursor=st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda b: b.hex())))
def test_a_made_up_cursor_is_invalid(cursor: str, table: Path) -> None:
    request = PageRequest(sort=(Sort("naam"),), cursor=cursor)
    if cursor:
        with pytest.raises(Invalid) as caught:
            page(table, COLUMNS, request)
        assert caught.value.faults[0].field == "cursor"


def test_a_cursor_of_another_order_is_invalid(table: Path) -> None:
    cursor = page(table, COLUMNS, PageRequest(sort=(Sort("naam"),), limit=2)).next_cursor
    assert page(table, COLUMNS, PageRequest(sort=(Sort("naam"),), cursor=cursor)).rows
    with pytest.raises(Invalid):
        page(table, COLUMNS, PageRequest(sort=(Sort("naam", descending=True),), cursor=cursor))


def test_rows_keep_their_number_and_their_exact_values(table: Path, rows: list[dict[str, Any]]) -> None:
    found = page(table, COLUMNS, PageRequest(limit=97))
    for number, line in zip(found.ids, found.rows, strict=True):
        assert repr(line) == repr(rows[number])
        assert repr(row(table, COLUMNS, number)) == repr(line)
    for absent in (97, -1, 2**70):
        with pytest.raises(NotFound):
            row(table, COLUMNS, absent)


def test_json_keeps_decimals_and_large_numbers_exact(table: Path) -> None:
    request = parse([("bedrag__gt", "1,5"), ("aantal", str(2**53 + 1))], COLUMNS)
    text = page_json(table, COLUMNS, request).rows[0]
    assert '"bedrag":12345678901234567890.12' in text
    assert '"aantal":9007199254740993' in text


def test_json_says_every_value_of_the_page(table: Path) -> None:
    request = PageRequest(sort=(Sort("naam"),), limit=30)
    found, told = page(table, COLUMNS, request), page_json(table, COLUMNS, request)
    assert (told.ids, told.next_cursor) == (found.ids, found.next_cursor)
    for number, line, text in zip(found.ids, found.rows, told.rows, strict=True):
        cells = (f'"{c.name}":{value_json(line[c.name], c.type)}' for c in COLUMNS)
        assert text == f'{{"_id":{number},{",".join(cells)}}}'


@pytest.mark.parametrize("form", ["csv", "csv-excel", "ndjson", "json"])
def test_a_stream_holds_the_whole_selection_in_order(form: str, table: Path, rows: list[dict[str, Any]]) -> None:
    request = PageRequest(Selection((Empty("naam", empty=False),)), (Sort("aantal", descending=True),), limit=1)
    data = b"".join(stream(table, COLUMNS, request, form))
    assert _names(form, data) == [rows[i]["naam"] for i in _naive(rows, request)]


def _names(form: str, data: bytes) -> list[str]:
    text = data.decode("utf-8-sig")
    if form == "ndjson":
        return [_strict(line)["naam"] for line in text.splitlines()]
    if form == "json":
        return [line["naam"] for line in _strict(text)]
    found = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if form == "csv-excel" else ",")
    names = [line["naam"] for line in found]
    if form == "csv-excel":
        assert "'=1+1" in names
        names = [name.removeprefix("'") for name in names]
    return names


def _strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


def test_a_stream_that_is_left_early_stops(table: Path) -> None:
    opened = stream(table, COLUMNS, PageRequest())
    assert next(opened).startswith(b"naam,")
    opened.close()
    assert page(table, COLUMNS, PageRequest(limit=1)).ids == (0,)


def test_an_unknown_form_and_a_lost_file_are_said(table: Path) -> None:
    with pytest.raises(Invalid):
        stream(table, COLUMNS, PageRequest(), "exe")
    gone = table.with_name("gone.parquet")
    with pytest.raises(Unavailable) as caught:
        list(stream(gone, COLUMNS, PageRequest()))
    assert str(gone) not in str(caught.value)
    with pytest.raises(Unavailable):
        page(gone, COLUMNS, PageRequest())


def test_a_query_over_its_time_is_unavailable() -> None:
    with pytest.raises(Unavailable) as caught:
        duck.fetch("SELECT count(*) FROM range(100000) a, range(100000) b WHERE a.range * b.range = -1", seconds=0.05)
    assert caught.value.code == "rows.too_heavy"
    assert duck.fetch("SELECT 1") == [(1,)]


def test_facets_count_values_of_the_selection(table: Path, rows: list[dict[str, Any]]) -> None:
    found = {f.value: f.count for f in facets(table, COLUMNS, "open")}
    assert found == {v: sum(r["open"] is v for r in rows) for v in (None, True, False)}
    chosen = facets(table, COLUMNS, "open", Selection((Compare("open", Op.EQ, True),)))
    assert [f.value for f in chosen] == [True]
    with pytest.raises(Invalid):
        facets(table, COLUMNS, 'open"; --')


@pytest.fixture
def unlocked_afterwards() -> Iterator[None]:
    before = dict(duck._limits), list(duck._seconds)
    yield
    duck.configure([], memory_mb=1000, seconds=20, scratch=Path(tempfile.gettempdir()))
    duck._limits.clear()
    duck._limits.update(before[0])
    duck._seconds[:] = before[1]


@pytest.mark.usefixtures("unlocked_afterwards")
def test_a_sort_larger_than_the_memory_goes_to_the_scratch_folder(table: Path, tmp_path: Path) -> None:
    duck.configure([table.parent], memory_mb=60, seconds=20, scratch=tmp_path / "scratch")
    found = duck.fetch("SELECT max(n) FROM (SELECT i AS n, hash(i)::VARCHAR AS h FROM range(3000000) t(i) ORDER BY h)")
    assert found == [(2_999_999,)]


@pytest.mark.usefixtures("unlocked_afterwards")
def test_files_outside_the_configured_folders_are_closed(table: Path, tmp_path: Path) -> None:
    duck.configure([table.parent], memory_mb=500, seconds=20, scratch=tmp_path / "scratch")
    assert page(table, COLUMNS, PageRequest(limit=1)).ids == (0,)
    assert b"".join(stream(table, COLUMNS, PageRequest())).startswith(b"naam,")
    for statement in ("SELECT * FROM read_text('/etc/passwd')", f"COPY (SELECT 1) TO '{tmp_path}/x.csv'"):
        with pytest.raises(Unavailable):
            duck.fetch(statement)
