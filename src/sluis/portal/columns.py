"""Columns of a published table as the head of a data table: what it means, its spread and its empty share."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from sluis.kernel.text import Said
from sluis.lake.profile.looks import is_amount
from sluis.lake.rows import types as lake
from sluis.release.types import PublicColumn, PublicTableInfo
from sluis.web import formats, spoken
from sluis.web.shapes import Column

FEW = 50  # a column with no more different values is a choice
_PERIODS = ("date", "datetime")


def for_rows(table: PublicTableInfo) -> list[lake.Column]:
    """The columns as a row query takes them."""
    crs = (table.geometry or {}).get("crs") or ""
    return [lake.Column(c.name, c.type, c.title, crs if c.type == "geometry" else "") for c in table.columns]


def head(column: PublicColumn, crs: str = "", *, sort: str = "", sort_url: str = "") -> Column:
    """`sort` is "", "ascending" or "descending"."""
    profile, title = column.profile, title_of(column)
    counts, text = spread(column)
    return Column(
        title=title,
        type=column.type,
        chip=gettext("categorie") if is_choice(column) and column.type == "text" else "",
        facts=crs if column.type == "geometry" else extent(column),
        empty=profile.get("empty_share"),
        bars=counts,
        bars_text=text,
        sort=sort,
        sort_url=sort_url,
        scale=column.scale if column.scale is not None and column.scale <= 6 else None,
    )


def title_of(column: PublicColumn) -> Said:
    return spoken.said(column.title or column.name, column.title_en)


def is_choice(column: PublicColumn) -> bool:
    distinct = column.profile.get("distinct")
    return bool(distinct and distinct <= FEW and column.profile.get("top"))


def extent(column: PublicColumn) -> str:
    """From where to where, or how many different values."""
    profile = column.profile
    least, most = profile.get("min"), profile.get("max")
    if least is not None and most is not None:
        first, last = _short(least, column), _short(most, column)
        return first if first == last else f"{first}–{last}"
    if distinct := profile.get("distinct"):
        return gettext("{count} waarden").format(count=formats.number(distinct))
    return ""


def _short(value: Any, column: PublicColumn) -> str:
    """A bound that fits above a column: a year for a day, two decimals at most for a number."""
    if column.type in _PERIODS:
        return str(value)[:4]
    if isinstance(value, float):
        return formats.number(round(value, 2)).rstrip("0").rstrip(",.") if "." in repr(value) else formats.number(value)
    if isinstance(value, int):
        amount = is_amount(column.name, {"type": column.type, **column.profile})
        return formats.number(value) if amount else formats.cell(value)
    return str(value)


def spread(column: PublicColumn) -> tuple[Sequence[float], str]:
    """Bars and the same in words: the histogram, or else the most frequent values."""
    profile = column.profile
    if bins := profile.get("histogram", {}).get("bins"):
        counts = [one["count"] for one in bins]
        fullest = bins[counts.index(max(counts))]
        text = gettext("Verdeling van {extent}, de meeste bij {fullest}.")
        return counts, text.format(extent=extent(column), fullest=value_text(fullest["from"], column))
    if top := profile.get("top"):
        words = [f"{value_text(one['value'], column)} ({formats.number(one['count'])})" for one in top[:3]]
        return [one["count"] for one in top], gettext("Meest: {values}.").format(values=", ".join(words))
    return (), ""


def value_text(value: Any, column: PublicColumn) -> str:
    """A value of a profile (dates are texts there) as people write it."""
    if column.type in _PERIODS and isinstance(value, str):
        return _day(value)
    return formats.cell(value, column.scale if column.type == "decimal" else None)


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text
    return formats.cell(found)


def meanings(columns: Sequence[PublicColumn]) -> list[Mapping[str, Any]]:
    """What each column means, for the list on the overview."""
    return [
        {
            "name": column.name,
            "title": title_of(column),
            "meaning": spoken.of(column, "meaning"),
            "unit": column.unit,
            "code_list": column.code_list if column.code_list.startswith(("https://", "http://")) else "",
            "head": head(column),
        }
        for column in columns
    ]
