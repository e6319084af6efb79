"""The tables that come with Sluis: every case, every rule, and that what nobody knows never opens anything."""

from itertools import chain
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.process.policies import KEYS, cases, model

from sluis.process.dmn.cases import run_cases
from sluis.process.shipped import shipped

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
OURS = "{urn:nl:sluis:process:1}"


@pytest.mark.parametrize("key", KEYS)
def test_every_case_is_decided_as_it_must_be(key):
    tested = run_cases(model(key), cases(key))
    assert [(m.case.row, m.entry, m.expected, m.got, [f.text() for f in m.faults]) for m in tested.misses] == []
    assert tested.untouched == {}, "rules that no case reaches"
    assert tested.cases >= tested.rules


# --- what stands beside the rules -------------------------------------------------------------------------------


def roots() -> dict[str, ET.Element]:
    return {key: ET.parse(shipped("policies") / f"{key}.dmn").getroot() for key in KEYS}  # noqa: S314 - our own files


ROOTS = roots()


@pytest.mark.parametrize("key", KEYS)
def test_every_rule_says_why_in_two_languages_and_on_what_it_rests(key):
    for table in ROOTS[key].iter(DMN + "decisionTable"):
        notes = [note.get("name") for note in table.findall(DMN + "annotation")]
        reason = [output.get("name") for output in table.findall(DMN + "output")].count("reason")
        assert notes == ["Explanation", "Bron"] if reason else ["Uitleg", "Explanation", "Bron"]
        for rule in table.findall(DMN + "rule"):
            texts = [entry.findtext(DMN + "text") for entry in rule.findall(DMN + "annotationEntry")]
            assert len(texts) == len(notes), rule.get("id")
            assert all(texts), rule.get("id")
            if reason:
                assert rule.findall(DMN + "outputEntry")[-1].findtext(DMN + "text", "").strip('"'), rule.get("id")


@pytest.mark.parametrize("key", KEYS)
def test_every_name_has_two_languages(key):
    root = ROOTS[key]
    assert root.get("name")
    assert root.get(OURS + "name-en")
    for tag in ("decision", "inputData"):
        for element in root.findall(DMN + tag):
            assert element.get("label"), element.get("id")
            assert element.get(OURS + "label-en"), element.get("id")


@pytest.mark.parametrize("key", KEYS)
def test_the_diagram_shows_every_element(key):
    drawn = {shape.get("dmnElementRef") for shape in ROOTS[key].iter() if shape.tag.endswith(("DMNShape", "DMNEdge"))}
    there = {
        e.get("id")
        for tag in ("decision", "inputData", "decision/" + DMN + "informationRequirement")
        for e in ROOTS[key].findall(DMN + tag)
    }
    assert drawn == there


# --- any combination of answers ---------------------------------------------------------------------------------

YES_NO = ("yes", "no", "unknown")
GARBAGE = ("maybe", "", "OPEN", "ja")
LISTS = {
    "absoluteGrounds": [f"5.1.1{c}" for c in "abcde"],
    "relativeGrounds": [f"5.1.2{c}" for c in "abcdefghi"],
}


def columns_of(key: str) -> dict[str, tuple[str, ...]]:
    """Variable, or entry of one, → the values that some column allows."""
    found: dict[str, tuple[str, ...]] = {}
    decisions = {d.get("name") for d in ROOTS[key].findall(DMN + "decision")}
    for column in ROOTS[key].iter(DMN + "input"):
        name = column.findtext(f"{DMN}inputExpression/{DMN}text", "")
        allowed = column.findtext(f"{DMN}inputValues/{DMN}text")
        if name.replace(".", "").isalnum() and name not in decisions:
            values = tuple(part.strip().strip('"') for part in allowed.split(",")) if allowed else ()
            found[name] = values or found.get(name, ())
    return found


def answers(key: str, *, wild: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """What the process may hand in: known, "unknown" or missing; `wild` adds what no form would give."""
    variables = [data.get("name", "") for data in ROOTS[key].findall(DMN + "inputData")]
    known = columns_of(key)
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for variable in variables:
        entries = {n.partition(".")[2]: v for n, v in known.items() if n.startswith(variable + ".")}
        if entries:
            inner = {entry: of(entry, values, wild) for entry, values in entries.items()}
            fields[variable] = st.one_of(st.none(), st.fixed_dictionaries({}, optional=inner))
        else:
            fields[variable] = of(variable, known.get(variable, ()), wild)
    return st.fixed_dictionaries({}, optional=fields)


def of(name: str, values: tuple[str, ...], wild: bool) -> st.SearchStrategy[Any]:
    if name in LISTS:
        codes = st.lists(st.sampled_from(LISTS[name]), unique=True, max_size=3)
        return st.one_of(st.none(), codes, codes.map(lambda found: [*found, "unknown"]), st.just(["none"]))
    if name in ("rounds", "dependants", "openFeedback"):
        return st.one_of(st.none(), st.integers(0, 5))
    if name == "hvd":
        return st.one_of(st.none(), st.booleans())
    if name.endswith("Date"):
        return st.one_of(st.none(), st.dates().map(lambda day: day.isoformat()))
    if name in ("trigger", "reuse", "publicBody", "requesterPublicBody"):
        values = ("inventory", "data-request", "who-request") if name == "trigger" else YES_NO
    texts = [*(values or YES_NO), *(GARBAGE if wild else ())]
    return st.one_of(st.none(), st.sampled_from(texts))


def decided(key: str, decision: str, given: dict[str, Any]) -> Any:
    return model(key).evaluate(decision, given)


TOP = {
    "approval": ("Approval",), "change": ("Change",), "fetch-back": ("FetchBack",),
    "intellectual-property": ("IntellectualProperty",), "licence": ("Licence",),
    "maintenance": ("MaintenanceInterval", "Maintenance"), "metadata-gate": ("MetadataGate",),
    "openness": ("Openness", "HeavierMotivation"), "outcome": ("Outcome",), "prescan": ("Prescan",),
    "privacy": ("Privacy",), "refresh": ("Refresh",), "regimes": ("Regimes",), "retention": ("Retention",),
    "review": ("ReviewInterval", "Review"), "scope": ("Scope",), "security": ("Security",),
    "transform": ("Transform",), "who": ("Reuse",),
}  # fmt: skip
PAIRS = [(key, decision) for key, decisions in TOP.items() for decision in decisions]


def outcomes(key: str, decision: str) -> set[str]:
    """The outcomes that the table says it has."""
    path = (
        f"{DMN}decision[@name='{decision}']/{DMN}decisionTable/{DMN}output[@name='outcome']/{DMN}outputValues/{DMN}text"
    )
    return {part.strip().strip('"') for part in ROOTS[key].findtext(path, "").split(",")}


def test_every_table_takes_part():
    assert set(TOP) | {"personal-data"} == set(KEYS)


@pytest.mark.parametrize(("key", "decision"), PAIRS)
def test_every_combination_has_one_outcome(key, decision):
    """Total, and never two rules at once in a UNIQUE table, with answers known, unknown or missing."""

    @settings(max_examples=60)
    @given(answers(key))
    def holds(given_answers):
        found = decided(key, decision, given_answers)
        assert found.faults == ()
        assert found.value["outcome"] in outcomes(key, decision)
        assert found.value["reason"]
        assert set(found.value) >= {"outcome", "reason"}

    holds()


KNOWN = {"yes", "no"}
STEPS_CLEAR = {
    "openness": {"open"},
    "privacy": {"none", "anonymised", "compatible"},
    "intellectualProperty": {"none", "own", "permitted"},
    "security": {"accept"},
}
FINE = {"passed", "not_applicable"}


def at(given_answers: dict[str, Any], path: str) -> Any:
    first, _, rest = path.partition(".")
    value = given_answers.get(first)
    return (value or {}).get(rest) if rest else value


OPENS: dict[tuple[str, str], tuple[set[str], dict[str, set[str]]]] = {
    # decision → the outcomes that let data go further, and what must then be known to be what
    ("scope", "Scope"): (
        {"in"},
        {
            "heldHere": {"yes"},
            "publicTask": {"yes"},
            "excludedCategory": {"none"},
            "trigger": {"inventory", "data-request", "who-request"},
        },
    ),
    ("openness", "Openness"): ({"open"}, {"interestsTouched": KNOWN, "thirdParties": KNOWN}),
    ("privacy", "Privacy"): ({"none", "anonymised", "compatible"}, {"containsPersonalData": KNOWN}),
    ("intellectual-property", "IntellectualProperty"): ({"none", "own", "permitted"}, {"rightsExist": KNOWN}),
    ("security", "Security"): (
        {"accept"},
        {
            "confidentiality": {"public", "internal", "confidential"},
            "mosaicRisk": KNOWN,
            "criticalInfrastructure": KNOWN,
            "profiling": KNOWN,
            "algorithm": KNOWN,
        },
    ),
    ("transform", "Transform"): ({"proceed"}, {f"{step}.outcome": clear for step, clear in STEPS_CLEAR.items()}),
    ("outcome", "Outcome"): (
        {"open", "planned"},
        {
            "scope.outcome": {"in"},
            "transform.outcome": {"proceed"},
            "metadataGate.outcome": {"pass"},
            **{f"{step}.outcome": clear for step, clear in STEPS_CLEAR.items()},
        },
    ),
    ("who", "Reuse"): (
        {"granted"},
        {
            "scope.outcome": {"in"},
            "openness.outcome": {"open"},
            "intellectualProperty.outcome": STEPS_CLEAR["intellectualProperty"],
            "privacy.outcome": STEPS_CLEAR["privacy"],
        },
    ),
    ("metadata-gate", "MetadataGate"): (
        {"pass"},
        {
            f"{check}.verdict": FINE
            for check in ("shapes", "codeLists", "openFormat", "hvd", "licenceCompatibility", "contract", "table")
        }
        | {"links.verdict": FINE | {"attention"}},
    ),
    ("fetch-back", "FetchBack"): (
        {"ok"},
        {"fetchBack.checksum": FINE, "fetchBack.licence": FINE, "fetchBack.link": {"passed"}, "fetchBack.api": FINE},
    ),
    ("refresh", "Refresh"): (
        {"pass"},
        {
            "difference.schemaChanged": {"no"},
            "difference.sourceChanged": {"no"},
            "difference.personalDataChanged": {"no"},
            "difference.checks": FINE,
        },
    ),
    ("review", "Review"): (
        {"keep"},
        {
            "groundsValid": {"yes"},
            "anonymityRetest": {"passed", "not-applicable"},
            "lawChanged": {"no"},
            "sourceChanged": {"no"},
            "newLinkageRisk": {"no"},
        },
    ),
    ("maintenance", "Maintenance"): ({"ok"}, {}),
    ("prescan", "Prescan"): ({"none"}, {"containsPersonalData": KNOWN, "algorithm": {"no"}}),
}


@pytest.mark.parametrize(("key", "decision"), list(OPENS))
def test_nothing_opens_unless_what_it_needs_is_known(key, decision):
    """Also with values that no form would give, and where a value of the wrong kind makes the decision fail."""
    opening, needs = OPENS[key, decision]

    @settings(max_examples=100)
    @given(answers(key, wild=True))
    def holds(given_answers):
        value = decided(key, decision, given_answers).value
        if isinstance(value, dict) and value.get("outcome") in opening:
            for path, allowed in needs.items():
                assert at(given_answers, path) in allowed, path

    holds()


@pytest.mark.parametrize(("key", "decision"), list(OPENS))
def test_without_any_answer_nothing_opens(key, decision):
    for nothing in ({}, {data.get("name"): None for data in ROOTS[key].findall(DMN + "inputData")}):
        assert decided(key, decision, nothing).value["outcome"] not in OPENS[key, decision][0]


@pytest.mark.parametrize(("key", "decision"), list(OPENS))
def test_the_tables_do_open_when_all_is_clear(key, decision):
    """Otherwise the tests above would pass for a table that refuses everything."""
    found = {decided(key, decision, case.inputs).value["outcome"] for case in cases(key) if case.decision == decision}
    assert found & OPENS[key, decision][0]


@settings(max_examples=60)
@given(answers("approval"))
def test_somebody_looks_at_every_document_and_nobody_twice(given_answers):
    found = decided("approval", "Reviewers", given_answers)
    assert found.faults == ()
    assert found.value
    assert len(set(found.value)) == len(found.value)


INTERESTS = ["absoluteGrounds", "relativeGrounds", "environmental", "policyViews", "disproportionateHarm"]


@settings(max_examples=100)
@given(answers("openness"))
def test_openness_with_an_interest_touched_needs_every_answer(given_answers):
    given_answers = {**given_answers, "interestsTouched": "yes"}
    value = decided("openness", "Openness", given_answers).value
    if value["outcome"] == "open":
        for name in INTERESTS[:2]:
            assert given_answers.get(name)
            assert "unknown" not in given_answers[name]
        assert given_answers["environmental"] in KNOWN
        assert given_answers["policyViews"] in KNOWN
    if value["outcome"] == "refused":
        assert value["ground"].startswith("Woo art. 5.")
        assert value["grounds"]


REFUSING = ["scope", "openness", "privacy", "intellectual-property", "security", "transform", "who"]


@settings(max_examples=100)
@given(st.sampled_from(REFUSING), st.data())
def test_a_refusal_names_its_ground(key, data):
    given_answers = data.draw(answers(key))
    for name in ("openness", "privacy", "intellectualProperty", "security", "scope"):
        if isinstance(given_answers.get(name), dict):
            given_answers[name]["ground"] = "Woo art. 5.1.2e"
    value = decided(key, TOP[key][0], given_answers).value
    if value["outcome"] in ("refused", "reject", "out", "refer", "closed"):
        assert value["ground"]


def test_the_fourteen_questions_in_order():
    """Each question of the published guide refuses on its own, and all answers together grant (Verzoeken.md)."""
    clear: dict[str, Any] = {
        "trigger": "who-request", "reuse": "yes", "publicBody": "yes", "requesterPublicBody": "no", "heldHere": "yes",
        "publicTask": "yes", "excludedCategory": "none", "interestsTouched": "no", "thirdParties": "no",
        "rightsExist": "yes", "ownRights": "yes", "withoutReservation": "yes", "permission": "yes",
        "containsPersonalData": "yes", "personalOrigin": "yes", "statutoryRegister": "no", "compatible": "yes",
        "prescan": {"outcome": "none"}, "anonymise": "disproportionate",
    }  # fmt: skip
    refusals: list[dict[str, Any]] = [
        {"reuse": "no"}, {"publicBody": "no"}, {"requesterPublicBody": "yes"}, {"heldHere": "no"}, {"publicTask": "no"},
        {"excludedCategory": "broadcaster"}, {"interestsTouched": "yes", "absoluteGrounds": ["5.1.1b"],
        "relativeGrounds": ["none"], "environmental": "no", "policyViews": "no", "disproportionateHarm": "no",
        "groundsConcern": "all"}, {"ownRights": "no"}, {"withoutReservation": "no", "permission": "no"},
        {"statutoryRegister": "yes"}, {"compatible": "no"},
    ]  # fmt: skip

    def answer(changed: dict[str, Any]) -> str:
        asked = {**clear, **changed}
        parts = {
            "scope": decided("scope", "Scope", asked).value,
            "openness": decided("openness", "Openness", asked).value,
            "intellectualProperty": decided("intellectual-property", "IntellectualProperty", asked).value,
            "privacy": decided("privacy", "Privacy", asked).value,
        }
        return decided("who", "Reuse", parts).value["outcome"]

    assert answer({}) == "granted"
    assert answer({"rightsExist": "no", "ownRights": None}) == "granted"  # question 8: on to question 12
    assert [answer(changed) for changed in refusals] == ["refused"] * 3 + ["referred"] + ["refused"] * 7
    for question in chain(clear.keys() - {"permission", "personalOrigin", "anonymise", "prescan"}):
        assert answer({question: "unknown"}) == "unknown", question
