"""Two versions of a policy beside each other: which recorded decisions would have been otherwise."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.process.dmn.cases import same
from sluis.process.dmn.model import Model
from sluis.process.feel import to_json

WORDING = frozenset({"reason"})
"""Entries that only say in words what the others decide."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answers of one earlier decision; `id` says which one, for the reader."""

    id: str
    decision: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One decision that the new version would take otherwise. Values are plain JSON, rules count from 1."""

    id: str
    decision: str
    before: Any
    after: Any
    entries: tuple[str, ...]
    rules_before: tuple[int, ...]
    rules_after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    total: int
    differences: tuple[Difference, ...]


def compare(old: Model, new: Model, recorded: Iterable[Recorded]) -> Compared:
    """Decide every recorded case with both. A decision that one version cannot take counts as otherwise."""
    cases, differences = list(recorded), list[Difference]()
    for case in cases:
        before, after = (model.evaluate(case.decision, case.inputs) for model in (old, new))
        values = to_json(before.value), to_json(after.value)
        entries = _entries(*values)
        if entries:
            rules = (tuple(found.matched.get(case.decision, ())) for found in (before, after))
            differences.append(Difference(case.id, case.decision, *values, entries, *rules))
    return Compared(len(cases), tuple(differences))


def read_recorded(data: bytes, decision: str = "") -> tuple[Recorded, ...]:
    """JSON lines `{"id": …, "decision": …, "inputs": {…}}`; `decision` holds where a line names none.

    Raises Invalid naming each line that is not so.
    """
    faults, found = list[Fault](), list[Recorded]()
    for row, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_recorded(line, row, decision))
        except (ValueError, RecursionError):
            faults.append(Fault(N_("Hier hoort een JSON-object met inputs en decision."), row=row))
    if faults:
        raise Invalid("policy.recorded", N_("De vastgelegde gevallen zijn niet te lezen."), faults=faults)
    return tuple(found)


def _recorded(line: bytes, row: int, decision: str) -> Recorded:
    entry: Any = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    if not isinstance(entry, dict) or not isinstance(entry.get("inputs"), dict):
        raise ValueError
    entry = cast("dict[str, Any]", entry)
    named = entry.get("decision", decision)
    if not isinstance(named, str) or not named:
        raise ValueError
    return Recorded(str(entry.get("id", row)), named, entry["inputs"])


def _entries(before: Any, after: Any) -> tuple[str, ...]:
    """Names of the entries that differ; `value` when the results are not both contexts."""
    if isinstance(before, dict) and isinstance(after, dict):
        return tuple(sorted(_different(cast("dict[str, Any]", before), cast("dict[str, Any]", after))))
    return () if same(before, after) else ("value",)


def _different(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for name in before.keys() | after.keys():
        if name not in WORDING and not same(before.get(name), after.get(name)):
            yield name
