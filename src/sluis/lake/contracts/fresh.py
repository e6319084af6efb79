"""What `slaProperties` promise about the age of the data: `latency` and `frequency`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.contracts.standard import finding, is_number, parted
from sluis.lake.contracts.types import Finding, Property, Rule, Severity
from sluis.lake.contracts.yaml_text import Document

CHECKED = ("latency", "frequency")
_HOUR = 3600
UNITS: Mapping[str, int] = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), 24 * _HOUR),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 7 * 24 * _HOUR),
    **dict.fromkeys(("mo", "month", "months"), 31 * 24 * _HOUR),
    **dict.fromkeys(("y", "yr", "year", "years"), 366 * 24 * _HOUR),
}


def rules(
    document: Document, listed: Sequence[Mapping[str, Any]], tables: Sequence[str], columns: Sequence[Property]
) -> tuple[tuple[Rule, ...], tuple[Finding, ...]]:
    """Old data is a warning: keeping back the newest there is would make what stands outside older still."""
    made = (_rule(document, one, f"slaProperties[{number}]", tables, columns) for number, one in enumerate(listed))
    return parted(made)


def _rule(
    document: Document, one: Mapping[str, Any], path: str, tables: Sequence[str], columns: Sequence[Property]
) -> Rule | Finding:
    name, value = str(one["property"]), one["value"]
    if name not in CHECKED:
        text = N_("Sluis controleert de afspraak ‘{name}’ niet.")
        return finding(document, path, "sla", text, note=True, name=name[:80])
    if not is_number(value) or value <= 0:
        return finding(document, f"{path}.value", "sla-value", N_("Hier hoort een getal boven nul."))
    unit = str(one.get("unit") or "d")
    if unit.lower() not in UNITS:
        text = N_("De eenheid ‘{unit}’ is onbekend. Gebruik bijvoorbeeld h, d, w, mo of y.")
        return finding(document, f"{path}.unit", "sla-unit", text, unit=unit[:40])
    column = _column(str(one.get("element") or ""), tables, columns)
    if column is None:
        text = N_("‘{element}’ is geen kolom van deze tabel; deze afspraak wordt niet gecontroleerd.")
        return finding(document, f"{path}.element", "sla-element", text, note=True, element=str(one["element"])[:80])
    given = {"seconds": round(value * UNITS[unit.lower()]), "value": value, "unit": unit, "property": name}
    told = str(one.get("description") or "")
    return Rule(f"{column or 'table'}.{name}", "fresh", column, Severity.WARNING, given, told)


def _column(element: str, tables: Sequence[str], columns: Sequence[Property]) -> str | None:
    """The column that the element names (`table.column` or `column`); '' for the moment of loading."""
    if not element or element in tables:
        return ""
    table, dot, name = element.rpartition(".")
    if dot and table not in tables:
        return None
    return next((one.name for one in columns if name in (one.name, *one.names)), None)
