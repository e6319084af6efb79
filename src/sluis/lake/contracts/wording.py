"""Rules and outcomes in plain words, as source texts with places."""

from collections.abc import Iterable, Mapping
from typing import Any

from sluis.kernel.errors import fill
from sluis.kernel.text import N_
from sluis.lake.contracts.types import Rule, RuleOutcome, Status

TYPES: Mapping[str, str] = {
    "string": N_("tekst"),
    "number": N_("getal"),
    "integer": N_("geheel getal"),
    "boolean": N_("ja of nee"),
    "date": N_("datum"),
    "timestamp": N_("datum en tijd"),
    "time": N_("tijd"),
    "object": N_("samengestelde waarde"),
    "array": N_("lijst"),
}
RULES: Mapping[str, str] = {
    "column": N_("De kolom is er."),
    "type": N_("De waarden zijn van de soort: {type_term}."),
    "required": N_("Elke rij heeft een waarde."),
    "unique": N_("Geen waarde komt twee keer voor."),
    "key": N_("De sleutel ({columns}) is altijd gevuld en komt nooit twee keer voor."),
    "min": N_("De waarde is minstens {bound}."),
    "max": N_("De waarde is hoogstens {bound}."),
    "above": N_("De waarde is meer dan {bound}."),
    "below": N_("De waarde is minder dan {bound}."),
    "min_length": N_("De tekst heeft minstens {bound} tekens."),
    "max_length": N_("De tekst heeft hoogstens {bound} tekens."),
    "pattern": N_("De tekst past op het patroon {pattern}."),
    "format": N_("De tekst is een geldige {format}."),
    "multiple": N_("De waarde is een veelvoud van {bound}."),
    "fresh": N_("De nieuwste waarde is hoogstens {value} {unit_term} oud."),
    "loaded": N_("De data is hoogstens {value} {unit_term} geleden ingelezen."),
    "fresh-one": N_("De nieuwste waarde is hoogstens {one_term} oud."),
    "loaded-one": N_("De data is hoogstens {one_term} geleden ingelezen."),
    "sql": N_("Eigen regel: de uitkomst {compare_term} {bound}."),
}
METRICS: Mapping[str, str] = {
    "nullValues": N_("Het aantal lege waarden {compare_term} {bound}{percent}."),
    "missingValues": N_("Het aantal ontbrekende waarden ({values}) {compare_term} {bound}{percent}."),
    "validValues": N_("Het aantal waarden buiten de lijst ({values}) {compare_term} {bound}{percent}."),
    "invalidValues": N_("Het aantal waarden dat niet past op {pattern} {compare_term} {bound}{percent}."),
    "duplicateValues": N_("Het aantal dubbele waarden {compare_term} {bound}{percent}."),
    "properties": N_("Het aantal dubbele rijen over {columns} {compare_term} {bound}{percent}."),
    "rowCount": N_("Het aantal rijen {compare_term} {bound}."),
}
COMPARE: Mapping[str, str] = {
    "mustBe": N_("is"),
    "mustNotBe": N_("is niet"),
    "mustBeGreaterThan": N_("is meer dan"),
    "mustBeGreaterOrEqualTo": N_("is minstens"),
    "mustBeLessThan": N_("is minder dan"),
    "mustBeLessOrEqualTo": N_("is hoogstens"),
    "mustBeBetween": N_("ligt tussen"),
    "mustNotBeBetween": N_("ligt niet tussen"),
}
UNITS: Mapping[str, str] = {
    "s": N_("seconden"), "m": N_("minuten"), "h": N_("uur"), "d": N_("dagen"), "w": N_("weken"), "mo": N_("maanden"),
    "y": N_("jaar"),
}  # fmt: skip
ONE: Mapping[str, str] = {
    "s": N_("1 seconde"), "m": N_("1 minuut"), "h": N_("1 uur"), "d": N_("1 dag"), "w": N_("1 week"),
    "mo": N_("1 maand"), "y": N_("1 jaar"),
}  # fmt: skip
FAULTS: Mapping[str, str] = {
    "no-column": N_("De kolom ontbreekt, dus dit is niet te controleren."),
    "slow": N_("De controle duurde te lang."),
    "wrong": N_("De controle liep vast op deze regel. {detail}"),
    "sql.select": N_("Een eigen regel is één SELECT; iets anders wordt niet uitgevoerd."),
    "sql.many": N_("Een eigen regel is één opdracht, niet meer."),
    "sql.table": N_("Een eigen regel kijkt alleen in deze tabel, niet in ‘{detail}’."),
    "sql.source": N_("‘{detail}’ mag niet in een eigen regel."),
    "sql.wrong": N_("De SQL klopt niet: {detail}"),
    "sql.value": N_("Een eigen regel geeft precies één waarde; deze gaf er geen of meer."),
}
FOUND: Mapping[str, str] = {
    "count": N_("Rijen die niet voldoen: {found}."),
    "type": N_("Gevonden: {seen_term}."),
    "value": N_("Gemeten: {found}."),
    "column": N_("De kolom ontbreekt."),
    "none": N_("Er is geen waarde."),
}
COLUMN_TYPES: Mapping[str, str] = {
    "text": N_("tekst"), "integer": N_("geheel getal"), "decimal": N_("getal"), "number": N_("getal"),
    "boolean": N_("ja of nee"), "date": N_("datum"), "datetime": N_("datum en tijd"), "time": N_("tijd"),
    "geometry": N_("plek op de kaart"), "json": N_("samengestelde waarde"),
}  # fmt: skip
WHOLE, WHOLE_COLUMN = N_("Afgesproken: {agreed_term} {found_term}"), N_("{column}: {agreed_term} {found_term}")
_MEASURED = ("metric", "sql", "fresh")


type Words = tuple[str, dict[str, Any]]


def rule_text(rule: Rule, translate: Any = str) -> str:
    """What is agreed, in one sentence."""
    return fill(*rule_words(rule), translate)


def promises(rules: Iterable[Rule], translate: Any = str) -> list[str]:
    """What is agreed, a line each, with the column in front."""
    said = [(rule.column, rule_text(rule, translate)) for rule in rules]
    return [f"{column}: {text}" if column else text for column, text in said]


def outcome_text(outcome: RuleOutcome, translate: Any = str) -> str:
    """What was found; '' for a rule that is kept and has nothing to measure."""
    return fill(*outcome_words(outcome), translate)


def rule_words(rule: Rule) -> Words:
    """A source text with the values of its places; the author's own words where a rule in SQL has them."""
    given = rule.given
    params: dict[str, Any] = {"bound": _shown(given.get("bound")), "percent": "%" if given.get("percent") else ""}
    if rule.kind == "sql" and rule.told:
        return "{told}", {"told": rule.told}
    if "compare" in given:
        params["compare_term"] = COMPARE[given["compare"]]
    if rule.kind == "type":
        params["type_term"] = TYPES[given["type"]]
    if rule.kind == "key":
        params["columns"] = ", ".join(given["columns"])
    if rule.kind == "fresh":
        unit, one = _unit(given["unit"]), "-one" if given["value"] == 1 else ""
        params |= {"value": given["value"], "unit_term": UNITS[unit], "one_term": ONE[unit]}
        return RULES[("fresh" if rule.column else "loaded") + one], params
    if rule.kind == "metric":
        return _metric(rule, params)
    return RULES[rule.kind], params | {name: given[name] for name in ("pattern", "format") if name in given}


def _metric(rule: Rule, params: dict[str, Any]) -> Words:
    arguments, name = rule.given["arguments"], str(rule.given["metric"])
    for key in ("validValues", "missingValues"):
        if key in arguments:
            params["values"] = _list(arguments[key])
    if name == "missingValues":
        params.setdefault("values", _list([None, ""]))
    params["pattern"] = arguments.get("pattern", "")
    params["columns"] = _list(arguments.get("properties") or [])
    if "validValues" in arguments:
        name = "validValues"
    return METRICS["properties" if arguments.get("properties") else name], params


def outcome_words(outcome: RuleOutcome) -> Words:
    rule, found = outcome.rule, outcome.found
    if outcome.status is Status.ERROR:
        return FAULTS[outcome.fault], {"detail": found}
    if rule.kind in _MEASURED:
        return FOUND["value" if found else "none"], {"found": found}
    if outcome.status is Status.PASSED:
        return "", {}
    if rule.kind == "column":
        return FOUND["column"], {}
    if rule.kind == "type":
        return FOUND["type"], {"seen_term": COLUMN_TYPES[found]}
    return FOUND["count"], {"found": found}


def whole_words(outcome: RuleOutcome) -> Words:
    """What was agreed and what was found, as one source text."""
    agreed, about = rule_words(outcome.rule)
    found, measured = outcome_words(outcome)
    params = about | measured | {"agreed_term": agreed, "found_term": found, "column": outcome.rule.column}
    return (WHOLE_COLUMN if outcome.rule.column else WHOLE), params


def _unit(unit: str) -> str:
    word = unit.lower()
    if word.startswith("mi"):
        return "m"
    return "mo" if word.startswith("mo") else word[0]


def _shown(bound: Any) -> str:
    return "–".join(map(str, bound)) if isinstance(bound, list) else str(bound)


def _list(values: list[Any], most: int = 12) -> str:
    """In words of the file: nothing at all is `null`, an empty text is `""`."""
    texts = ["null" if value is None else '""' if value == "" else str(value) for value in values]
    return ", ".join(texts[:most]) + (", …" if len(texts) > most else "")
