"""Charts as SVG text, drawn on the server: sizes in attributes and looks in classes, so no inline style is needed."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sluis.web.formats import number
from sluis.web.shapes import Bar

WIDTH, HEIGHT, GAP = 124, 32, 2
ROW, LABEL, CHART = 32, 130, 440


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
        '<text x="{}" y="{}" text-anchor="end">{}</text><rect x="{}" y="{}" width="{}" height="{}"/>'
        '<text x="{}" y="{}">{}</text>',
        (
            (LABEL - 10, y + 20, _clip(row.label), LABEL, y + 4, _short(width), ROW - 10,
             _short(LABEL + width + 8), y + 20, number(row.value))
            for i, row in enumerate(rows)
            for y, width in [(i * ROW, max(1.0, room * row.value / top))]
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="sluis-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        CHART, max(1, len(rows)) * ROW, title, drawn,
    )  # fmt: skip


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _clip(label: str, length: int = 17) -> str:
    return label if len(label) <= length else label[: length - 1] + "…"
