"""What became of the columns: laws that hold for any table, and the cases people meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.schema_change import Change, Kind, What, compared, joined, may_fit, wider
from sluis.lake.types import Column, ColumnType

T = ColumnType


def column(name: str, kind: ColumnType = T.TEXT, digits: tuple[int, int] | None = None) -> Column:
    return Column(name, name.upper(), kind, *(digits or (None, None)))


_DIGITS = st.integers(0, 12).flatmap(lambda scale: st.tuples(st.integers(max(scale, 1), 38), st.just(scale)))
_KINDS = st.sampled_from([kind for kind in T if kind is not T.DECIMAL])
COLUMNS = st.one_of(
    st.builds(lambda name, kind: column(name, kind), st.sampled_from("abcdefg"), _KINDS),
    st.builds(lambda name, digits: column(name, T.DECIMAL, digits), st.sampled_from("abcdefg"), _DIGITS),
)
TABLES = st.lists(COLUMNS, unique_by=lambda c: c.name, min_size=1, max_size=7)


@given(TABLES)
def test_a_table_and_itself_do_not_differ(table: list[Column]) -> None:
    assert compared(table, table).kind is Kind.NONE
    change, columns = joined(table, table, {})
    assert (change.kind, list(columns)) == (Kind.NONE, table)


@given(TABLES, TABLES)
def test_every_column_that_came_or_went_is_named(old: list[Column], new: list[Column]) -> None:
    change = compared(old, new)
    were, are = {c.name for c in old}, {c.name for c in new}
    renamed = [c for c in change.columns if c.what is What.RENAMED]
    gone = {c.name for c in change.columns if c.what is What.REMOVED} | {c.was for c in renamed}
    come = {c.name for c in change.columns if c.what is What.ADDED} | {c.now for c in renamed}
    assert (gone, come) == (were - are, are - were)
    assert (change.kind is Kind.BREAKING) >= bool(gone)
    assert Change.from_json(change.to_json()) == change


@given(TABLES, TABLES)
def test_joining_keeps_the_table_in_its_place_and_loses_no_column(old: list[Column], new: list[Column]) -> None:
    change, columns = joined(old, new, {})
    assert [c.name for c in columns[: len(old)]] == [c.name for c in old]
    if change.kind is not Kind.BREAKING:
        assert {c.name for c in columns} == {c.name for c in (*old, *new)}
        by_name = {c.name: c for c in columns}
        for given_column in (*old, *new):
            become = by_name[given_column.name]
            assert become.type is T.TEXT or wider(become, given_column) == become


@given(COLUMNS, COLUMNS)
def test_wider_holds_both_and_does_not_care_for_the_order(one: Column, other: Column) -> None:
    wide, turned = wider(one, other), wider(other, one)
    assert (wide is None) == (turned is None)
    if wide and turned:
        assert (wide.type, wide.precision, wide.scale) == (turned.type, turned.precision, turned.scale)
        assert wider(wide, one) == wide, "once wide enough, it stays"


@given(COLUMNS, COLUMNS)
def test_a_value_may_only_fit_where_a_type_holds_both_or_in_text(table: Column, load: Column) -> None:
    assert may_fit(table, load) == (table.type is T.TEXT or wider(table, load) is not None)


@pytest.mark.parametrize(
    ("was", "now", "kind", "what"),
    [
        (T.INTEGER, T.DECIMAL, Kind.COMPATIBLE, What.WIDENED),
        (T.INTEGER, T.NUMBER, Kind.COMPATIBLE, What.WIDENED),
        (T.DATE, T.DATETIME, Kind.COMPATIBLE, What.WIDENED),
        (T.DECIMAL, T.INTEGER, Kind.BREAKING, What.RETYPED),
        (T.DATETIME, T.DATE, Kind.BREAKING, What.RETYPED),
        (T.INTEGER, T.TEXT, Kind.BREAKING, What.RETYPED),
        (T.TEXT, T.BOOLEAN, Kind.BREAKING, What.RETYPED),
    ],
)
def test_types(was: ColumnType, now: ColumnType, kind: Kind, what: What) -> None:
    change = compared([column("a", was)], [column("a", now)])
    assert (change.kind, [c.what for c in change.columns]) == (kind, [what])


def test_another_name_in_the_same_place_is_a_rename() -> None:
    (only,) = compared([column("a"), column("b")], [column("a"), column("c")]).columns
    assert (only.what, only.was, only.now, only.breaking) == (What.RENAMED, "b", "c", True)


def test_another_order_is_told_and_breaks_nothing() -> None:
    change = compared([column("a"), column("b")], [column("b"), column("a")])
    assert (change.kind, {c.what for c in change.columns}) == (Kind.COMPATIBLE, {What.MOVED})


def test_values_that_fit_keep_the_type() -> None:
    table, load = [column("a", T.DECIMAL, (18, 2))], [column("a", T.INTEGER)]
    assert joined(table, load, {"a": True})[0].kind is Kind.NONE
    change, (wide,) = joined(table, load, {"a": False})
    assert (change.kind, wide.precision, wide.scale) == (Kind.COMPATIBLE, 21, 2)
