"""Our Woo tables against the scenarios and the machine-readable law of MinBZK (regelrecht), read where they stand.

Both were made by others from the same law, so they can show that we are wrong. Their names stand left, ours right.
"""

from datetime import date
from functools import cache
from typing import Any

import pytest
import yaml
from gherkin import Parser
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import SHARED, shared_path

from sluis.process.dmn import read
from sluis.process.shipped import shipped

LAW = "standards/woo-machine-readable/corpus/regulation/nl/wet/wet_open_overheid"
ABSOLUTE = {
    "raakt_eenheid_kroon": "5.1.1a",
    "raakt_veiligheid_staat": "5.1.1b",
    "bevat_vertrouwelijke_bedrijfsgegevens": "5.1.1c",
    "bevat_bijzondere_persoonsgegevens": "5.1.1d",
    "bevat_identificatienummers": "5.1.1e",
}
RELATIVE = {
    "raakt_internationale_betrekkingen": "5.1.2a",
    "raakt_economische_belangen": "5.1.2b",
    "raakt_opsporing_vervolging": "5.1.2c",
    "raakt_inspectie_toezicht": "5.1.2d",
    "raakt_persoonlijke_levenssfeer": "5.1.2e",
    "raakt_concurrentiegevoelige_gegevens": "5.1.2f",
    "raakt_milieubescherming": "5.1.2g",
    "raakt_beveiliging_personen": "5.1.2h",
    "raakt_goed_functioneren_staat": "5.1.2i",
}
ANSWERS = {
    "betrokkene_heeft_toestemming": "consentGiven",
    "persoonsgegevens_kennelijk_openbaar_gemaakt": "manifestlyPublic",
    "verstrekking_geen_inbreuk_levenssfeer": "noPrivacyInfringement",
    "is_milieu_informatie": "environmental",
    "betreft_emissies": "emissions",
    "belang_openbaarheid_weegt_zwaarder": "publicInterestOutweighs",
    "onevenredige_benadeling_ander_belang": "disproportionateHarm",
    "bedrijfsgegevens_ernstig_geschaad": "businessSeriouslyHarmed",
    "milieu_belang_openbaarheid_weegt_op": "environmentalInterestOutweighs",
}
DATES = {"informatie_datum": "informationDate", "peildatum": "referenceDate"}
NOT_IN_THEIR_RULES = {
    "interestsTouched": "yes",
    "thirdParties": "no",
    "policyViews": "no",
    "groundsConcern": "all",
    "groundsRemoved": "no",
    "confidentialActs": "yes",  # 5.1(2)(b) for environmental information; they do not model the limitation
}
CANNOT_APPLY: dict[str, str] = {}
"""Scenario → why it says nothing about our tables. None so far: every scenario runs."""


@cache
def woo():
    return read((shipped("policies") / "openness.dmn").read_bytes())


def ours(theirs: dict[str, Any]) -> dict[str, Any]:
    """Their parameters as our variables."""
    listed = {
        name: [code for key, code in codes.items() if theirs.get(key)] or ["none"]
        for name, codes in (("absoluteGrounds", ABSOLUTE), ("relativeGrounds", RELATIVE))
    }
    answers = {name: "yes" if theirs[key] else "no" for key, name in ANSWERS.items() if key in theirs}
    dates = {name: theirs[key] for key, name in DATES.items() if key in theirs}
    return {**NOT_IN_THEIR_RULES, **listed, **answers, **dates}


def output(name: str, theirs: dict[str, Any]) -> Any:
    """What our tables say about one of their outputs; a text naming what is missing when nothing can be said."""
    inputs = ours(theirs)

    def value(decision: str) -> Any:
        return woo().evaluate(decision, inputs).value

    match name:
        case "heeft_absolute_weigeringsgrond":
            return bool(value("AbsoluteGrounds"))
        case "heeft_relatieve_weigeringsgrond":
            return bool(value("RelativeGrounds"))
        case "heeft_lid5_weigeringsgrond":
            return "5.1.5" in value("OtherGrounds")
        case "openbaarmaking_toegestaan":
            return value("Openness")["outcome"] == "open"
        case "informatie_leeftijd_jaren":
            return value("InformationAge")
        case "verzwaarde_motiveringsplicht":
            found = value("HeavierMotivation")
            return found["reason"] if found["outcome"] == "unknown" else found["outcome"] == "yes"
    raise AssertionError(f"their output {name} has no place in our tables: say why in CANNOT_APPLY")


def scenarios() -> list[Any]:
    path = SHARED / LAW / "scenarios/openbaarmaking.feature"
    if not path.exists():
        return []
    children = Parser().parse(path.read_text(encoding="utf-8"))["feature"]["children"]
    return [child["scenario"] for child in children if "scenario" in child]


def word(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


def test_the_scenarios_are_here():
    shared_path(LAW)
    assert len(scenarios()) >= 9
    assert set(CANNOT_APPLY) <= {scenario["name"] for scenario in scenarios()}


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario["name"])
def test_scenario(scenario):
    if scenario["name"] in CANNOT_APPLY:
        pytest.skip(CANNOT_APPLY[scenario["name"]])
    theirs: dict[str, Any] = {}
    asked = got = None
    checked = 0
    for step in scenario["steps"]:
        quoted = step["text"].split('"')[1::2]
        match step["text"].split():
            case ["the", "following", "parameters:"]:
                theirs = {row["cells"][0]["value"]: word(row["cells"][1]["value"]) for row in step["dataTable"]["rows"]}
            case ["I", "evaluate", *_]:
                asked = quoted[0]
                got = output(asked, theirs)
            case ["the", "execution", "succeeds"]:
                assert not isinstance(got, str)
            case ["the", "execution", "fails", "with", _]:
                # We never fail: we say that it is not known, and which answer is missing.
                assert isinstance(got, str)
                assert DATES[quoted[0]] in got
                checked += 1
            case ["output", _, "is", expected]:
                assert (quoted[0], got) == (asked, word(expected))
                checked += 1
            case ["output", _, "equals", number]:
                assert (quoted[0], got) == (asked, int(number))
                checked += 1
            case other:
                raise AssertionError(f"a step that nobody read: {other}")
    assert checked


# --- the same law as rules: any combination of answers ------------------------------------------------------------


@cache
def rules() -> dict[str, Any]:
    law = yaml.safe_load(shared_path(f"{LAW}/2025-02-12.yaml").read_text(encoding="utf-8"))
    article = next(article for article in law["articles"] if article["number"] == "5.1")
    return {action["output"]: action["value"] for action in article["machine_readable"]["execution"]["actions"]}


def evaluated(node: Any, theirs: dict[str, Any]) -> Any:
    """Their little language of operations."""
    if isinstance(node, str) and node.startswith("$"):
        name = node[1:]
        return theirs[name] if name in theirs else evaluated(rules()[name], theirs)
    if not isinstance(node, dict):
        return node
    match node["operation"]:
        case "IF":
            for branch in node["cases"]:
                if evaluated(branch["when"], theirs):
                    return evaluated(branch["then"], theirs)
            return evaluated(node["default"], theirs)
        case "AND":
            return all(evaluated(part, theirs) for part in node["conditions"])
        case "OR":
            return any(evaluated(part, theirs) for part in node["conditions"])
        case "NOT":
            return not evaluated(node["value"], theirs)
        case "EQUALS":
            return evaluated(node["subject"], theirs) == evaluated(node["value"], theirs)
    raise AssertionError(node)


@settings(max_examples=400)
@given(st.fixed_dictionaries({name: st.booleans() for name in [*ABSOLUTE, *RELATIVE, *ANSWERS]}))
def test_any_combination_of_answers_is_decided_as_the_machine_readable_law_does(theirs):
    for name in ("heeft_absolute_weigeringsgrond", "heeft_relatieve_weigeringsgrond", "openbaarmaking_toegestaan"):
        assert output(name, theirs) is evaluated(rules()[name], theirs)


@settings(max_examples=200)
@given(st.fixed_dictionaries({name: st.booleans() for name in [*ABSOLUTE, *RELATIVE, *ANSWERS]}))
def test_the_residual_ground_stands_alone(theirs):
    """We are stricter than the machine-readable law here: 5.1(5), last sentence, forbids it beside another ground."""
    other = output("heeft_absolute_weigeringsgrond", theirs) or output("heeft_relatieve_weigeringsgrond", theirs)
    expected = evaluated(rules()["heeft_lid5_weigeringsgrond"], theirs) and not other
    assert output("heeft_lid5_weigeringsgrond", theirs) is expected


@given(st.dates(date(1950, 1, 1), date(2024, 12, 31)), st.dates(date(2025, 1, 1), date(2060, 1, 1)))
def test_older_than_five_years_counts_days(made, asked):
    """Woo 5.3 says "older than five years". The machine-readable law counts whole years and so starts a year late."""
    day = 28 if (made.month, made.day) == (2, 29) else made.day  # five years after a leap year is none
    theirs = {"informatie_datum": made.isoformat(), "peildatum": asked.isoformat()}
    assert output("verzwaarde_motiveringsplicht", theirs) is (date(made.year + 5, made.month, day) < asked)
