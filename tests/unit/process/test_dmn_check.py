"""What is wrong with a decision model is found before it decides anything, and what is right passes."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.process.models import decision, input_data, item, literal, model, table

from sluis.process.dmn import check, read

TYPES = item("tKind", "string", allowed='"a", "b", "c"')


def faults(rules, *, policy="UNIQUE", kind="tKind", size="number", **more):
    xml = model(
        TYPES,
        input_data("kind", kind),
        input_data("size", size),
        decision("Result", table(("kind", "size"), ("",), rules, policy=policy, **more), needs=("kind", "size")),
    )
    return [(fault.code, fault.element, dict(fault.params)) for fault in check(xml)]


def codes(rules, **more):
    return [code for code, _, _ in faults(rules, **more)]


def test_a_table_that_covers_all_once_is_sound():
    assert faults([('"a"', "-", "1"), ('"b", "c"', "< 18", "2"), ('not("a")', ">= 18", "3")]) == []
    assert faults([('"a"', "[0..10)", "1"), ("-", "-", "2")], policy="FIRST") == []


def test_rules_of_a_unique_table_that_hold_together_are_named_with_an_example():
    found = faults([('"a"', "<= 18", "1"), ("-", ">= 18", "2"), ('not("a")', "< 18", "3")])
    assert found == [("dmn.overlap", "r2", {"first": 1, "second": 2, "example": 'kind = "a", size = 18'})]
    assert codes([("null", "-", "1"), ("-", "-", "2")]) == ["dmn.overlap"]


@pytest.mark.parametrize(
    ("rules", "example"),
    [
        ([('"a", "b"', "-", "1")], 'kind = "c", size = 0'),
        ([("-", "< 18", "1"), ("-", "> 18", "2")], "size = 18"),
        ([("-", "<= 18", "1"), ("-", ">= 19", "2")], "size = 18.5"),
        ([('"a"', "-", "1"), ('"b"', "-", "1"), ('"c"', "> 0", "1")], 'kind = "c", size = -1'),
        ([("null", "-", "1")], 'kind = "a", size = 0'),
    ],
)
def test_input_that_no_rule_is_for_is_named(rules, example):
    found = faults(rules)
    assert found[0][:2] == ("dmn.gap", "t")
    assert found[0][2]["example"] in (example, example.replace(", size = 0", ""))


def test_a_default_or_a_list_leaves_no_gap():
    assert codes([('"a"', "-", "1")], defaults=("0",)) == []
    assert codes([('"a"', "-", "1")], policy="COLLECT") == []
    assert codes([('"a"', "-", "1")], policy="RULE ORDER") == []
    assert codes([('"a"', "-", "1")], policy="PRIORITY", allowed="1, 2") == ["dmn.gap"]


def test_rules_of_an_any_table_may_overlap_when_they_agree():
    assert codes([("-", "-", "1"), ('"a"', "-", "1")], policy="ANY") == []
    assert codes([("-", "-", "1"), ('"a"', "-", "2")], policy="ANY") == ["dmn.overlap"]


def test_a_text_without_allowed_values_has_always_another_value():
    assert codes([('"a"', "-", "1"), ('"b"', "-", "2")], kind="string") == ["dmn.gap"]
    assert codes([('"a"', "-", "1"), ('not("a")', "-", "2")], kind="string") == []


def test_dates_and_conditions_on_the_value_are_cut_too():
    rules = [("-", '< @"2026-01-01"', "1"), ("-", '? >= date("2026-01-01") and ? < @"2027-01-01"', "2")]
    assert [code for code, _, _ in faults(rules, size="date")] == ["dmn.gap"]
    assert faults([*rules, ("-", '>= @"2027-01-01"', "3")], size="date") == []


def test_a_cell_that_depends_on_another_variable_is_given_the_benefit():
    assert codes([("-", "> 5", "1"), ("-", "<= limit", "2")]) == ["dmn.unknown-name"]
    xml = model(
        input_data("size", "number"),
        input_data("limit", "number"),
        decision("Result", table(("size",), ("",), [("> limit", "1"), ("<= limit", "2")]), needs=("size", "limit")),
    )
    assert check(xml) == ()


@pytest.mark.parametrize(
    ("rules", "more", "code", "element"),
    [
        ([('"a"', '"x"', "1"), ("-", "-", "1")], {"policy": "FIRST"}, "dmn.wrong-type", "r1c2"),
        ([('"a"', '< "x"', "1"), ("-", "-", "1")], {"policy": "FIRST"}, "dmn.wrong-type", "r1c2"),
        ([("1", "-", "1"), ("-", "-", "1")], {"policy": "FIRST"}, "dmn.wrong-type", "r1c1"),
        ([('"opne"', "-", "1"), ("-", "-", "1")], {"policy": "FIRST"}, "dmn.not-allowed", "r1c1"),
        ([("-", "-", '"x"')], {"output_type": "number"}, "dmn.wrong-type", "r1c3"),
        ([("-", "-", "3")], {"allowed": "1, 2"}, "dmn.not-allowed", "r1c3"),
        ([("-", "-", "1")], {"output_type": "tNone"}, "dmn.unknown-type", "o1"),
        ([("-", "-", "nothing")], {}, "dmn.unknown-name", "r1c3"),
        ([("other", "-", "1")], {}, "dmn.unknown-name", "r1c1"),
        ([("-", "1 2", "1")], {}, "feel.syntax", "r1c2"),
    ],
)
def test_wrong_types_values_and_names_are_told_by_cell(rules, more, code, element):
    assert (code, element) in [(found, where) for found, where, _ in faults(rules, **more)]


def test_names_are_known_from_what_the_decision_asks_for():
    good = decision("Result", literal("for one in [kind] return {a: one, b: a}.b"), needs=("kind",))
    bad = decision("Result", literal("kind + knid"), needs=("kind",))
    assert check(model(input_data("kind", "string"), good)) == ()
    assert [fault.params["name"] for fault in check(model(input_data("kind", "string"), bad))] == ["knid"]
    assert [fault.code for fault in check(model(input_data("kind", "tNone")))] == ["dmn.unknown-type"]


def test_a_decision_of_another_type_than_it_says_is_told():
    xml = model(decision("Result", literal('"x"'), kind="number"))
    assert [fault.code for fault in check(xml)] == ["dmn.wrong-type"]


def test_a_table_too_large_to_check_says_so():
    rules = [("-", f"[{number}..{number + 1})", "1") for number in range(2_000)]
    assert "dmn.too-complex" in codes(rules)


def test_whatever_is_no_model_is_a_list_of_faults():
    assert [fault.code for fault in check(b"")] == ["xml.broken"]
    assert [fault.code for fault in check(b"<!DOCTYPE a []><a/>")] == ["xml.doctype"]
    assert check(model()) == ()


_KINDS = st.sampled_from(["-", '"a"', '"b"', '"a", "c"', 'not("a")', 'not("b", "c")', "null"])
_SIZES = st.sampled_from(["-", "< 2", "<= 2", "2", "> 2", "[1..3]", "(1..3)", "not(2)", "< 1, > 3", "? > 1 and ? <= 3"])
_VALUES = [*product(["a", "b", "c"], [Decimal(one) / 2 for one in range(9)])]


@settings(max_examples=150)
@given(st.lists(st.tuples(_KINDS, _SIZES, st.just("1")), min_size=1, max_size=5))
def test_overlaps_and_gaps_are_those_that_trying_every_value_finds(rules):
    """Every half from 0 to 4 is tried for every kind; the cells cut at whole numbers from 1 to 3."""
    xml = model(
        TYPES,
        input_data("kind", "tKind"),
        input_data("size", "number"),
        decision("Result", table(("kind", "size"), ("",), rules), needs=("kind", "size")),
    )
    runs = [read(xml).evaluate("Result", {"kind": kind, "size": size}) for kind, size in _VALUES]
    hits = [len(run.matched["Result"]) for run in runs]
    found = [fault.code for fault in check(xml)]
    assert ("dmn.gap" in found) == (0 in hits)
    if max(hits) > 1:
        assert "dmn.overlap" in found
    if "dmn.overlap" in found and max(hits) < 2:
        assert any("null" in fault.params["example"] for fault in check(xml) if fault.code == "dmn.overlap")
