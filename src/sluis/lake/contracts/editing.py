"""The usual parts of a contract as cells to fill in, and the contract with those cells changed.

Whatever no cell shows stays as it is. Pure.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.contracts.fresh import CHECKED, UNITS

NUMBERS, ORDERED = ("number", "integer"), ("number", "integer", "date", "timestamp", "time")
_NO_NUMBER = N_("‘{value}’ is geen getal (kolom {column}).")
_NO_MOMENT = N_("Schrijf ‘{value}’ anders, zoals {example} (kolom {column}).")
_EXAMPLES = {"date": "2026-01-31", "timestamp": "2026-01-31 08:30", "time": "08:30"}
CELLS = ("required", "unique", "minimum", "maximum", "pattern", "valid")


@dataclass(frozen=True, slots=True)
class Row:
    """One column; `minimum` and `maximum` only mean something where `ordered`, `pattern` only for text."""

    name: str
    title: str
    type: str
    required: bool
    unique: bool
    key: bool
    minimum: str
    maximum: str
    pattern: str
    valid: str

    @property
    def ordered(self) -> bool:
        return self.type in ORDERED


@dataclass(frozen=True, slots=True)
class Age:
    """How old the data may be; `column` is '' for the moment of loading, `value` '' when nothing is promised."""

    value: str = ""
    unit: str = "d"
    column: str = ""


def rows_of(content: Mapping[str, Any], place: int) -> tuple[Row, ...]:
    return tuple(_row(found) for found in content["schema"][place].get("properties") or [])


def age_of(content: Mapping[str, Any]) -> Age:
    found = _age(content)
    if found is None:
        return Age()
    return Age(str(found["value"]), str(found.get("unit") or "d"), str(found.get("element") or "").rpartition(".")[2])


def edited(
    content: Mapping[str, Any], place: int, version: str, cells: Mapping[str, Mapping[str, str]], age: Age
) -> dict[str, Any]:
    """The contract with these cells: column name → cell → text as somebody typed it ('' takes it away).

    Raises Invalid that names the cells with what is no number, date or time.
    """
    made: dict[str, Any] = copy.deepcopy(dict(content))
    made["version"] = version.strip()
    table = made["schema"][place]
    faults: list[Fault] = []
    for found in table.get("properties") or []:
        if found["name"] in cells:
            faults += _put(found, cells[found["name"]])
    faults += _put_age(made, str(table["name"]), age)
    if faults:
        raise Invalid("contract.cells", N_("Niet alles is goed ingevuld."), faults=faults)
    return made


def _row(found: Mapping[str, Any]) -> Row:
    options = found.get("logicalTypeOptions") or {}
    listed = _listed(found)
    return Row(
        name=str(found["name"]),
        title=str(found.get("businessName") or found["name"]),
        type=str(found.get("logicalType") or ""),
        required=found.get("required") is True,
        unique=found.get("unique") is True,
        key=found.get("primaryKey") is True,
        minimum=str(options.get("minimum", "")),
        maximum=str(options.get("maximum", "")),
        pattern=str(options.get("pattern", "")),
        valid="\n".join(map(str, listed["arguments"]["validValues"])) if listed else "",
    )


def _listed(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rule of this column that lists its valid values."""
    for rule in found.get("quality") or []:
        if rule.get("metric") == "invalidValues" and isinstance((rule.get("arguments") or {}).get("validValues"), list):
            return rule
    return None


def _put(found: dict[str, Any], cells: Mapping[str, str]) -> list[Fault]:
    for name in ("required", "unique"):
        if cells.get(name):
            found[name] = True
        else:
            found.pop(name, None)
    kind, faults = str(found.get("logicalType") or ""), []
    options = dict(found.get("logicalTypeOptions") or {})
    for name in ("minimum", "maximum") if kind in ORDERED else ("pattern",) if kind == "string" else ():
        text = cells.get(name, "").strip()
        if not text:
            options.pop(name, None)
        elif kind == "string":
            options[name] = text
        else:
            try:
                options[name] = _number(text) if kind in NUMBERS else _moment(text, kind)
            except ValueError:
                params = {"value": text, "column": found["name"], "example": _EXAMPLES.get(kind, "")}
                told = _NO_NUMBER if kind in NUMBERS else _NO_MOMENT
                faults.append(Fault(told, f"{name}-{found['name']}", params=params))
    _keep(found, "logicalTypeOptions", options)
    faults += _put_valid(found, cells.get("valid", ""), kind)
    return faults


def _put_valid(found: dict[str, Any], text: str, kind: str) -> list[Fault]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rules, listed = list(found.get("quality") or []), _listed(found)
    if not lines:
        _keep(found, "quality", [rule for rule in rules if rule is not listed])
        return []
    try:
        values = [_number(line) if kind in NUMBERS else line for line in lines]
    except ValueError:
        told = N_("Niet elke regel is een getal (kolom {column}).")
        return [Fault(told, f"valid-{found['name']}", params={"column": found["name"]})]
    if listed is None:
        rules.append({"type": "library", "metric": "invalidValues", "arguments": {"validValues": values}, "mustBe": 0})
        found["quality"] = rules
    else:
        listed["arguments"]["validValues"] = values
    return []


def _age(content: Mapping[str, Any]) -> dict[str, Any] | None:
    return next((one for one in content.get("slaProperties") or [] if one.get("property") in CHECKED), None)


def _put_age(made: dict[str, Any], table: str, age: Age) -> list[Fault]:
    known, text = _age(made), age.value.strip()
    if not text:
        _keep(made, "slaProperties", [one for one in made.get("slaProperties") or [] if one is not known])
        return []
    try:
        value = _number(text)
    except ValueError:
        return [Fault(N_("‘{value}’ is geen getal."), "age", params={"value": text})]
    if age.unit not in UNITS or value <= 0:
        return [Fault(N_("Vul een getal boven nul in en kies een eenheid."), "age")]
    said = {"value": value, "unit": age.unit, "element": f"{table}.{age.column}" if age.column else table}
    if known is None:
        made["slaProperties"] = [*(made.get("slaProperties") or []), {"property": "frequency", **said}]
    else:
        known.update(said)
    return []


def _moment(text: str, kind: str) -> str:
    """The text itself. ValueError when it is no date, time or both, as ISO 8601 writes them with their marks."""
    {"date": date, "timestamp": datetime, "time": time}[kind].fromisoformat(text)
    if (":" if kind == "time" else "-") not in text or "W" in text:
        raise ValueError(text)
    return text


def _keep(found: dict[str, Any], name: str, value: Any) -> None:
    if value:
        found[name] = value
    else:
        found.pop(name, None)


def _number(text: str) -> int | float:
    """A Dutch reader may write a comma."""
    plain = text.replace(",", ".")
    value = float(plain)
    if value in (float("inf"), float("-inf")) or value != value:
        raise ValueError(text)
    return int(plain) if plain.lstrip("+-").isdigit() else value
