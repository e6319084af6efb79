"""Query parameters become a typed request, or faults that name the parameter."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.kernel.errors import Fault, Invalid, SluisError
from sluis.lake.rows.cursor import Cursor, decode, encode
from sluis.lake.rows.parse import RESERVED, parse
from sluis.lake.rows.types import Box, Column, Compare, Empty, OneOf, Op, Selection, Sort
from sluis.lake.rows.values import read_exact, write

COLUMNS = [
    Column("naam", "text"),
    Column("aantal", "integer"),
    Column("bedrag", "decimal"),
    Column("maat", "number"),
    Column("open", "boolean"),
    Column("dag", "date"),
    Column("moment", "datetime"),
    Column("uur", "time"),
    Column("extra", "json"),
    Column("geometry", "geometry"),
    Column("limit", "integer"),
]
KEYS = [*RESERVED, *(c.name for c in COLUMNS), *(f"{c.name}__{o}" for c in COLUMNS for o in [*Op, "in", "empty", "or"])]
TEXTS = [
    "1",
    "-1",
    "1,5",
    "1e999",
    "nan",
    "ja",
    "2026-02-30",
    "31-3-2026",
    "0-0-0000",
    "9" * 40,
    "1,2,3,4",
    "-naam",
    "\ud800",
]


@settings(max_examples=400)
@given(
    st.lists(
        st.tuples(st.one_of(st.sampled_from(KEYS), st.text()), st.one_of(st.sampled_from(TEXTS), st.text())), max_size=6
    )
)
def test_parse_raises_nothing_but_our_own_errors(pairs: list[tuple[str, str]]) -> None:
    named = {key[:100] for key, _ in pairs}
    assert all(f.field in named and f.text() for f in _faults(pairs))


def _faults(pairs: list[tuple[str, str]]) -> tuple[Fault, ...]:
    try:
        parse(pairs, COLUMNS)
    except SluisError as error:
        return error.faults or (Fault("no fault named", field="?!"),)
    return ()


def test_every_kind_of_parameter() -> None:
    found = parse(
        [
            ("naam", "De Sluis"),
            ("aantal__gte", "11"),
            ("bedrag__lt", "1234,50"),
            ("dag__neq", "31-03-2026"),
            ("naam__in", "a,b"),
            ("naam__in", "c"),
            ("open__empty", "nee"),
            ("limit__eq", "3"),
            ("bbox", "4.3,51.9,4.5,52"),
            ("q", " brug "),
            ("sort", "-dag,naam"),
            ("limit", "50"),
            ("count", "true"),
            ("lang", "nl"),
        ],
        COLUMNS,
        ignore={"lang"},
    )
    assert found.selection == Selection(
        (
            Compare("naam", Op.EQ, "De Sluis"),
            Compare("aantal", Op.GTE, 11),
            Compare("bedrag", Op.LT, Decimal("1234.50")),
            Compare("dag", Op.NEQ, date(2026, 3, 31)),
            Empty("open", empty=False),
            Compare("limit", Op.EQ, 3),
            OneOf("naam", ("a", "b", "c")),
            Box(4.3, 51.9, 4.5, 52),
        ),
        "brug",
    )
    assert (found.sort, found.limit, found.count) == ((Sort("dag", descending=True), Sort("naam")), 50, True)


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("kleur", "rood", "naam, aantal"),
        ("aantal", "elf", "een geheel getal"),
        ("aantal", "9223372036854775808", "een geheel getal"),
        ("aantal__contains", "1", "eq, neq, lt"),
        ("extra", "x", "empty"),
        ("geometry__eq", "x", "empty"),
        ("dag", "2026-02-30", "een datum"),
        ("open", "misschien", "ja of nee"),
        ("limit", "0", "1 tot en met"),
        ("limit", "1000000", "1 tot en met"),
        ("sort", "extra", "Sorteren kan op: naam"),
        ("sort", "naam,-naam", "verschillende"),
        ("bbox", "1,2,3", "vier getallen"),
        ("bbox", "1,2,nan,4", "vier getallen"),
        ("bbox", "5,1,4,2", "vier getallen"),
        ("bboxCrs", "EPSG:3857", "EPSG:28992"),
        ("naam__in", "a," * 300, "hooguit 200"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(key: str, text: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse([(key, text)], COLUMNS)
    (fault,) = caught.value.faults
    assert fault.field == key
    assert says in fault.text()


def test_all_faults_come_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        parse([("x", "1"), ("aantal", "a"), ("limit", "0")], COLUMNS)
    assert [f.field for f in caught.value.faults] == ["x", "aantal", "limit"]


def test_conditions_have_a_limit() -> None:
    with pytest.raises(Invalid):
        parse([("naam__neq", str(i)) for i in range(31)], COLUMNS)


def test_a_box_needs_a_geometry() -> None:
    with pytest.raises(Invalid) as caught:
        parse([("bbox", "1,2,3,4")], COLUMNS[:3])
    assert caught.value.faults[0].field == "bbox"


VALUES = {
    "text": st.text(),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30),
    "number": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes(),
    "time": st.times(),
}


@given(st.sampled_from(sorted(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), st.none() | VALUES[kind])))
def test_a_cursor_comes_back_as_it_went(pair: tuple[str, object]) -> None:
    kind, value = pair
    sort = (Sort("x", descending=True),)
    cursor = Cursor((value,), 5, back=True)  # type: ignore[arg-type]
    assert decode(encode(cursor, sort), sort, {"x": Column("x", kind)}) == cursor
    if value is not None:
        assert read_exact(kind, str(write(value))) == value  # type: ignore[arg-type]
