"""A first contract from what the profile of a table saw: for people to read, loosen and complete."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from sluis.lake.types import ColumnType

LOGICAL: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.DECIMAL: "number",
    ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "timestamp",
    ColumnType.TIME: "time",
    ColumnType.GEOMETRY: "object",
    ColumnType.JSON: "object",
}
FREQUENCIES: Mapping[str, tuple[int, str]] = {
    "HOURLY": (1, "h"), "DAILY": (1, "d"), "WEEKLY": (1, "w"), "BIWEEKLY": (2, "w"), "MONTHLY": (1, "mo"),
    "BIMONTHLY": (2, "mo"), "QUARTERLY": (3, "mo"), "ANNUAL_2": (6, "mo"), "ANNUAL": (1, "y"), "BIENNIAL": (2, "y"),
}  # fmt: skip
"""EU frequency code → how old the data may be; a code that names no pace promises nothing."""
_CODES, _OFTEN = 10, 5
_NUMBERS = ("integer", "number")
_IDENTIFIER = re.compile(r"(?:^|_)(?:id|nr|nummer|code)(?:_|$)")
_SIGNS = {"A": r"\p{Lu}", "a": r"\p{Ll}", "9": "[0-9]"}


def proposal(
    *,
    identity: str,
    name: str,
    title: str,
    description: str,
    report: Mapping[str, Any],
    profile: Mapping[str, Any],
    meanings: Mapping[str, str],
    frequency: str = "",
) -> dict[str, Any]:
    """The content of a contract that this version of the table keeps.

    `meanings` is column name → what it means; `frequency` the EU code. Bounds are wider than what was seen, so that an
    ordinary next delivery keeps them too. Nothing of a column with personal data but its type comes out.
    """
    measured = {column["name"]: column for column in profile["columns"]}
    key = _key(profile)
    columns = [_column(c, measured.get(c["name"], {}), meanings, key) for c in report["columns"]]
    table: dict[str, Any] = {"name": name, "physicalType": "table", "businessName": title}
    if description:
        table["description"] = description
    table |= {
        "properties": columns,
        "quality": [{"type": "library", "metric": "rowCount", "mustBeGreaterThan": 0, "severity": "error"}],
    }
    content: dict[str, Any] = {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": identity, "name": title, "version": "1.0.0",
        "status": "active", "schema": [table],
    }  # fmt: skip
    if pace := FREQUENCIES.get(frequency.rpartition("/")[2]):
        content["slaProperties"] = [{"property": "frequency", "value": pace[0], "unit": pace[1], "element": name}]
    return content


def _key(profile: Mapping[str, Any]) -> list[str]:
    """The key that looks most like one: a name with `id`, `nr` or `code`, else the first."""
    keys: list[list[str]] = profile.get("keys") or []
    likely = [key for key in keys if any(map(_IDENTIFIER.search, key))]
    return (likely or keys or [[]])[0]


def _column(
    column: Mapping[str, Any], seen: Mapping[str, Any], meanings: Mapping[str, str], key: list[str]
) -> dict[str, Any]:
    name, kind = column["name"], ColumnType(column["type"])
    found: dict[str, Any] = {"name": name, "logicalType": LOGICAL[kind]}
    if kind is ColumnType.GEOMETRY:
        found["physicalType"] = "geometry"
    if column["title"] and column["title"] != name:
        found["businessName"] = column["title"]
    if meanings.get(name):
        found["description"] = meanings[name]
    if seen.get("rows") and not seen.get("empty"):
        found["required"] = True
    if name in key:
        found |= {"primaryKey": True, "primaryKeyPosition": key.index(name) + 1}
    elif seen.get("unique") and (kind is ColumnType.TEXT or _IDENTIFIER.search(name)):  # a measure is so by accident
        found["unique"] = True
    if not seen.get("hidden"):
        codes = _codes(seen)
        if options := dict(_options(found["logicalType"], seen, bool(codes))):
            found["logicalTypeOptions"] = options
        if codes:
            valid = {"validValues": codes}
            found["quality"] = [{"type": "library", "metric": "invalidValues", "arguments": valid, "mustBe": 0}]
    return found


def _codes(seen: Mapping[str, Any]) -> list[str]:
    """All values, when a text column has few that come back often."""
    top, few = seen.get("top") or [], seen.get("distinct", 0)
    values = [part["value"] for part in top]
    if seen.get("type") != ColumnType.TEXT or not 1 < few <= _CODES or len(values) != few:
        return []
    often = seen["rows"] - seen["empty"] >= _OFTEN * few
    return sorted(values) if often and not any(value.endswith("…") for value in values) else []


def _options(kind: str, seen: Mapping[str, Any], is_code: bool) -> Iterator[tuple[str, Any]]:
    if kind in _NUMBERS and seen.get("min") is not None:
        least, most = wider(Decimal(str(seen["min"])), Decimal(str(seen["max"])))
        yield "minimum", _plain(least, kind)
        yield "maximum", _plain(most, kind)
    if kind == "date" and seen.get("min"):
        yield "minimum", f"{seen['min'][:4]}-01-01"
    if kind == "string" and not is_code and (pattern := _pattern(seen)):
        yield "pattern", pattern


def wider(least: Decimal, most: Decimal) -> tuple[Decimal, Decimal]:
    """Room for as much again on both sides, in round numbers; what is never below zero stays so."""
    room = max(most - least, abs(most), Decimal(1))
    low = Decimal(0) if least >= 0 else -_round_up(room - least)
    return low, Decimal(0) if most <= 0 else _round_up(most + room)


def _round_up(value: Decimal) -> Decimal:
    """To one digit and zeros, never down."""
    step = Decimal(1).scaleb(value.adjusted())
    return (value / step).to_integral_value(rounding="ROUND_CEILING") * step


def _plain(value: Decimal, kind: str) -> int | float:
    return int(value) if kind == "integer" or value == value.to_integral_value() else float(value)


def _pattern(seen: Mapping[str, Any]) -> str:
    """One shape that every value has, with a digit in it: a code rather than words."""
    masks = seen.get("patterns") or []
    if len(masks) != 1 or "9" not in masks[0]["mask"] or masks[0]["count"] != seen["rows"] - seen["empty"]:
        return ""
    parts = [_times(_SIGNS.get(sign) or re.escape(sign), len(list(run))) for sign, run in groupby(masks[0]["mask"])]
    return f"^{''.join(parts)}$"


def _times(sign: str, count: int) -> str:
    return sign if count == 1 else f"{sign}{{{count}}}"
