"""Charts as SVG text, drawn on the server: sizes in attributes and looks in classes, so no inline style is needed."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sluis.web.formats import number
from sluis.web.shapes import Bar, Point, Series
from sluis.web.spoken import lang

WIDTH, HEIGHT, GAP = 124, 32, 2
ROW, LABEL, CHART = 32, 130, 440
WIDE, HIGH, FOOT, HEAD = 320, 150, 22, 26


def histogram(counts: Sequence[float], text: str) -> SafeString:
    """Small bars for the head of a column; `text` says the same in words. Empty when there is nothing to draw."""
    if not counts or max(counts) <= 0:
        return SafeString("")
    step = WIDTH / len(counts)
    width = max(0.5, step - (GAP if step > 2 * GAP else 0))
    top = max(counts)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}"/>',
        (
            (_short(i * step), _short(HEIGHT - height), _short(width), _short(height))
            for i, count in enumerate(counts)
            if (height := max(1.0, HEIGHT * count / top) if count else 0.0)
        ),
    )
    return format_html(
        '<svg class="sluis-histogram" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "{}</svg>",
        WIDTH, HEIGHT, text, bars,
    )  # fmt: skip


def bars(rows: Sequence[Bar], title: str) -> SafeString:
    """Lying bars with their labels; a table with the same values must stand beside it."""
    top = max((row.value for row in rows), default=0) or 1
    room = CHART - LABEL - 70
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end"{}>{}</text><rect x="{}" y="{}" width="{}" height="{}"/>'
        '<text x="{}" y="{}">{}</text>',
        (
            (LABEL - 10, y + 20, lang(row.label, ""), _clip(row.label), LABEL, y + 4, _short(width), ROW - 10,
             _short(LABEL + width + 8), y + 20, number(row.value))
            for i, row in enumerate(rows)
            for y, width in [(i * ROW, max(1.0, room * row.value / top))]
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="sluis-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        CHART, max(1, len(rows)) * ROW, title, drawn,
    )  # fmt: skip


def series(shown: Series) -> SafeString:
    """Standing bars over time, one axis from nought: what is not as it should is hollow under a mark, so that it is
    seen without colour. A table with the same values must stand beside it. Empty when there is nothing to draw."""
    points = shown.points
    if not any(point.value for point in points):
        return SafeString("")
    known = [n for point in points for n in (point.value, point.low, point.high) if n is not None]
    top = max([*known, shown.limit or 0]) or 1
    step = WIDE / max(1, len(points))
    drawn = format_html_join("", "{}", ((_standing(point, i, step, top),) for i, point in enumerate(points)))
    limit = SafeString("")
    if shown.limit is not None:
        y = _short(_height(shown.limit, top))
        limit = format_html('<line class="sluis-limit" x1="0" x2="{}" y1="{}" y2="{}"/>', WIDE, y, y)
    return format_html(
        '<svg class="sluis-chart" viewBox="0 0 {} {}" role="img" aria-label="{}"><text x="0" y="14">{}</text>{}{}'
        '<line x1="0" x2="{}" y1="{}" y2="{}"/><text x="0" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}'
        "</text></svg>",
        WIDE, HIGH, f"{shown.title}. {shown.told}", f"{number(round(top, 2))} {shown.unit}".strip(), drawn, limit,
        WIDE, HIGH - FOOT, HIGH - FOOT,
        HIGH - 5, points[0].label if points else "", WIDE, HIGH - 5, points[-1].label if len(points) > 1 else "",
    )  # fmt: skip


def _standing(point: Point, place: int, step: float, top: float) -> SafeString:
    if point.value is None:
        return SafeString("")
    x, width = place * step + step * 0.15, min(step * 0.7, 40)
    y = min(_height(point.value, top), HIGH - FOOT - 1)
    bar = format_html(
        '<rect{} x="{}" y="{}" width="{}" height="{}"/>',
        format_html(' class="{}"', "is-odd") if point.odd else "",
        _short(x), _short(y), _short(width), _short(HIGH - FOOT - y),
    )  # fmt: skip
    mark = format_html('<text x="{}" y="{}">!</text>', _short(x + width / 2 - 2), _short(y - 4)) if point.odd else ""
    edges = format_html_join(
        "",
        '<line class="sluis-limit" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        (
            (_short(x - step * 0.1), _short(x + width + step * 0.1), level, level)
            for bound in (point.low, point.high)
            if bound is not None
            for level in [_short(_height(bound, top))]
        ),
    )
    return format_html("{}{}{}", bar, mark, edges)


def _height(value: float, top: float) -> float:
    return HIGH - FOOT - (HIGH - FOOT - HEAD) * value / top


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clip(label: str, length: int = 17) -> str:
    return label if len(label) <= length else label[: length - 1] + "…"
