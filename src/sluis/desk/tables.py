"""A table version as what its pages show."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext

from sluis.desk import words
from sluis.kernel.errors import SluisError, from_wire
from sluis.lake import service as lake
from sluis.lake.profile.looks import is_amount
from sluis.lake.rows import page as rows_page
from sluis.lake.rows.types import Column as RowColumn
from sluis.lake.rows.types import Files, PageRequest, RowPage
from sluis.lake.types import ColumnType, IngestReport
from sluis.web import spoken
from sluis.web.formats import cell, number
from sluis.web.shapes import Bar, Column, Table

SIZE = 25
EXAMPLES = 3
LONGEST = 60


def row_columns(report: Mapping[str, Any]) -> list[RowColumn]:
    """Columns as the row reader wants them; the system of the map belongs to its column."""
    geometry = report.get("geometry") or {}
    return [
        RowColumn(
            column["name"],
            column["type"],
            crs=geometry.get("crs", "") if geometry.get("column") == column["name"] else "",
        )
        for column in report["columns"]
    ]


def facts_of(version: Any) -> list[tuple[str, str]]:
    """Format, dialect and place, in words."""
    report = IngestReport.from_json(version.report)
    facts = [(gettext("Bestand"), version.filename), (gettext("Formaat"), report.format.upper())]
    for key, value in report.dialect.items():
        if key in words.DIALECT and value not in (None, "", False, 0):
            facts.append((gettext(words.DIALECT[key]), _mark(key, value)))
    if report.geometry:
        facts.append(
            (gettext("Kaart"), f"{report.geometry.type}, {report.geometry.crs or gettext('stelsel onbekend')}")
        )
    return facts


def _mark(key: str, value: Any) -> str:
    if value is True:
        return gettext("ja")
    if key in ("delimiter", "decimal") and value in words.MARKS:
        return gettext(words.MARKS[value])
    return str(value)


def warnings_of(version: Any) -> list[str]:
    return [remark.text(gettext) for remark in IngestReport.from_json(version.report).warnings]


def failure_text(version: Any) -> SluisError:
    return from_wire(version.failure or {"code": "table.failed"})


def examples(version: Any, files: Files) -> list[dict[str, Any]]:
    """Per column: title, name, type in words, share without a value, and the first few values."""
    report = version.report
    found = rows_page.page(files, row_columns(report), PageRequest(limit=50)).rows
    profile = {c["name"]: c for c in (version.profile or {}).get("columns", [])}
    return [
        {
            "name": column["name"],
            "title": spoken.written(column["title"]),
            "type": column["type"],
            "words": gettext(words.COLUMN_TYPES[ColumnType(column["type"])]),
            "scale": column.get("scale"),
            "empty": profile.get(column["name"], {}).get("empty_share"),
            "hidden": profile.get(column["name"], {}).get("hidden", False),
            "examples": _some(found, column),
        }
        for column in report["columns"]
    ]


def _some(rows: Any, column: Mapping[str, Any]) -> list[str]:
    values = (row[column["name"]] for row in rows)
    texts = (_short(cell(value, column.get("scale"))) for value in values if value is not None)
    return list(dict.fromkeys(texts))[:EXAMPLES]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def preview(version: Any, files: Files, cursor: str) -> tuple[Table, RowPage]:
    """One page of rows under heads with their profile."""
    report = version.report
    found = rows_page.page(files, row_columns(report), PageRequest(limit=SIZE, cursor=cursor))
    profile = {c["name"]: c for c in (version.profile or {}).get("columns", [])}
    heads = [head(column, profile.get(column["name"], {})) for column in report["columns"]]
    names = [column["name"] for column in report["columns"]]
    lines = [[cellable(row[name]) for name in names] for row in found.rows]
    caption = gettext("{filename}, {count} van {total} rijen").format(
        filename=version.filename, count=number(len(lines)), total=number(version.rows_total)
    )
    return Table(caption, heads, lines, row_header=None, id="rijen"), found


def cellable(value: Any) -> Any:
    return _short(value) if isinstance(value, str) else value


def head(column: Mapping[str, Any], profile: Mapping[str, Any]) -> Column:
    """The head of a column: type, range, share of empty cells and how the values are spread."""
    bars, told = spread(profile)
    return Column(
        title=spoken.written(column["title"] or column["name"]),
        type=column["type"],
        facts=_range(profile),
        empty=profile.get("empty_share"),
        bars=bars,
        bars_text=told,
        scale=column.get("scale"),
    )


def _range(profile: Mapping[str, Any]) -> str:
    if profile.get("min") is not None and profile.get("type") in ("integer", "decimal", "number"):
        return f"{shown_value(profile, profile['min'])}–{shown_value(profile, profile['max'])}"
    if profile.get("distinct") is not None and profile.get("type") == "text":
        return gettext("{count} waarden").format(count=number(profile["distinct"]))
    return ""


def shown_value(profile: Mapping[str, Any], value: Any) -> str:
    """A stored minimum, mean or maximum as people write it; the profile keeps decimals and dates as text."""
    kind = profile["type"]
    if kind in ("integer", "decimal", "number"):
        exact = Decimal(str(value))
        if exact == exact.to_integral_value() and not is_amount(profile.get("name", ""), profile):
            return cell(int(exact))
        return number(exact, min(4, max(0, -int(exact.as_tuple().exponent))))
    if kind == "date":
        return cell(date.fromisoformat(value))
    return cell(datetime.fromisoformat(value)) if kind == "datetime" else cell(value)


def spread(profile: Mapping[str, Any]) -> tuple[list[float], str]:
    """Counts for a small histogram, and the same in words."""
    rows = bars_of(profile)
    if not rows:
        return [], ""
    most = max(rows, key=lambda bar: bar.value)
    told = gettext("Het meest: {label} ({count} rijen)").format(label=most.label, count=number(most.value))
    return [bar.value for bar in rows], told


def bars_of(profile: Mapping[str, Any]) -> list[Bar]:
    """How the values are spread: the bins of the histogram, or the most frequent values."""
    histogram = profile.get("histogram")
    if histogram:
        return [Bar(_bin(part), part["count"]) for part in histogram["bins"]]
    return [Bar(_value(part["value"]), part["count"]) for part in profile.get("top") or []]


def _bin(part: Mapping[str, Any]) -> str:
    if "to" in part:
        return f"{cell(part['from'])} – {cell(part['to'])}"
    return cell(part["from"])


def _value(value: Any) -> str:
    return cell(value) if value not in (None, "") else gettext("leeg")


def compared(now: Any, before: Any) -> dict[str, Any]:
    """What changed since the version before: its rows and its columns, in words."""
    old, new = (IngestReport.from_json(version.report).columns for version in (before, now))
    change = lake.compared(old, new)
    missing = [c for c in lake.Change.from_json(now.change).columns if c.what == "missing"]
    return {
        "before": before,
        "lines": change_lines((*change.columns, *missing)),
        "breaking": change.kind == "breaking",
        "rows": now.rows_total - before.rows_total,
        "fewer": before.rows_total - now.rows_total,
    }


def change_lines(columns: Iterable[Any]) -> list[str]:
    """What became of columns, a line each."""
    return [_change(column) for column in columns]


def _change(column: Any) -> str:
    was, now = (_type(kind) if kind in set(ColumnType) else kind for kind in (column.was, column.now))
    title = spoken.stored(column.title or column.name)
    return format_html(gettext(words.CHANGES[column.what]), title=title, was=was, now=now)


def _type(kind: str) -> str:
    return gettext(words.COLUMN_TYPES[ColumnType(kind)])


def met(version: Any, base: int | None) -> list[tuple[str, str]]:
    """How the load met the table, and what the table has now; nothing for a load that is the table. `base` is the
    number of the version it was put on."""
    if version.mode == "replace":
        return []
    how = gettext(words.MODES[version.mode]).format(
        key=", ".join(version.key),
        number=base or "–",
        replaced=number(version.change.get("replaced", 0)),
    )
    return [(gettext("Werkwijze"), how), (gettext("Rijen in de tabel"), number(version.rows_total))]
