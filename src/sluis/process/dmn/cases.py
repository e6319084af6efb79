"""Tables of cases: what a policy must decide, one case a row, in a CSV that a spreadsheet opens and saves.

    case,decision,trigger,heldHere,expect:outcome,why
    1,Scope,inventory,yes,in,We hold it and it is ours

A column is a variable of the policy (`privacy.outcome` is an entry of a variable); an empty cell is an answer that was
not given. `expect:` columns name an entry of the result, `expect:value` the whole; an empty one is not looked at.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.process.dmn.elements import Decision, TableBox
from sluis.process.dmn.faults import ModelFault
from sluis.process.dmn.model import Model
from sluis.process.feel import to_json

_EXPECT = "expect:"
_VALUE = "value"
_OWN = frozenset({"case", "decision", "why"})
_WORDS = {"true": True, "false": False, "waar": True, "onwaar": False, "null": None}
"""A Dutch spreadsheet writes the truth values in Dutch."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row: `row` counts lines as the reader of the file does; `expected` maps entries of the result to values."""

    name: str
    row: int
    decision: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Miss:
    """An entry of the result that is not what the case expects; `faults` says why there may be none."""

    case: Case
    entry: str
    expected: Any
    got: Any
    faults: tuple[ModelFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """What the cases showed. `untouched`: rule numbers per decision that no case reached."""

    cases: int
    misses: tuple[Miss, ...]
    rules: int
    untouched: Mapping[str, tuple[int, ...]]


def read_cases(data: bytes) -> tuple[Case, ...]:
    """The cases of a CSV file (comma or semicolon, UTF-8). Raises Invalid naming row and column of each fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable([Fault(N_("De tekst is geen UTF-8."))]) from error
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    header = next(rows, [])
    faults = list(_of_header(header))
    cases: list[Case] = []
    for cells in () if faults else rows:
        if not any(cells):
            continue
        try:
            cases.append(_case(header, cells, rows.line_num))
        except _Wrong as wrong:
            faults.append(Fault(wrong.text, wrong.column, rows.line_num))
    if faults:
        raise _unreadable(faults)
    return tuple(cases)


def run_cases(model: Model, cases: Iterable[Case]) -> Tested:
    """Evaluate every case and look which rules they reached."""
    tried, misses, reached = list(cases), list[Miss](), dict[str, set[int]]()
    for case in tried:
        found = model.evaluate(case.decision, case.inputs)
        for decision, rules in found.matched.items():
            reached.setdefault(decision, set()).update(rules)
        misses += _misses(case, to_json(found.value), found.faults)
    numbers = _rule_counts(model)
    untouched = {
        decision: tuple(sorted(set(range(1, total + 1)) - reached.get(decision, set())))
        for decision, total in numbers.items()
    }
    return Tested(
        len(tried), tuple(misses), sum(numbers.values()), {d: rules for d, rules in untouched.items() if rules}
    )


def _rule_counts(model: Model) -> dict[str, int]:
    elements = model.definitions.elements.values()
    return {
        one.name: len(one.box.rules) for one in elements if isinstance(one, Decision) and isinstance(one.box, TableBox)
    }


class _Wrong(ValueError):
    def __init__(self, text: str, column: str = "") -> None:
        super().__init__(text)
        self.text, self.column = text, column


def _unreadable(faults: list[Fault]) -> Invalid:
    text = N_("De gevallen zijn niet te lezen.")
    return Invalid("policy.cases", text, way_out=N_("Verbeter deze cellen en probeer het opnieuw."), faults=faults)


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _of_header(header: list[str]) -> Iterator[Fault]:
    for name in ("case", "decision"):
        if name not in header:
            yield Fault(N_("De kolom {name} ontbreekt."), row=1, params={"name": name})
    if not any(name.startswith(_EXPECT) for name in header):
        yield Fault(N_("Er is geen kolom met wat wordt verwacht (expect:outcome)."), row=1)
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        yield Fault(N_("De kolom {name} staat er twee keer."), name, 1, {"name": name})


def _case(header: list[str], cells: list[str], row: int) -> Case:
    if len(cells) > len(header) and any(cells[len(header) :]):
        raise _Wrong(N_("Deze rij heeft meer cellen dan er kolommen zijn."))
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name}
    inputs, expected = dict[str, Any](), dict[str, Any]()
    for name, cell in given.items():
        if name.startswith(_EXPECT):
            if cell:
                expected[name.removeprefix(_EXPECT)] = _value(cell, name)
        elif name not in _OWN:
            _put(inputs, name, _value(cell, name) if cell else None)
    if not given.get("decision"):
        raise _Wrong(N_("Hier hoort de naam van de beslissing."), "decision")
    if not expected:
        raise _Wrong(N_("Dit geval verwacht niets; vul een kolom expect: in."))
    return Case(given.get("case", ""), row, given["decision"], inputs, expected, given.get("why", ""))


def _value(cell: str, column: str) -> Any:
    """A cell as a value: truth value, number, list or context in JSON, text; quotes make a text of anything."""
    if cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    if cell[0] in '["{' or _is_number(cell):
        try:
            return json.loads(cell, parse_float=Decimal, parse_int=Decimal)
        except ValueError as error:
            raise _Wrong(N_("Dit is geen leesbare lijst, tekst of getal."), column) from error
    return cell


def _is_number(cell: str) -> bool:
    digits = cell.removeprefix("-")
    return digits.replace(".", "", 1).isascii() and digits.replace(".", "", 1).isdigit() and digits[0] != "."


def _put(inputs: dict[str, Any], name: str, value: Any) -> None:
    """`privacy.outcome` becomes an entry of `privacy`; a context of which nothing is given stays missing."""
    first, dot, rest = name.partition(".")
    if not dot:
        inputs.setdefault(first, value)
    elif value is None:
        inputs.setdefault(first, None)
    else:
        inputs[first] = {**(inputs.get(first) or {}), rest: value}


def _misses(case: Case, value: Any, faults: tuple[ModelFault, ...]) -> Iterator[Miss]:
    for entry, expected in case.expected.items():
        known = isinstance(value, dict) and entry in value
        got = value if entry == _VALUE and not known else value.get(entry) if isinstance(value, dict) else None
        if not same(to_json(expected), got):
            yield Miss(case, entry, to_json(expected), got, faults)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
