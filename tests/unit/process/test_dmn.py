"""Decision models: what they give, which rules matched, and why there is no answer."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.process.models import decision, input_data, item, literal, model, table

from sluis.kernel.errors import NotFound
from sluis.process.dmn import ModelRefused, read
from sluis.process.feel import Budget, BudgetExceeded


def evaluated(xml, inputs, name="Result"):
    return read(xml).evaluate(name, inputs)


def simple(rules, *, policy="UNIQUE", aggregation="", outputs=("",), **more):
    """A model with a table over a text `kind` and a number `size`."""
    return model(
        input_data("kind", "string"),
        input_data("size", "number"),
        decision(
            "Result",
            table(("kind", "size"), outputs, rules, policy=policy, aggregation=aggregation, **more),
            needs=("kind", "size"),
        ),
    )


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected", "matched"),
    [
        ("FIRST", "", 1, (1,)),
        ("UNIQUE", "", None, (1, 2, 3)),
        ("ANY", "", None, (1, 2, 3)),
        ("RULE ORDER", "", [1, 5, 3], (1, 2, 3)),
        ("COLLECT", "", [1, 5, 3], (1, 2, 3)),
        ("COLLECT", "SUM", 9, (1, 2, 3)),
        ("COLLECT", "MIN", 1, (1, 2, 3)),
        ("COLLECT", "MAX", 5, (1, 2, 3)),
        ("COLLECT", "COUNT", 3, (1, 2, 3)),
        ("PRIORITY", "", 5, (1, 2, 3)),
        ("OUTPUT ORDER", "", [5, 3, 1], (1, 2, 3)),
    ],
)
def test_each_hit_policy_chooses_among_the_rules_that_match(policy, aggregation, expected, matched):
    rules = [('"a"', "-", "1"), ("-", "> 5", "5"), ("-", "-", "3"), ('"b"', "-", "2")]
    found = evaluated(
        simple(rules, policy=policy, aggregation=aggregation, allowed="5, 3, 1"), {"kind": "a", "size": 10}
    )
    assert found.value == expected
    assert found.matched == {"Result": matched}
    assert [fault.code for fault in found.faults] == {"UNIQUE": ["dmn.not-unique"], "ANY": ["dmn.not-any"]}.get(
        policy, []
    )


def test_a_missing_value_matches_only_the_dash_and_a_cell_that_says_null():
    rules = [('not("a")', "-", '"open"'), ("-", "> 5", '"open"'), ("null", "null", '"ask"')]
    for inputs in ({}, {"kind": None}, {"size": None}):
        assert evaluated(simple(rules), inputs).value == "ask"
    found = evaluated(simple(rules[:2]), {})
    assert found.value is None
    assert [fault.code for fault in found.faults] == ["dmn.no-rule"]


def test_several_outputs_are_a_context_and_a_default_stands_in():
    rules = [('"a"', "-", '"x"', "size + 1")]
    xml = simple(rules, outputs=("first", "second"), defaults=('"none"', "0"))
    assert evaluated(xml, {"kind": "a", "size": 1}).value == {"first": "x", "second": Decimal(2)}
    assert evaluated(xml, {"kind": "b"}).value == {"first": "none", "second": Decimal(0)}


def test_an_input_is_read_as_its_type_asks_and_another_kind_is_told():
    xml = model(
        input_data("day", "date"),
        item("tKind", "string", allowed='"a", "b"'),
        input_data("kind", "tKind"),
        decision("Result", literal('if kind = null then day else day + @"P1D"'), needs=("day", "kind")),
    )
    assert evaluated(xml, {"day": "2026-11-25", "kind": "a"}).value == date(2026, 11, 26)
    wrong = evaluated(xml, {"day": 5, "kind": "c"})
    assert wrong.value is None
    assert [fault.code for fault in wrong.faults] == ["dmn.wrong-type", "dmn.not-allowed"]
    assert "day" in wrong.faults[0].text()
    assert "{" not in wrong.faults[0].text() + wrong.faults[1].text()


def test_decisions_build_on_each_other_and_on_functions():
    function = (
        '<businessKnowledgeModel id="f" name="twice"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
        "<literalExpression><text>n * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    xml = model(
        input_data("size", "number"),
        function,
        decision("Double size", literal("twice(size)"), needs=("size",), knowledge=("f",)),
        decision("Result", literal("Double size + 1"), needs=("Double size",)),
    )
    found = read(xml)
    assert found.evaluate("Result", {"size": 3}).value == 7
    assert found.evaluate("twice", {"n": 4}).value == 8
    assert found.inputs("Result") == ("size",)
    with pytest.raises(NotFound, match="Double size, Result"):
        found.evaluate("Nothing", {})


@pytest.mark.parametrize(
    ("xml", "code", "element"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "xml.doctype", "definitions"),
        (b"<x>", "xml.broken", "definitions"),
        (b"<x/>", "dmn.not-dmn", "definitions"),
        (model("<!-- " + "x" * 11_000_000 + " -->"), "xml.too-big", "definitions"),
        (
            model("<decision id='d' name='D'>" + "<list>" * 150 + "</list>" * 150 + "</decision>"),
            "xml.too-deep",
            "definitions",
        ),
        (model("<import name='other' namespace='x' importType='y'/>"), "dmn.import", ""),
        (
            model(
                decision(
                    "D", "<literalExpression id='e' expressionLanguage='javascript'><text>1</text></literalExpression>"
                )
            ),
            "dmn.script",
            "e",
        ),
        (model(decision("D", "<literalExpression id='e'><text>1 +</text></literalExpression>")), "feel.syntax", "e"),
        (
            model(
                "<businessKnowledgeModel id='b' name='B'><encapsulatedLogic id='l' kind='Java'><literalExpression>"
                "<text>1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
            ),
            "dmn.external",
            "l",
        ),
        (
            model(decision("D", literal("1"), needs=("gone",))),
            "dmn.no-target",
            "D",
        ),
        (
            model(
                decision("A", literal("B"), needs=("B",)),
                decision("B", literal("A"), needs=("A",)),
            ),
            "dmn.cycle",
            "A",
        ),
        (simple([('"a"', "1", "2", "3")]), "dmn.table-shape", "r1"),
        (simple([('"a"', "1", "2")], policy="SOME"), "dmn.hit-policy", "t"),
    ],
)
def test_what_cannot_run_is_refused_naming_the_element(xml, code, element):
    with pytest.raises(ModelRefused) as caught:
        read(xml)
    assert code in [fault.code for fault in caught.value.model_faults]
    assert element in [fault.element for fault in caught.value.model_faults]
    assert "{" not in caught.value.detail() + "".join(fault.text() for fault in caught.value.faults)


def test_a_model_that_is_being_made_runs_as_far_as_it_goes():
    xml = model(
        decision("Good", literal("1")),
        decision("Bad", literal("1 +")),
        decision("Worse", literal("Bad"), needs=("Bad",)),
    )
    found = read(xml, partly=True)
    assert found.evaluate("Good", {}).value == 1
    for name in ("Bad", "Worse"):
        with pytest.raises(ModelRefused):
            found.evaluate(name, {})


def test_a_model_keeps_to_its_budget():
    xml = model(decision("D", literal("count(for i in 1..1000000 return i)")))
    with pytest.raises(BudgetExceeded):
        read(xml).evaluate("D", {})
    rules = [(f'"{number}"', "-", "1") for number in range(100)]
    with pytest.raises(BudgetExceeded):
        read(simple(rules)).evaluate("Result", {"kind": "x"}, budget=Budget(steps=50))


def test_a_long_chain_of_decisions_ends_in_an_answer_or_a_refusal():
    parts = [decision("D0", literal("0"))]
    for number in range(1, 3000):
        text = literal(f"D{number - 1} + 1")
        parts.append(decision(f"D{number}", text, needs=(f"D{number - 1}",)))
    found = read(model(*parts))
    assert found.evaluate("D40", {}).value == 40
    with pytest.raises(BudgetExceeded):
        found.evaluate("D2999", {})
