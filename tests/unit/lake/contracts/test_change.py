"""What a new version of a contract means for who uses the data: laws, and the ordinary cases."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.contracts.change import broken, kept, kind_of
from sluis.lake.contracts.types import Agreed, Change, Rule, Severity

COLUMNS = st.sampled_from(["a", "b", "c"])
BOUNDS = st.integers(-3, 3)


def _rule(kind: str, given: st.SearchStrategy[dict[str, Any]], *, column: bool = True) -> st.SearchStrategy[Rule]:
    severity = st.sampled_from(Severity)
    where = COLUMNS if column else st.just("")
    return st.builds(Rule, st.just(kind), st.just(kind), where, severity, given)


NUMBERS = st.fixed_dictionaries({"bound": BOUNDS, "type": st.just("integer")})
LENGTHS = st.fixed_dictionaries({"bound": st.integers(0, 4)})
COMPARED = st.one_of(
    st.tuples(
        st.sampled_from(["mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan",
                         "mustBeLessOrEqualTo"]),
        BOUNDS,
    ),
    st.tuples(st.sampled_from(["mustBeBetween", "mustNotBeBetween"]), st.sampled_from([[0, 1], [0, 3], [-1, 2]])),
)  # fmt: skip
VALID = st.lists(st.sampled_from("xyz"), min_size=1, max_size=3, unique=True)


def _metric(name: str, arguments: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda compare, percent, given: {
            "metric": name, "compare": compare[0], "bound": compare[1], "percent": percent, "arguments": given
        },
        COMPARED, st.booleans(), arguments,
    )  # fmt: skip


RULES = st.one_of(
    *(_rule(kind, NUMBERS) for kind in ("min", "max", "above", "below")),
    *(_rule(kind, LENGTHS) for kind in ("min_length", "max_length")),
    *(_rule(kind, st.just({})) for kind in ("column", "required", "unique")),
    _rule("type", st.fixed_dictionaries({"type": st.sampled_from(["number", "integer", "string"])})),
    _rule("multiple", st.fixed_dictionaries({"bound": st.sampled_from([1, 2, 3, 4, 6])})),
    _rule("key", st.fixed_dictionaries({"columns": st.lists(COLUMNS, min_size=1, unique=True)}), column=False),
    _rule("fresh", st.fixed_dictionaries({"property": st.just("latency"), "seconds": st.integers(1, 4)})),
    _rule("metric", _metric("nullValues", st.just({}))),
    _rule("metric", _metric("duplicateValues", st.just({}))),
    _rule("metric", _metric("invalidValues", st.fixed_dictionaries({"validValues": VALID}))),
    _rule("metric", _metric("rowCount", st.just({})), column=False),
)
CONTRACTS = st.lists(RULES, max_size=6).map(lambda rules: Agreed("t", ("t",), (), tuple(rules)))


@given(CONTRACTS)
def test_the_same_contract_changes_nothing(contract: Agreed) -> None:
    assert kind_of(contract, contract) is Change.NONE


@given(CONTRACTS, CONTRACTS, CONTRACTS)
def test_what_is_kept_over_two_versions_is_kept_in_one(first: Agreed, second: Agreed, third: Agreed) -> None:
    if Change.BREAKING not in (kind_of(first, second), kind_of(second, third)):
        assert kind_of(first, third) is not Change.BREAKING


@given(CONTRACTS, CONTRACTS)
def test_promising_more_never_breaks(first: Agreed, more: Agreed) -> None:
    both = Agreed("t", ("t",), (), (*first.rules, *more.rules))
    assert kind_of(first, both) is not Change.BREAKING


@given(CONTRACTS, RULES)
def test_leaving_a_promise_out_breaks_unless_the_rest_still_promises_it(rest: Agreed, rule: Rule) -> None:
    before = Agreed("t", ("t",), (), (*rest.rules, rule))
    promised = rule.severity is Severity.ERROR or rule.kind == "fresh"
    still = kept(rule, [one for one in rest.rules if one.severity is Severity.ERROR or one.kind == "fresh"])
    assert (kind_of(before, rest) is Change.BREAKING) == (promised and not still)
    assert bool(broken(before, rest)) == (promised and not still)


@given(RULES, RULES, st.integers(-6, 6))
def test_a_bound_that_counts_as_kept_lets_through_no_new_value(old: Rule, new: Rule, value: int) -> None:
    """Held against real values: what the new bound allows, the old one allowed."""
    allows = {
        "min": lambda bound: value >= bound, "above": lambda bound: value > bound,
        "max": lambda bound: value <= bound, "below": lambda bound: value < bound,
    }  # fmt: skip
    if old.kind in allows and new.kind in allows and kept(old, [new]):
        assert old.column == new.column
        assert allows[old.kind](old.given["bound"]) or not allows[new.kind](new.given["bound"])


def one(kind: str, column: str = "a", **given: Any) -> Rule:
    return Rule(kind, kind, column, given=given)


def metric(name: str, compare: str, bound: Any, **arguments: Any) -> Rule:
    return one("metric", metric=name, compare=compare, bound=bound, percent=False, arguments=arguments)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([one("required")], [], Change.BREAKING),
        ([], [one("required")], Change.COMPATIBLE),
        ([one("required")], [metric("nullValues", "mustBe", 0)], Change.NONE),
        ([metric("duplicateValues", "mustBe", 0)], [one("unique")], Change.NONE),
        ([one("required"), one("unique")], [one("key", "", columns=["a"])], Change.NONE),
        ([one("unique")], [one("key", "", columns=["a", "b"])], Change.BREAKING),
        ([one("type", type="number")], [one("type", type="integer")], Change.COMPATIBLE),
        ([one("type", type="integer")], [one("type", type="number")], Change.BREAKING),
        ([one("column")], [one("column", "b")], Change.BREAKING),
        ([one("max", bound=5, type="integer")], [one("max", bound=9, type="integer")], Change.BREAKING),
        ([one("max", bound=5, type="integer")], [one("below", bound=5, type="integer")], Change.COMPATIBLE),
        ([one("min", bound="2020-01-01", type="date")], [one("min", bound="2021-01-01", type="date")],
         Change.COMPATIBLE),
        ([metric("invalidValues", "mustBe", 0, validValues=["x"])],
         [metric("invalidValues", "mustBe", 0, validValues=["x", "y"])], Change.BREAKING),
        ([metric("invalidValues", "mustBe", 0, validValues=["x", "y"])],
         [metric("invalidValues", "mustBe", 0, validValues=["x"])], Change.COMPATIBLE),
        ([metric("rowCount", "mustBeGreaterThan", 0)], [metric("rowCount", "mustBeBetween", [1, 9])],
         Change.COMPATIBLE),
        ([one("pattern", pattern="^a")], [one("pattern", pattern="^b")], Change.BREAKING),
    ],
)  # fmt: skip
def test_ordinary_changes(before: list[Rule], after: list[Rule], kind: Change) -> None:
    assert kind_of(Agreed("t", ("t",), (), tuple(before)), Agreed("t", ("t",), (), tuple(after))) is kind


def test_a_rule_that_becomes_a_warning_is_no_promise_any_more() -> None:
    strict, mild = Rule("x", "required", "a"), Rule("x", "required", "a", Severity.WARNING)
    assert kind_of(Agreed("t", (), (), (strict,)), Agreed("t", (), (), (mild,))) is Change.BREAKING
    assert kind_of(Agreed("t", (), (), (mild,)), Agreed("t", (), (), ())) is Change.NONE
