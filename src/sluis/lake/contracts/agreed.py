"""From the document to what can be looked at: columns, rules, and the parts that Sluis does not check."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.contracts import fresh, quality
from sluis.lake.contracts.options import rules_of_options
from sluis.lake.contracts.standard import finding
from sluis.lake.contracts.types import Agreed, Finding, Property, Rule
from sluis.lake.contracts.yaml_text import Document


@dataclass(frozen=True, slots=True)
class Told:
    """Rules and remarks of one part of the document."""

    rules: tuple[Rule, ...] = ()
    remarks: tuple[Finding, ...] = ()


def objects_of(document: Document) -> list[dict[str, Any]]:
    return document.content.get("schema") or []


def agreed(document: Document, place: int) -> Agreed:
    """What the contract says of the table at this place in `schema`. The document fits the standard."""
    objects = objects_of(document)
    chosen, path = objects[place], f"schema[{place}]"
    parts = list(_properties(chosen.get("properties") or [], f"{path}.properties"))
    properties = tuple(_property(found) for _, found in parts)
    names = tuple(str(chosen[key]) for key in ("physicalName", "name") if chosen.get(key))
    told = [
        *(_column(document, where, found, one) for (where, found), one in zip(parts, properties, strict=True)),
        Told(tuple(_keys(properties))),
        Told(*quality.rules(document, chosen.get("quality") or [], f"{path}.quality", "")),
        Told(*fresh.rules(document, document.content.get("slaProperties") or [], names, properties)),
        Told((), tuple(_elsewhere(document, objects, place, path))),
        Told((), tuple(_twice(document, parts))),
    ]
    return Agreed(
        table=str(chosen["name"]),
        tables=tuple(dict.fromkeys(names)),
        properties=properties,
        rules=_numbered(rule for one in told for rule in one.rules),
        unchecked=tuple(remark for one in told for remark in one.remarks),
    )


def place_of(document: Document, table: str) -> int:
    """Where the table stands; `table` chooses when there are several.

    Raises Invalid when there is none to look at, naming those that there are.
    """
    objects = objects_of(document)
    if len(objects) == 1:
        return 0
    names = [{str(found.get("name")), str(found.get("physicalName"))} for found in objects]
    found = [number for number, known in enumerate(names) if table in known] if table else []
    if len(found) == 1:
        return found[0]
    if not objects:
        raise Invalid(
            "contract.no-table",
            N_("Het contract beschrijft geen tabel."),
            way_out=N_("Vul bij ‘schema’ de kolommen in, of begin met een voorstel uit de data."),
        )
    raise Invalid(
        "contract.which-table",
        N_("Het contract beschrijft meer tabellen ({tables}); Sluis weet niet welke bij deze data hoort."),
        way_out=N_("Geef de tabel in het contract het kenmerk van de dataset als naam, of noem hem in de opdracht."),
        tables=", ".join(str(found.get("name")) for found in objects)[:300],
    )


def _properties(found: list[dict[str, Any]], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, part in enumerate(found):
        yield f"{path}[{number}]", part


def _property(found: Mapping[str, Any]) -> Property:
    position = found.get("primaryKeyPosition")
    return Property(
        name=str(found["name"]),
        names=tuple(dict.fromkeys(str(found[key]) for key in ("physicalName", "name") if found.get(key))),
        title=str(found.get("businessName") or ""),
        description=str(found.get("description") or ""),
        logical_type=str(found.get("logicalType") or ""),
        required=found.get("required") is True,
        unique=found.get("unique") is True,
        key=(position if isinstance(position, int) and position > 0 else 1) if found.get("primaryKey") is True else 0,
    )


def _column(document: Document, path: str, found: Mapping[str, Any], one: Property) -> Told:
    name = one.name
    rules = [Rule(f"{name}.column", "column", name, given={"names": list(one.names)})]
    if one.logical_type:
        rules.append(Rule(f"{name}.type", "type", name, given={"type": one.logical_type}))
    if one.required and not one.key:
        rules.append(Rule(f"{name}.required", "required", name))
    if one.unique:
        rules.append(Rule(f"{name}.unique", "unique", name))
    more, remarks = rules_of_options(document, path, found)
    checks, others = quality.rules(document, found.get("quality") or [], f"{path}.quality", name)
    return Told((*rules, *more, *checks), (*remarks, *others, *_not_looked_into(document, path, found)))


def _keys(properties: tuple[Property, ...]) -> Iterator[Rule]:
    """The primary key, in the order of its positions: together unique, and none of them empty."""
    parts = sorted((one for one in properties if one.key), key=lambda one: one.key)
    if parts:
        yield Rule("key", "key", given={"columns": [one.name for one in parts]})


def _not_looked_into(document: Document, path: str, found: Mapping[str, Any]) -> Iterator[Finding]:
    for key in ("properties", "items"):
        if found.get(key):
            text = N_("Sluis kijkt niet in de waarden van een samengestelde kolom; dit deel wordt niet gecontroleerd.")
            yield finding(document, f"{path}.{key}", "nested", text, note=True)
    if found.get("relationships"):
        yield _relation(document, path)


def _twice(document: Document, parts: list[tuple[str, dict[str, Any]]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, found in parts:
        name = str(found["name"])
        if name in seen:
            yield finding(document, path, "double", N_("De kolom ‘{name}’ staat er twee keer in."), name=name[:80])
        seen.add(name)


def _elsewhere(document: Document, objects: list[Any], place: int, path: str) -> Iterator[Finding]:
    if objects[place].get("relationships"):
        yield _relation(document, path)
    for number, other in enumerate(objects):
        if number != place:
            text = N_("De tabel ‘{name}’ hoort niet bij deze data en wordt niet gecontroleerd.")
            yield finding(document, f"schema[{number}]", "other-table", text, note=True, name=str(other["name"])[:80])


def _relation(document: Document, path: str) -> Finding:
    text = N_("Sluis controleert geen verwijzingen naar andere tabellen.")
    return finding(document, f"{path}.relationships", "relation", text, note=True)


def _numbered(rules: Iterator[Rule]) -> tuple[Rule, ...]:
    """Every rule has a name of its own, also when the document repeats itself."""
    seen: dict[str, int] = {}
    found: list[Rule] = []
    for rule in rules:
        seen[rule.id] = seen.get(rule.id, 0) + 1
        found.append(rule if seen[rule.id] == 1 else replace(rule, id=f"{rule.id}.{seen[rule.id]}"))
    return tuple(found)
