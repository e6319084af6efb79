"""How Sluis reads the Open Data Contract Standard 3.1 (bitol.io): which parts there are and what may stand in them.

Our own reading, written from the standard. Unknown parts are no error: they stay in the contract and are named as not
checked. See docs/reference/contracts.md.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.contracts.types import Finding, Rule
from sluis.lake.contracts.yaml_text import Document

VERSIONS = ("v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0")
LOGICAL_TYPES = ("string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean")
DIMENSIONS = ("accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness")
METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
COMPARISONS = (
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo",
    "mustBeBetween", "mustNotBeBetween",
)  # fmt: skip
_WORDS = {str: N_("tekst"), int: N_("een geheel getal"), float: N_("een getal"), bool: N_("true of false"),
          list: N_("een lijst"), dict: N_("een groep onderdelen")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What a value must be: one of `types` (none: anything), of `choices`, a list of `each`, or a map of `shape`."""

    types: tuple[type, ...] = ()
    choices: tuple[str, ...] = ()
    each: "Part | None" = None
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    parts: Mapping[str, Part]
    required: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])


TEXT, FLAG, WHOLE, NUMBER, ANY, MAP = (
    Part((str,)),
    Part((bool,)),
    Part((int,)),
    Part((int, float)),
    Part(),
    Part((dict,)),
)
TEXTS = Part((list,), each=TEXT)
MAPS = Part((list,), each=MAP)
PLAIN = Part((str, int, float, bool))


def _one(shape: str) -> Part:
    return Part((dict,), shape=shape)


def _many(shape: str) -> Part:
    return Part((list,), each=_one(shape))


_ELEMENT = {
    "id": TEXT, "name": TEXT, "physicalName": TEXT, "physicalType": TEXT, "description": TEXT, "businessName": TEXT,
    "authoritativeDefinitions": _many("definition"), "tags": TEXTS, "customProperties": _many("custom"),
    "quality": _many("quality"), "relationships": MAPS,
}  # fmt: skip
_PROPERTY = {
    **_ELEMENT, "primaryKey": FLAG, "primaryKeyPosition": WHOLE, "logicalType": Part((str,), LOGICAL_TYPES),
    "logicalTypeOptions": MAP, "required": FLAG, "unique": FLAG, "partitioned": FLAG, "partitionKeyPosition": WHOLE,
    "classification": TEXT, "encryptedName": TEXT, "transformSourceObjects": TEXTS, "transformLogic": TEXT,
    "transformDescription": TEXT, "examples": Part((list,)), "criticalDataElement": FLAG, "items": MAP,
    "properties": _many("property"),
}  # fmt: skip

SHAPES: Mapping[str, Shape] = {
    "contract": Shape(
        {
            "version": TEXT, "kind": Part((str,), ("DataContract",)), "apiVersion": TEXT, "id": TEXT, "name": TEXT,
            "tenant": TEXT, "tags": TEXTS, "status": TEXT, "servers": MAPS, "dataProduct": TEXT,
            "description": _one("description"), "domain": TEXT, "schema": _many("object"), "support": MAPS,
            "price": MAP, "team": Part((dict, list)), "roles": MAPS, "slaDefaultElement": TEXT,
            "slaProperties": _many("sla"), "authoritativeDefinitions": _many("definition"),
            "customProperties": _many("custom"), "contractCreatedTs": TEXT,
        },
        ("version", "apiVersion", "kind", "id", "status"),
    ),
    "description": Shape(
        {
            "usage": TEXT, "purpose": TEXT, "limitations": TEXT, "authoritativeDefinitions": _many("definition"),
            "customProperties": _many("custom"),
        }
    ),
    "object": Shape(
        {
            **_ELEMENT, "logicalType": Part((str,), ("object",)), "dataGranularityDescription": TEXT,
            "properties": _many("property"),
        },
        ("name",),
    ),
    "property": Shape(_PROPERTY, ("name",)),
    "quality": Shape(
        {
            "id": TEXT, "authoritativeDefinitions": _many("definition"), "businessImpact": TEXT,
            "customProperties": _many("custom"), "description": TEXT, "dimension": Part((str,), DIMENSIONS),
            "method": TEXT, "name": TEXT, "schedule": TEXT, "scheduler": TEXT, "severity": TEXT, "tags": TEXTS,
            "type": Part((str,), ("text", "library", "sql", "custom")), "unit": TEXT, "metric": Part((str,), METRICS),
            "rule": TEXT, "arguments": MAP, "query": TEXT, "engine": TEXT, "implementation": Part((str, dict)),
            "mustBe": ANY, "mustNotBe": ANY, "mustBeGreaterThan": NUMBER, "mustBeGreaterOrEqualTo": NUMBER,
            "mustBeLessThan": NUMBER, "mustBeLessOrEqualTo": NUMBER, "mustBeBetween": Part((list,), each=NUMBER),
            "mustNotBeBetween": Part((list,), each=NUMBER),
        }
    ),
    "sla": Shape(
        {
            "id": TEXT, "property": TEXT, "value": PLAIN, "valueExt": PLAIN, "unit": TEXT, "element": TEXT,
            "driver": TEXT, "description": TEXT, "scheduler": TEXT, "schedule": TEXT,
        },
        ("property", "value"),
    ),
    "definition": Shape({"id": TEXT, "url": TEXT, "type": TEXT, "description": TEXT}, ("url", "type")),
    "custom": Shape({"id": TEXT, "property": TEXT, "value": ANY, "description": TEXT}),
}  # fmt: skip


def findings(document: Document) -> list[Finding]:
    """Everything that does not fit the standard, and as notes the parts that Sluis does not know."""
    found = [*_version(document), *_map(document, document.content, "contract", "")]
    return sorted(found, key=lambda finding: (finding.row or 0, finding.column))


def _version(document: Document) -> Iterator[Finding]:
    version = document.content.get("apiVersion")
    if isinstance(version, str) and version not in VERSIONS:
        text = N_("Sluis leest versie 3.0 en 3.1 van de standaard, niet ‘{version}’. Zet het contract om naar v3.1.0.")
        yield finding(document, "apiVersion", "standard", text, version=version[:40])


def _map(document: Document, found: Mapping[str, Any], name: str, path: str) -> Iterator[Finding]:
    shape = SHAPES[name]
    for key in shape.required:
        if found.get(key) is None:
            text = N_("Het verplichte onderdeel ‘{name}’ ontbreekt.")
            yield finding(document, path, "missing", text, name=key)
    for key, value in found.items():
        inner = f"{path}.{key}" if path else key
        part = shape.parts.get(key)
        if part is None:
            yield _unknown(document, inner, key, shape)
        else:
            yield from _part(document, value, part, inner)


def _part(document: Document, value: Any, part: Part, path: str) -> Iterator[Finding]:
    if value is None or not part.types:
        return
    if not _is(value, part.types):
        text = N_("Hier hoort {expected_term}.")
        yield finding(document, path, "type", text, expected_term=_WORDS[part.types[0]])
    elif part.choices and value not in part.choices:
        text = N_("‘{value}’ kan hier niet. Kies uit: {choices}.")
        yield finding(document, path, "choice", text, value=str(value)[:80], choices=", ".join(part.choices))
    elif part.each is not None:
        for number, item in enumerate(value):
            yield from _part(document, item, part.each, f"{path}[{number}]")
    elif part.shape:
        yield from _map(document, value, part.shape, path)


def _is(value: Any, types: tuple[type, ...]) -> bool:
    """True and false are no numbers here."""
    return isinstance(value, types) and (not isinstance(value, bool) or bool in types)


def is_number(value: Any) -> bool:
    return _is(value, NUMBER.types)


def _unknown(document: Document, path: str, key: str, shape: Shape) -> Finding:
    near = difflib.get_close_matches(key, shape.parts, n=1)
    if near:
        text = N_("‘{name}’ staat niet in de standaard. Bedoelt u ‘{near}’?")
        return finding(document, path, "unknown", text, note=True, name=key[:80], near=near[0])
    text = N_("‘{name}’ staat niet in de standaard. Sluis bewaart dit en controleert het niet.")
    return finding(document, path, "unknown", text, note=True, name=key[:80])


def parted(made: Iterable[Rule | Finding]) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    """What is checked, and a remark for each part that is wrong or not checked; both in their order."""
    found = list(made)
    return tuple(one for one in found if isinstance(one, Rule)), tuple(one for one in found if isinstance(one, Finding))


def finding(document: Document, path: str, code: str, text: str, *, note: bool = False, **params: Any) -> Finding:
    line, column = document.at(path)
    return Finding(text, path, line, params, code, column, note)
