"""What `logicalTypeOptions` and a physical type with a length ask of the values of a column."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.contracts.standard import finding, is_number, parted
from sluis.lake.contracts.types import Finding, Rule
from sluis.lake.contracts.yaml_text import Document

_BOUNDS = {"minimum": "min", "maximum": "max", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
_LENGTHS = {"minLength": "min_length", "maxLength": "max_length"}
_ORDERED = ("number", "integer", "date", "timestamp", "time")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
FORMATS: Mapping[str, str] = {
    "email": r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
    "uuid": r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+",
    "hostname": rf"{_LABEL}(?:\.{_LABEL})*",
    "ipv4": rf"{_BYTE}(?:\.{_BYTE}){{3}}",
    "ipv6": r"[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*",
}
"""Linear-time patterns for the formats of the standard that say what a text looks like."""
_BITS = re.compile(r"([iu])(8|16|32|64|128)")
_SIZED = re.compile(r"\s*(?:n?var)?char(?:acter)?(?:2| varying)?\s*\(\s*([0-9]{1,6})\s*\)\s*", re.IGNORECASE)


def rules_of_options(
    document: Document, path: str, found: Mapping[str, Any]
) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    """Rules in the order of the document, and a remark for each option that is wrong or that Sluis does not check."""
    told = (found.get("logicalTypeOptions") or {}).items()
    where = f"{path}.logicalTypeOptions"
    made = [one for key, value in told for one in _option(document, f"{where}.{key}", key, value, found)]
    if sized := _SIZED.fullmatch(str(found.get("physicalType") or "")):
        made.append(Rule(f"{found['name']}.size", "max_length", str(found["name"]), given={"bound": int(sized[1])}))
    return parted(made)


def _option(document: Document, where: str, key: str, value: Any, found: Mapping[str, Any]) -> Iterator[Rule | Finding]:
    name, kind = str(found["name"]), str(found.get("logicalType") or "")
    if key in _BOUNDS and kind in _ORDERED:
        yield _bound(document, where, name, kind, _BOUNDS[key], value)
    elif key in _LENGTHS and kind == "string":
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield Rule(f"{name}.{key}", _LENGTHS[key], name, given={"bound": value})
        else:
            yield finding(document, where, "length", N_("Een lengte is een geheel getal van 0 of meer."))
    elif key == "pattern" and kind == "string":
        if isinstance(value, str):
            yield Rule(f"{name}.pattern", "pattern", name, given={"pattern": value})
        else:
            yield finding(document, where, "pattern", N_("Een patroon is tekst; zet het tussen aanhalingstekens."))
    elif key == "multipleOf" and kind in ("number", "integer"):
        if is_number(value) and value > 0:
            yield Rule(f"{name}.multiple", "multiple", name, given={"bound": value})
        else:
            yield finding(document, where, "multiple", N_("Hier hoort een getal boven nul."))
    elif key == "format" and (kind, value) != ("", None):
        yield from _format(document, where, name, kind, str(value))
    else:
        yield _unchecked(document, where, key)


def _bound(document: Document, where: str, name: str, kind: str, how: str, value: Any) -> Rule | Finding:
    if is_number(value) if kind in ("number", "integer") else isinstance(value, str):
        return Rule(f"{name}.{how}", how, name, given={"bound": value, "type": kind})
    if kind in ("number", "integer"):
        return finding(document, where, "bound", N_("De grens van een getal is een getal, zonder aanhalingstekens."))
    return finding(document, where, "bound", N_("De grens van een datum of tijd is tekst, zoals ‘2026-01-31’."))


def _format(document: Document, where: str, name: str, kind: str, value: str) -> Iterator[Rule | Finding]:
    if kind == "string" and value in FORMATS:
        yield Rule(f"{name}.format", "format", name, given={"format": value})
    elif kind == "integer" and (bits := _BITS.fullmatch(value)):
        half = int(bits[2]) - 1
        least, most = (-(2**half), 2**half - 1) if bits[1] == "i" else (0, 2 ** int(bits[2]) - 1)
        yield Rule(f"{name}.format.min", "min", name, given={"bound": least, "type": kind})
        yield Rule(f"{name}.format.max", "max", name, given={"bound": most, "type": kind})
    else:
        yield _unchecked(document, where, f"format: {value}"[:80])


def _unchecked(document: Document, where: str, name: str) -> Finding:
    text = N_("Sluis controleert ‘{name}’ bij dit soort kolom niet.")
    return finding(document, where, "option", text, note=True, name=name)
