"""The steps that may follow the SQL of a transformation, read from plain values and judged.

A step is a map with `do` and what belongs to it:

    {"do": "drop", "columns": ["naam"]}
    {"do": "generalise", "column": "leeftijd", "to": "range", "width": 10}
    {"do": "generalise", "column": "geboren", "to": "month" | "quarter" | "year"}
    {"do": "generalise", "column": "postcode", "to": "postcode4" | "postcode2"}
    {"do": "generalise", "column": "functie", "to": "mapping", "mapping": {"arts": "zorg"}, "other": "anders"}
    {"do": "round", "column": "bedrag", "nearest": 100}
    {"do": "aggregate", "by": ["gemeente"], "measures": [{"name": "aantal", "of": "count"},
        {"name": "totaal", "of": "sum", "column": "bedrag"}], "least": 5}
    {"do": "pseudonymise", "columns": ["klantnummer"]}
    {"do": "k_anonymise", "columns": ["postcode", "leeftijd"], "k": 5, "sensitive": "ziekte", "most_percent": 5,
        "ladders": {"leeftijd": [{"to": "range", "width": 5}, {"to": "range", "width": 10}]}}

The columns are those of the table as the step before it left them. What a ladder says is tried from the top, one rung
at a time, always from the value before this step.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_

MOST_STEPS, MOST_MEASURES, MOST_RUNGS, MOST_MAPPED = 50, 50, 10, 5_000
LEAST_K, MOST_K = 2, 10_000
DEFAULT_K = 5
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class Do(StrEnum):
    DROP = "drop"
    GENERALISE = "generalise"
    ROUND = "round"
    AGGREGATE = "aggregate"
    PSEUDONYMISE = "pseudonymise"
    K_ANONYMISE = "k_anonymise"


class To(StrEnum):
    """What a value is made coarser to."""

    RANGE = "range"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    POSTCODE4 = "postcode4"
    POSTCODE2 = "postcode2"
    MAPPING = "mapping"


MEASURES = ("count", "sum", "avg", "min", "max", "median")


@dataclass(frozen=True, slots=True)
class Coarser:
    """`width` of a range; `mapping` old → new and `other` for what is not in it (None: empty)."""

    to: To
    width: Decimal = Decimal(0)
    mapping: Mapping[str, str] = field(default_factory=dict[str, str])
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A new column `name` of an aggregate; `column` is "" for a count of rows."""

    name: str
    of: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, read. Of each kind only the fields that belong to it say anything.

    `columns` are those it works on: of an aggregate what it groups by, of k_anonymise the columns that together may
    point at a person. `least` rows a group must have to stay; `most_percent` of the rows that may be left out before
    a ladder is climbed.
    """

    do: Do
    columns: tuple[str, ...] = ()
    coarser: Coarser | None = None
    nearest: Decimal = Decimal(0)
    measures: tuple[Measure, ...] = ()
    least: int = 0
    sensitive: str = ""
    most_percent: Decimal = Decimal(5)
    ladders: Mapping[str, tuple[Coarser, ...]] = field(default_factory=dict[str, tuple[Coarser, ...]])


def read(steps: Any) -> tuple[Step, ...]:
    """From a form, a file or the database. Raises Invalid with a fault per wrong step, each with its number."""
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise _invalid([Fault(N_("De stappen zijn geen lijst."), field="steps")])
    if len(steps) > MOST_STEPS:
        raise _invalid([Fault(N_("Er zijn meer dan {most} stappen."), field="steps", params={"most": MOST_STEPS})])
    found: list[Step] = []
    faults: list[Fault] = []
    for number, raw in enumerate(steps, start=1):
        try:
            found.append(_step(raw))
        except _WrongError as wrong:
            text, params = wrong.args
            faults.append(wrong_step(number, text, params))
    if faults:
        raise _invalid(faults)
    return tuple(found)


def wrong_step(number: int, text: str, params: Mapping[str, Any]) -> Fault:
    """What is wrong with one step, counted from 1."""
    said = {**params, "step": number, "wrong_term": text}
    return Fault(N_("Stap {step}: {wrong_term}"), field="steps", row=number, params=said)


def needs_key(steps: Sequence[Step]) -> bool:
    return any(step.do is Do.PSEUDONYMISE for step in steps)


class _WrongError(Exception):
    """`args`: a source text and its params."""

    def __init__(self, text: str, **params: Any) -> None:
        super().__init__(text, params)


def _invalid(faults: Sequence[Fault]) -> Invalid:
    return Invalid("transformation.steps", N_("De stappen van de transformatie kloppen niet."), faults=faults)


def _step(raw: Any) -> Step:
    if not isinstance(raw, Mapping):
        raise _WrongError(N_("Een stap heeft ‘do’ en wat daarbij hoort."))
    try:
        do = Do(raw.get("do"))
    except ValueError:
        raise _WrongError(N_("Kies bij ‘do’ uit: {known}."), known=", ".join(Do)) from None
    if other := sorted(set(map(str, raw)) - _FIELDS[do] - {"do"}):
        known = ", ".join(sorted(_FIELDS[do]))
        raise _WrongError(N_("‘{do}’ kent {other} niet; wel: {known}."), do=do, other=", ".join(other), known=known)
    return _READ[do](raw)


def _drop(raw: Mapping[str, Any]) -> Step:
    return Step(Do.DROP, _names(raw, "columns"))


def _pseudonymise(raw: Mapping[str, Any]) -> Step:
    return Step(Do.PSEUDONYMISE, _names(raw, "columns"))


def _generalise(raw: Mapping[str, Any]) -> Step:
    return Step(Do.GENERALISE, (_name(raw, "column"),), coarser=_coarser(raw))


def _round(raw: Mapping[str, Any]) -> Step:
    return Step(Do.ROUND, (_name(raw, "column"),), nearest=_positive(raw, "nearest"))


def _aggregate(raw: Mapping[str, Any]) -> Step:
    by, measures = _names(raw, "by", least=0), tuple(_measure(item) for item in _list(raw, "measures", MOST_MEASURES))
    names = [*by, *(measure.name for measure in measures)]
    if double := next((name for name in names if names.count(name) > 1), ""):
        raise _WrongError(N_("De kolom {name} komt twee keer voor in de uitkomst."), name=double)
    return Step(Do.AGGREGATE, by, measures=measures, least=_whole(raw, "least", 1, MOST_K, DEFAULT_K))


def _k_anonymise(raw: Mapping[str, Any]) -> Step:
    columns, ladders = _names(raw, "columns"), raw.get("ladders") or {}
    if not isinstance(ladders, Mapping) or not set(ladders) <= set(columns):
        raise _WrongError(N_("‘ladders’ noemt per kolom van ‘columns’ hoe die stap voor stap grover wordt."))
    sensitive = _name(raw, "sensitive") if raw.get("sensitive") else ""
    if sensitive in columns:
        raise _WrongError(N_("De gevoelige kolom {name} hoort niet bij ‘columns’."), name=sensitive)
    return Step(
        Do.K_ANONYMISE,
        columns,
        least=_whole(raw, "k", LEAST_K, MOST_K, DEFAULT_K),
        sensitive=sensitive,
        most_percent=_percent(raw.get("most_percent", 5)),
        ladders={name: tuple(map(_coarser, _list(ladders, name, MOST_RUNGS))) for name in ladders},
    )


_FIELDS: Mapping[Do, frozenset[str]] = {
    Do.DROP: frozenset({"columns"}),
    Do.GENERALISE: frozenset({"column", "to", "width", "mapping", "other"}),
    Do.ROUND: frozenset({"column", "nearest"}),
    Do.AGGREGATE: frozenset({"by", "measures", "least"}),
    Do.PSEUDONYMISE: frozenset({"columns"}),
    Do.K_ANONYMISE: frozenset({"columns", "k", "sensitive", "most_percent", "ladders"}),
}
_READ = {
    Do.DROP: _drop, Do.GENERALISE: _generalise, Do.ROUND: _round, Do.AGGREGATE: _aggregate,
    Do.PSEUDONYMISE: _pseudonymise, Do.K_ANONYMISE: _k_anonymise,
}  # fmt: skip


def _coarser(raw: Any) -> Coarser:
    if not isinstance(raw, Mapping):
        raise _WrongError(N_("Zeg bij ‘to’ hoe de waarde grover wordt: {known}."), known=", ".join(To))
    try:
        to = To(raw.get("to"))
    except ValueError:
        raise _WrongError(N_("Zeg bij ‘to’ hoe de waarde grover wordt: {known}."), known=", ".join(To)) from None
    if to is To.RANGE:
        return Coarser(to, width=_positive(raw, "width"))
    return _mapping(raw) if to is To.MAPPING else Coarser(to)


def _mapping(raw: Mapping[str, Any]) -> Coarser:
    pairs, other = raw.get("mapping"), raw.get("other")
    if not isinstance(pairs, Mapping) or not 0 < len(pairs) <= MOST_MAPPED:
        raise _WrongError(N_("‘mapping’ noemt van elke waarde wat die wordt (ten hoogste {most})."), most=MOST_MAPPED)
    return Coarser(To.MAPPING, mapping={str(old): str(new) for old, new in pairs.items()},
                   other=None if other is None else str(other))  # fmt: skip


def _measure(raw: Any) -> Measure:
    if not isinstance(raw, Mapping) or raw.get("of") not in MEASURES:
        raise _WrongError(N_("Een uitkomst in ‘measures’ heeft ‘name’ en ‘of’: {known}."), known=", ".join(MEASURES))
    name = _name(raw, "name")
    if not _NAME.fullmatch(name):
        raise _WrongError(N_("De naam {name} mag alleen kleine letters, cijfers en _ hebben."), name=name)
    if raw["of"] == "count":
        return Measure(name, "count")
    return Measure(name, str(raw["of"]), _name(raw, "column"))


def _list(raw: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = raw.get(name)
    if not isinstance(found, list) or not 0 < len(found) <= most:
        raise _WrongError(N_("‘{name}’ is een lijst met ten minste één ding en ten hoogste {most}."),
                          name=name, most=most)  # fmt: skip
    return found


def _names(raw: Mapping[str, Any], name: str, least: int = 1) -> tuple[str, ...]:
    found = raw.get(name) or []
    if not isinstance(found, list) or len(found) < least or not all(isinstance(one, str) and one for one in found):
        raise _WrongError(N_("‘{name}’ is een lijst met namen van kolommen."), name=name)
    return tuple(dict.fromkeys(found))


def _name(raw: Mapping[str, Any], name: str) -> str:
    found = raw.get(name)
    if not isinstance(found, str) or not found.strip():
        raise _WrongError(N_("Vul bij ‘{name}’ een naam in."), name=name)
    return found.strip()


def _positive(raw: Mapping[str, Any], name: str) -> Decimal:
    found = _number(raw.get(name))
    if found is None or not Decimal("0.000001") <= found <= Decimal(10**15):
        raise _WrongError(N_("Vul bij ‘{name}’ een getal groter dan 0 in."), name=name)
    return found


def _percent(raw: Any) -> Decimal:
    found = _number(raw)
    if found is None or not 0 <= found <= 100:
        raise _WrongError(N_("‘most_percent’ is een getal van 0 tot en met 100."))
    return found


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(raw))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _whole(raw: Mapping[str, Any], name: str, low: int, high: int, usual: int) -> int:
    found = raw.get(name, usual)
    if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
        raise _WrongError(N_("‘{name}’ is een heel getal van {low} tot en met {high}."), name=name, low=low, high=high)
    return found
