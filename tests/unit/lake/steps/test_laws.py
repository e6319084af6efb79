"""What the steps must keep to, whatever the rows are."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.lake.steps.making import KEY, made, numbered

FEW = settings(max_examples=25)
AGES = st.lists(st.one_of(st.none(), st.integers(-5, 60)), min_size=1, max_size=60)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


def _people(ages: list[int | None]) -> dict[str, Any]:
    places = ["3400 AB", "3401 AB", "3511 XZ", None]
    return {
        "leeftijd": pa.array(ages, pa.int64()),
        "postcode": pa.array([places[n * 7 % 4] for n in range(len(ages))], pa.string()),
        "ziekte": pa.array([f"z{n % 3}" for n in range(len(ages))], pa.string()),
    }


@FEW
@given(AGES, st.integers(2, 7), st.sampled_from([0, 5, 100]), st.booleans())
def test_every_group_of_a_k_anonymous_table_has_k_rows(ages: Any, k: int, percent: int, ladders: bool) -> None:
    rungs = {"leeftijd": [{"to": "range", "width": 5}, {"to": "range", "width": 50}], "postcode": [{"to": "postcode2"}]}
    step = {"do": "k_anonymise", "columns": ["leeftijd", "postcode"], "k": k, "sensitive": "ziekte",
            "most_percent": percent, "ladders": rungs if ladders else {}}  # fmt: skip
    told, table, _bytes = made(_people(ages), [step])
    rows = table.to_pylist()
    groups = Counter((row["leeftijd"], row["postcode"]) for row in rows)
    assert all(size >= k for size in groups.values())
    figures = told["figures"]
    assert figures["left_out"] == len(ages) - len(rows)
    assert figures["after"]["groups"] == len(groups)
    assert figures["after"]["smallest"] == min(groups.values(), default=0)
    values: dict[Any, set[str]] = defaultdict(set)
    for row in rows:
        values[row["leeftijd"], row["postcode"]].add(row["ziekte"])
    assert figures["after"]["least_values"] == min(map(len, values.values()), default=0)


@FEW
@given(st.lists(st.tuples(TEXTS, st.one_of(st.none(), TEXTS)), min_size=1, max_size=30))
def test_pseudonyms_are_equal_just_when_the_values_are(pairs: list[tuple[str, str | None]]) -> None:
    one, other = zip(*pairs, strict=True)
    columns = numbered({"een": pa.array(one, pa.string()), "ander": pa.array(other, pa.string())})
    step = {"do": "pseudonymise", "columns": ["een", "ander"]}
    _told, table, _bytes = made(columns, [step])
    before = [value for pair in pairs for value in pair]
    after = [value for row in table.to_pylist() for value in (row["een"], row["ander"])]
    for value, pseudonym in zip(before, after, strict=True):
        assert (value is None) == (pseudonym is None)
    filled = [(v, p) for v, p in zip(before, after, strict=True) if v is not None]
    assert len({v for v, _ in filled}) == len({p for _, p in filled}) == len(set(filled))
    again = made(columns, [step], key="00" * 32)[1].to_pylist()
    assert all(row["een"] != new["een"] for row, new in zip(table.to_pylist(), again, strict=True))
    assert KEY not in str(_told)


@FEW
@given(AGES, st.lists(st.decimals(-999, 999, places=2), min_size=60, max_size=60))
def test_an_aggregate_that_leaves_nothing_out_keeps_the_sums(ages: Any, amounts: list[Decimal]) -> None:
    columns = _people(ages) | {"bedrag": pa.array(amounts[: len(ages)], pa.decimal128(10, 2))}
    measures = [{"name": "aantal", "of": "count"}, {"name": "som", "of": "sum", "column": "bedrag"}]
    step = {"do": "aggregate", "by": ["postcode"], "measures": measures, "least": 1}
    told, table, _bytes = made(columns, [step])
    rows = table.to_pylist()
    assert sum(row["aantal"] for row in rows) == len(ages)
    assert sum(row["som"] for row in rows) == sum(amounts[: len(ages)])
    assert told["figures"]["left_out"] == 0


@FEW
@given(AGES, st.integers(2, 9))
def test_an_aggregate_shows_no_group_below_its_least(ages: Any, least: int) -> None:
    step = {"do": "aggregate", "by": ["leeftijd"], "measures": [{"name": "n", "of": "count"}], "least": least}
    told, table, _bytes = made(_people(ages), [step])
    sizes = Counter(ages)
    assert {row["leeftijd"]: row["n"] for row in table.to_pylist()} == {a: n for a, n in sizes.items() if n >= least}
    assert told["figures"]["left_out"] == sum(n for n in sizes.values() if n < least)
    assert told["figures"]["after"].get("smallest", 0) == min((n for n in sizes.values() if n >= least), default=0)


@FEW
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40, unique=True))
def test_nothing_of_a_dropped_column_is_left_in_the_file(numbers: list[int]) -> None:
    secrets = [f"geheim-{n:010d}" for n in numbers]
    told, table, content = made({"geheim": secrets, "n": numbers}, [{"do": "drop", "columns": ["geheim"]}])
    assert table.column_names == ["n"]
    assert b"geheim" not in content
    assert told["figures"]["removed"] == ["geheim"]


@FEW
@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=30), st.sampled_from([1, 5, 10, 1000]))
def test_whole_numbers_are_rounded_and_ranged_exactly(numbers: list[int], step: int) -> None:
    rounded = made(numbered({"n": numbers}), [{"do": "round", "column": "n", "nearest": step}])[1]["n"].to_pylist()
    assert all(abs(new - old) * 2 <= step and new % step == 0 for old, new in zip(numbers, rounded, strict=True))
    ranged = made(numbered({"n": numbers}), [{"do": "generalise", "column": "n", "to": "range", "width": step}])[1][
        "n"
    ].to_pylist()
    assert ranged == [f"{n // step * step}-{n // step * step + step - 1}" for n in numbers]
