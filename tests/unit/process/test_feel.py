"""FEEL: what expressions give, what is no FEEL, and that nothing runs away."""

import string
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid
from sluis.process.feel import (
    Budget,
    BudgetExceeded,
    FeelFault,
    YearsMonths,
    compile_expression,
    compile_unary_tests,
    from_python,
    to_json,
)
from sluis.process.feel.functions import FUNCTIONS
from sluis.process.feel.temporal import read_moment, written
from sluis.process.feel.writing import to_text


def value(text, **scope):
    return compile_expression(text).evaluate(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("-2 ** 2", 4),
        ("1 / 0", None),
        ("0.1 + 0.2 = 0.3", True),
        ('1 = "1"', None),
        ("null = null", True),
        ("1 = null", False),
        ("true and null", None),
        ("false and null", False),
        ("null or true", True),
        ('if null then "a" else "b"', "b"),
        ("5 between 1 and 5 and true", True),
        ("5 in (1..5)", False),
        ("5 in [1..5]", True),
        ("5 in (< 3, > 4)", True),
        ("(((((((((((((((((((1)))))))))))))))))))", 1),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in 1..2, j in [10, 20] return i + j", [11, 21, 12, 22]),
        ("for i in 1..4 return if i = 1 then 1 else sum(partial)", [1, 1, 2, 4]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[{a: 1, b: 2}, {a: 3, b: 4}][a > 1].b", [4]),
        ("{a: 1, b: a + 1}.b", 2),
        ('{"a-b": 1}.a-b', 1),
        ("(function(a, b) a - b)(b: 1, a: 3)", 2),
        ('substring(string: "hello", start position: 2)', "ello"),
        ('date("2020-01-31") + duration("P1M")', date(2020, 2, 29)),
        ('date("2021-03-01") - date("2021-02-01")', timedelta(28)),
        ('@"2021-03-01T12:00:00Z".weekday', 1),
        ('years and months duration(date("2020-01-15"), date("2021-01-14"))', YearsMonths(11)),
        ('matches("kenteken 12-AB-34", "[0-9]{2}-[A-Z]{2}-[0-9]{2}")', True),
        ('replace("a1b22", "([0-9]+)", "<$1>")', "a<1>b<22>"),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
        ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
        ('"a" instance of string', True),
        ("[1, 2] instance of list<number>", True),
        ("null instance of number", False),
        ("1 // a remark\n + /* another */ 1", 2),
        ('"\\u00e9\\n"', "é\n"),
        ("unknown name + 1", None),
        ('string([1.50, "a", null])', '[1.5, "a", null]'),
    ],
)
def test_an_expression_gives_what_the_standard_says(text, expected):
    assert value(text) == from_python(expected)


def test_names_may_have_spaces_signs_and_keywords():
    assert value("Monthly Salary * 12", **{"Monthly Salary": 2}) == 24
    names = {"a-b": 5, "a": 1, "b": 2, "years in service": 7}
    assert compile_expression("a-b", names).evaluate(names) == 5
    assert compile_expression("a - b", {"a", "b"}).evaluate(names) == -1
    assert compile_expression("years in service + 1", names).evaluate(names) == 8


def test_an_expression_knows_which_names_it_needs():
    text = "for i in xs return sum([i, y, {z: 1, w: z + v}.w])"
    assert compile_expression(text).names == {"xs", "y", "v"}


@pytest.mark.parametrize(
    ("cell", "passing", "failing"),
    [
        ("-", ["x", 1, None], []),
        ("", ["x", None], []),
        ('"open", "closed"', ["open"], ["Open", 1, None]),
        ('not("open", "closed")', ["else"], ["open", None]),
        ("< 5", [4], [5, "a", None]),
        ("[1..5)", [1, 4.9], [5, None]),
        ("(1..5], > 10", [5, 11], [1, 10]),
        ("? > 3 and ? < 5", [4], [3, 5, None]),
        ("null", [None], [0, ""]),
        ('null, "unknown"', [None, "unknown"], ["no"]),
        ("not(null)", [1], [None]),
        ("true", [True], [False, None]),
        ("false", [False], [True, None]),
        ("xs", [1, 2], [3, None]),
        ("limit", [7], [6, None]),
        ("missing", [], [1, None]),
        ("!= 5", [4], [5, None]),
    ],
)
def test_a_cell_passes_what_it_says_and_a_missing_value_only_when_it_says_so(cell, passing, failing):
    tests = compile_unary_tests(cell)
    scope = {"xs": [1, 2], "limit": 7}
    assert [one for one in passing if not tests.passes(one, scope)] == []
    assert [one for one in failing if tests.passes(one, scope)] == []


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 +", 4),
        ("(1", 3),
        ('"open', 1),
        ("a ? b : c", 3),
        ("[1, 2", 6),
        ("if a then b", 12),
        ('@"no moment"', 1),
        ("{a: 1, a: 2}", 8),
        ('function(x) external {java: {class: "java.lang.Runtime"}}', 13),
        ("1 2", 3),
        ("", 1),
    ],
)
def test_what_is_no_feel_says_where(text, position):
    with pytest.raises(FeelFault) as caught:
        compile_expression(text)
    assert caught.value.position == position
    assert "{" not in caught.value.detail()


def test_a_text_that_nests_without_end_is_refused():
    for text in (
        "(" * 5000,
        "[" * 5000,
        "-" * 5000 + "1",
        "not(" * 500,
        "a" + "[1]" * 5000,
        "if " * 5000,
        "1+" * 60_000,
    ):
        with pytest.raises(FeelFault):
            compile_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..1000000000 return i",
        "count(for i in 1..1000, j in 1..1000, k in 1..1000 return 1)",
        "some i in 1..1000000000 satisfies i < 0",
        "{f: function(n) f(n + 1), r: f(1)}.r",
        "(function(f) f(f))(function(f) f(f))",
        'string join(for i in 1..200000 return "aaaaaaaaaaaaaaaaaaaa")',
        "[" + "1, " * 999 + "1][count(for i in 1..1000000 return i) > 1]",
        "{a: [1, 1], b: [a, a], c: [b, b], d: [c, c], e: [d, d], f: [e, e], g: [f, f], h: [g, g], i: [h, h], "
        "j: [i, i], k: [j, j], l: [k, k], m: [l, l], n: [m, m], o: [n, n], p: [o, o], q: [p, p], r: [q, q], "
        "s: [r, r], t: [s, s], u: [t, t], v: [u, u]}",
        "distinct values(for i in 1..20000 return i)",
    ],
)
def test_nothing_runs_longer_than_its_budget(text):
    with pytest.raises(BudgetExceeded):
        value(text)


def test_a_pattern_cannot_run_away():
    assert value(f'matches("{"a" * 5000}b", "^(a+)+$")') is False
    assert value(r'matches("aa", "(a)\\1")') is None
    assert value('replace("abc", "(?=b)", "x")') is None


def test_python_is_out_of_reach():
    class Secret:
        token = "secret"

    with pytest.raises(Invalid):
        value("x.token", x=Secret())
    for text in ("x.__class__", "x.upper", "__import__", 'x["__class__"]', "x.items", "print", "now.call", "sum.name"):
        assert value(text, x="a") in (None, [], FUNCTIONS.get(text))
    assert value("x.keys", x={"a": 1}) is None


def test_numbers_keep_to_decimal128():
    assert value("1 / 3") == Decimal("0.3333333333333333333333333333333333")
    assert value("10 ** 6145") is None
    with pytest.raises(FeelFault):
        compile_expression("1e999999999")


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**20), 10**20)
        | st.text(max_size=8)
        | st.decimals(-1000, 1000, places=3),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=5), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_a_value_written_as_feel_reads_back_as_itself(python):
    known = from_python(python)
    if known is None or not isinstance(known, list | dict):
        known = [known]
    keywords = {"for", "in", "if", "or", "and", "of", "some", "null", "true", "then", "else", "false", "every"}
    text = to_text(known, Budget())
    if not any(f"{word}:" in text for word in keywords):
        assert value(text) == known
    assert to_json(known) is not None


@given(
    st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas(timedelta(-10_000), timedelta(10_000))
    | st.integers(-100_000, 100_000).map(YearsMonths)
)
def test_a_moment_written_reads_back_as_itself(moment):
    if isinstance(moment, date | datetime | time | timedelta | YearsMonths):
        assert read_moment(written(moment)) == moment


_WORDS = st.sampled_from([
    "1", "0", "2.5", '"a"', "'a'", "null", "true", "false", "x", "y", "xs", "?", "+", "-", "*", "/", "**", "=", "!=",
    "<", "<=", ">", ">=", "and", "or", "not(", "(", ")", "[", "]", "{", "}", ":", ",", ".", "..", "if", "then", "else",
    "for", "in", "return", "some", "every", "satisfies", "between", "instance", "of", "function", "external", "number",
    "list<number>", "item", "partial", "sum(", "count(", "sort(", "matches(", "string(", '@"2020-01-01"', '@"P1D"',
    "date(", "//", "/*", "*/", "\\", '"', "@", "#", "é", "🐎", "_",
])  # fmt: skip
_SCOPE = {"x": 1, "y": "a", "xs": [1, 2, {"x": 3}]}


@settings(max_examples=500)
@given(st.lists(_WORDS, max_size=25).map(" ".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused_and_whatever_is_read_ends(text):
    """Threat 52."""
    places: list[int] = []
    for compiled in (compile_expression, compile_unary_tests):
        try:
            found = compiled(text)
        except FeelFault as fault:
            places.append(fault.position)
            continue
        try:
            if compiled is compile_expression:
                to_json(found.evaluate(_SCOPE, budget=Budget(steps=10_000)))
            else:
                found.passes(1, _SCOPE, budget=Budget(steps=10_000))
        except BudgetExceeded:
            pass
    assert all(1 <= place <= len(text) + 1 for place in places)


_MOMENTS = ('@"2020-02-29"', '@"PT1H"', '@"P1Y"', '@"10:00:00Z"')
_OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or")
_TREES = st.recursive(
    st.sampled_from(["1", "2.5", '"a"', "null", "true", "x", "y", "xs", *_MOMENTS]),
    lambda e: st.one_of(
        st.builds(
            "({} {} {})".format,
            e,
            st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or"]),
            e,
        ),
        st.builds("(if {} then {} else {})".format, e, e, e),
        st.builds("[{}, {}]".format, e, e),
        st.builds("{{a: {}, b: a}}".format, e),
        st.builds("({})[{}]".format, e, e),
        st.builds("({}).{}".format, e, st.sampled_from(["a", "year", "hour", "days", "start", "x"])),
        st.builds("(for i in {} return [i, {}])".format, e, e),
        st.builds("(some i in {} satisfies i = {})".format, e, e),
        st.builds("({} in [{}..{}])".format, e, e, e),
        st.builds("({} between {} and {})".format, e, e, e),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), e),
        st.builds("{}({}, {})".format, st.sampled_from(sorted(FUNCTIONS)), e, e),
        st.builds("{}({}, {}, {})".format, st.sampled_from(sorted(FUNCTIONS)), e, e, e),
        st.builds("(-{})".format, e),
    ),
    max_leaves=15,
)


@settings(max_examples=500)
@given(_TREES)
def test_every_well_formed_expression_has_a_value_or_runs_out_of_budget(text):
    try:
        found = compile_expression(text).evaluate(_SCOPE, budget=Budget(steps=20_000))
        to_json(found, Budget())
    except (BudgetExceeded, FeelFault):
        pass


@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2))
def test_arithmetic_is_that_of_decimals(a, b):
    assert value("a + b - b = a", a=a, b=b) is True
    assert value("a * b = b * a", a=a, b=b) is True
    assert value("a < b or b < a or a = b", a=a, b=b) is True
