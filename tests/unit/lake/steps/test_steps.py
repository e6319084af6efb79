"""Steps one by one: what they make of values, and what they refuse."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.lake.steps.making import made, numbered

from sluis.kernel.errors import Invalid
from sluis.lake.steps.types import MOST_STEPS, read


@pytest.mark.parametrize(
    ("values", "how", "expected"),
    [
        ([0, 9, 10, None, -1], {"to": "range", "width": 10}, ["0-9", "0-9", "10-19", None, "-10--1"]),
        ([Decimal("2.50"), Decimal("-0.01")], {"to": "range", "width": 2.5}, ["[2.5, 5.0)", "[-2.5, 0.0)"]),
        ([0.3, float("inf")], {"to": "range", "width": 1}, ["[0, 1)", None]),
        ([date(2024, 5, 31), None], {"to": "month"}, ["2024-05", None]),
        ([datetime(2024, 5, 31, 12, tzinfo=UTC)], {"to": "quarter"}, ["2024-K2"]),
        ([date(2024, 5, 31)], {"to": "year"}, [2024]),
        (["3401 ab", "3401AB", "3401", "Straat 1", None], {"to": "postcode4"}, ["3401", "3401", "3401", None, None]),
        (["3401 AB", "0001 AB", "34012AB"], {"to": "postcode2"}, ["34", None, None]),
        (["arts", "boer", None], {"to": "mapping", "mapping": {"arts": "zorg"}}, ["zorg", None, None]),
        (["arts", "b'oer"], {"to": "mapping", "mapping": {"b'oer": "land"}, "other": "anders"}, ["anders", "land"]),
    ],
)
def test_a_value_becomes_coarser_or_empty_and_never_stays(values: Any, how: dict[str, Any], expected: Any) -> None:
    table = made(numbered({"w": values}), [{"do": "generalise", "column": "w", **how}])[1]
    assert table["w"].to_pylist() == expected


@pytest.mark.parametrize(
    ("values", "nearest", "expected"),
    [
        ([149, 150, -149, None], 100, [100, 200, -100, None]),
        ([Decimal("12.34"), Decimal("12.35")], "0.1", [Decimal("12.3"), Decimal("12.4")]),
        ([0.1 + 0.2], 0.1, [0.3]),
    ],
)
def test_numbers_are_rounded_to_a_multiple(values: Any, nearest: Any, expected: Any) -> None:
    table = made(numbered({"n": values}), [{"do": "round", "column": "n", "nearest": nearest}])[1]
    assert table["n"].to_pylist() == expected


def test_a_ladder_is_climbed_only_as_far_as_needed() -> None:
    ages = [20 + n % 10 for n in range(40)]
    step = {"do": "k_anonymise", "columns": ["leeftijd"], "k": 5, "most_percent": 0, "ladders": {
        "leeftijd": [{"to": "range", "width": 2}, {"to": "range", "width": 10}]}}  # fmt: skip
    told, table, _ = made({"leeftijd": ages}, [step])
    assert told["figures"]["climbed"] == {"leeftijd": 1}
    assert set(table["leeftijd"].to_pylist()) == {"20-21", "22-23", "24-25", "26-27", "28-29"}
    assert (told["figures"]["before"]["smallest"], told["figures"]["after"]["smallest"]) == (4, 8)


def test_rows_that_stay_alone_are_left_out_and_counted() -> None:
    told, table, _ = made({"leeftijd": [30] * 6 + [99], "n": range(7)},
                          [{"do": "k_anonymise", "columns": ["leeftijd"], "k": 3}])  # fmt: skip
    assert table["leeftijd"].to_pylist() == [30] * 6
    figures = told["figures"]
    assert (figures["left_out"], figures["before"]["unique"], figures["after"]["unique"]) == (1, 1, 0)


def test_steps_follow_each_other_and_the_way_back_goes_through_them() -> None:
    columns = {"naam": ["a", "b", "c"], "pc": ["3400 AB", "3400 AC", "3401 AB"], "n": [1, 2, 3]}
    steps = [
        {"do": "pseudonymise", "columns": ["naam"]},
        {"do": "generalise", "column": "pc", "to": "postcode4"},
        {"do": "aggregate", "by": ["pc"], "least": 1,
         "measures": [{"name": "som", "of": "sum", "column": "n"}, {"name": "hoeveel", "of": "count"}]},
    ]  # fmt: skip
    told, table, _ = made(columns, steps, "SELECT naam, pc, n * 2 AS n FROM t")
    assert sorted(map(tuple, (row.values() for row in table.to_pylist()))) == [("3400", 6, 2), ("3401", 6, 1)]
    assert told["lineage"] == {"pc": [("t", "pc")], "som": [("t", "n")],
                               "hoeveel": [("t", "naam"), ("t", "pc"), ("t", "n")]}  # fmt: skip
    assert [(c["name"], c["title"], c["type"]) for c in told["columns"]] == [
        ("pc", "Pc", "text"), ("som", "som", "integer"), ("hoeveel", "hoeveel", "integer")
    ]  # fmt: skip


def test_a_column_may_bear_any_name() -> None:
    """Also those that the steps use themselves."""
    names = ["v0", "rows", "begin", "n", "groups", "key", "t", "after_1", "pseudonym", "values"]
    columns = {name: [f"{name}{n}" for n in (1, 1, 2, 2)] for name in names}
    steps = [{"do": "pseudonymise", "columns": ["rows"]},
             {"do": "k_anonymise", "columns": names[:4], "k": 2, "sensitive": "key"}]  # fmt: skip
    told, table, _ = made(columns, steps)
    assert (table.column_names, table.num_rows) == (names, 4)
    assert told["figures"]["after"]["smallest"] == 2


def test_tests_look_at_what_was_made_and_what_it_was_made_of() -> None:
    every = "SELECT 1 WHERE (SELECT count(*) FROM t) <> (SELECT count(*) FROM uitkomst)"
    tests = [
        {"name": "te jong", "sql": "SELECT * FROM uitkomst WHERE n < 18"},
        {"name": "alles er", "sql": every},
    ]
    told, _, _ = made({"n": [3, 40]}, [], tests=tests)
    assert told["failed"] == [{"name": "te jong", "rows": 1}]
    with pytest.raises(Invalid) as wrong:
        made({"n": [1]}, [], tests=[{"name": "fout", "sql": "SELECT * FROM elders"}])
    assert wrong.value.code == "transformation.test-sql"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT random() AS r FROM t",
        "SELECT now() AS nu FROM t",
        "SELECT * FROM t USING SAMPLE 1",
        "SELECT current_date AS d",
    ],
)
def test_sql_that_gives_another_answer_each_time_is_refused(sql: str) -> None:
    with pytest.raises(Invalid) as refused:
        made({"n": [1]}, [], sql)
    assert refused.value.code == "transformation.changeable"


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM read_csv('/etc/passwd')", "SELECT _pseudonym('a') AS p", "DROP TABLE t"]
)
def test_the_judge_of_questions_judges_here_too(sql: str) -> None:
    with pytest.raises(Invalid) as refused:
        made({"n": [1]}, [], sql)
    assert refused.value.code.startswith("sql.")


@pytest.mark.parametrize(
    "step",
    [
        {"do": "weg"}, "drop", {"do": "drop"}, {"do": "drop", "columns": "n"}, {"do": "drop", "columns": ["n"], "k": 5},
        {"do": "round", "column": "n", "nearest": 0}, {"do": "round", "column": "n", "nearest": "NaN"},
        {"do": "generalise", "column": "n", "to": "dag"}, {"do": "generalise", "column": "n", "to": "range"},
        {"do": "generalise", "column": "n", "to": "mapping", "mapping": {}},
        {"do": "k_anonymise", "columns": ["n"], "k": 1}, {"do": "k_anonymise", "columns": ["n"], "k": True},
        {"do": "k_anonymise", "columns": ["n"], "sensitive": "n"},
        {"do": "k_anonymise", "columns": ["n"], "ladders": {"m": []}},
        {"do": "aggregate", "by": ["n"], "measures": []},
        {"do": "aggregate", "by": ["n"], "measures": [{"name": "n", "of": "count"}]},
        {"do": "aggregate", "by": [], "measures": [{"name": "Naam met spatie", "of": "count"}]},
    ],
)  # fmt: skip
def test_a_step_that_is_none_is_refused_with_its_number(step: Any) -> None:
    with pytest.raises(Invalid) as refused:
        read([{"do": "drop", "columns": ["a"]}, step])
    assert [(fault.field, fault.row) for fault in refused.value.faults] == [("steps", 2)]
    assert refused.value.faults[0].text()


def test_more_steps_than_anybody_writes_are_refused() -> None:
    with pytest.raises(Invalid):
        read([{"do": "drop", "columns": ["a"]}] * (MOST_STEPS + 1))
    with pytest.raises(Invalid):
        read({"do": "drop"})


@pytest.mark.parametrize(
    "steps",
    [
        [{"do": "drop", "columns": ["n", "naam"]}],
        [{"do": "drop", "columns": ["n"]}, {"do": "round", "column": "n", "nearest": 1}],
        [{"do": "round", "column": "naam", "nearest": 10}],
        [{"do": "generalise", "column": "naam", "to": "month"}],
        [{"do": "aggregate", "by": ["n"], "measures": [{"name": "s", "of": "sum", "column": "naam"}]}],
        [{"do": "k_anonymise", "columns": ["naam"], "ladders": {"naam": [{"to": "range", "width": 2}]}}],
    ],
)
def test_a_step_that_does_not_fit_the_table_is_refused_with_its_number(steps: Any) -> None:
    with pytest.raises(Invalid) as refused:
        made({"n": [1], "naam": ["x"]}, steps)
    assert (refused.value.code, refused.value.faults[0].row) == ("transformation.step", len(steps))


@pytest.mark.parametrize(
    "step",
    [
        {"do": "pseudonymise", "columns": ["nummer"]},
        {"do": "drop", "columns": ["nummer"]},
        {"do": "k_anonymise", "columns": ["plaats"], "k": 2},
    ],
    ids=["pseudonymise", "drop", "k_anonymise"],
)
def test_the_order_of_the_rows_does_not_tell_what_was_hidden(step: dict[str, Any]) -> None:
    """Two lists of the same people in another order give the same file."""
    nummer = list(range(1, 5001))
    columns = {"nummer": nummer, "plaats": [("Tiel", "Buren", "Ede")[n * 7919 % 3] for n in nummer]}
    turned = {name: values[::-1] for name, values in columns.items()}
    assert made(columns, [step])[2] == made(turned, [step])[2]


def test_without_steps_the_order_is_that_of_the_sql() -> None:
    rows = made({"nummer": [2, 3, 1]}, [], "SELECT nummer FROM t ORDER BY nummer DESC")[1]
    assert rows["nummer"].to_pylist() == [3, 2, 1]
