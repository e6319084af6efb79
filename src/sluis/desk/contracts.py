"""A contract in words: columns with what is promised of them, what came out, and what Sluis does not check."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from sluis.kernel.errors import from_wire
from sluis.lake.contracts.change import broken
from sluis.lake.contracts.reading import Read
from sluis.lake.contracts.types import RuleOutcome, Severity, Status
from sluis.lake.contracts.wording import TYPES, outcome_text, promises, rule_text
from sluis.web import spoken


def readable(read: Read, outcomes: Iterable[RuleOutcome] = ()) -> dict[str, Any]:
    """Rules per column and of the table, each with its outcome when there is one; what is not kept stands first."""
    known = {one.rule.id: one for one in outcomes}
    lines: dict[str, list[dict[str, Any]]] = {}
    for rule in read.agreed.rules:
        if rule.kind in ("column", "type") and known.get(rule.id) is None:
            continue  # said by the heads of the table itself
        one = known.get(rule.id)
        if rule.kind in ("column", "type") and one is not None and one.status is Status.PASSED:
            continue
        lines.setdefault(rule.column, []).append(_line(rule, one))
    for some in lines.values():
        some.sort(key=_kept)
    return {
        "columns": [
            {
                "name": one.name,
                "title": one.title or one.name,
                "description": one.description,
                "type": gettext(TYPES[one.logical_type]) if one.logical_type else "",
                "rules": lines.get(one.name, []),
            }
            for one in sorted(read.agreed.properties, key=lambda one: all(map(_kept, lines.get(one.name, []))))
        ],
        "rules": lines.get("", []),
        "notes": [spoken.told(note) for note in read.notes],
    }


def _kept(line: Mapping[str, Any]) -> bool:
    return line["status"] in ("", Status.PASSED)


def _line(rule: Any, one: RuleOutcome | None) -> dict[str, Any]:
    return {
        "text": rule_text(rule, gettext),
        "warning": rule.severity is Severity.WARNING,
        "status": one.status.value if one else "",
        "found": outcome_text(one, gettext) if one else "",
        "examples": [(example.row, example.value) for example in one.examples] if one else [],
    }


def dropped(before: Read, after: Read) -> list[str]:
    """The promises that the new version lets go."""
    return promises(broken(before.agreed, after.agreed), gettext)


def why_not(failure: Mapping[str, Any] | None) -> str:
    return spoken.told(from_wire(failure)) if failure else ""
