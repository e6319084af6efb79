"""Boxes with rows, and lines from row to row, from left to right: drawn on the server as one SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sluis.web.spoken import lang

WIDE, BETWEEN, ROW, HEAD, APART = 210, 90, 22, 46, 24
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Box:
    """`place` counts columns of boxes from the left; `rows` are (key, label)."""

    key: str
    title: str
    note: str
    place: int
    rows: Sequence[tuple[str, str]] = ()


type Line = tuple[str, str, str, str]
"""Box and row that it leaves, box and row that it comes to; an empty or unknown row is the head of the box."""


def drawn(boxes: Sequence[Box], lines: Sequence[Line], title: str) -> SafeString:
    """The picture in its own size; a table that says the same must stand beside it."""
    tops = _tops(boxes)
    known = {box.key: box for box in boxes}
    across = format_html_join(
        "",
        '<path class="is-odd" d="M{} {}C{} {} {} {} {} {}"/>',
        (
            (x, y, x + bend, y, to_x - bend, to_y, to_x, to_y)
            for a, row, b, to in lines
            if a in known and b in known
            for x, y in [(_left(known[a]) + WIDE, _middle(known[a], row, tops))]
            for to_x, to_y in [(_left(known[b]), _middle(known[b], to, tops))]
            for bend in [max(1, (to_x - x) // 2)]
        ),
    )
    width = max((_left(box) for box in boxes), default=0) + WIDE + 2
    height = max((tops[box.key] + _height(box) for box in boxes), default=0) + 2
    return format_html(
        '<svg class="sluis-chart sluis-flow" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        "{}{}</svg>",
        width, height, width, height, title, across,
        format_html_join("", "{}", ((_box(box, tops[box.key]),) for box in boxes)),
    )  # fmt: skip


def _box(box: Box, top: int) -> SafeString:
    left = _left(box)
    rows = format_html_join(
        "",
        '<text x="{}" y="{}"{}>{}<title>{}</title></text>',
        (
            (left + 10, top + HEAD + n * ROW + 15, lang(label, ""), _clip(label), label)
            for n, (_key, label) in enumerate(box.rows)
        ),
    )
    return format_html(
        '<rect class="is-odd" x="{}" y="{}" width="{}" height="{}"/>'
        '<text x="{}" y="{}" font-weight="bold"{}>{}<title>{}</title></text><text x="{}" y="{}">{}</text>{}',
        left, top, WIDE, _height(box), left + 10, top + 18, lang(box.title, ""), _clip(box.title), box.title,
        left + 10, top + 36, _clip(box.note), rows,
    )  # fmt: skip


def _tops(boxes: Sequence[Box]) -> Mapping[str, int]:
    """Boxes of one place stand below each other."""
    low: dict[int, int] = {}
    tops: dict[str, int] = {}
    for box in boxes:
        tops[box.key] = low.get(box.place, 1)
        low[box.place] = tops[box.key] + _height(box) + APART
    return tops


def _left(box: Box) -> int:
    return 1 + box.place * (WIDE + BETWEEN)


def _height(box: Box) -> int:
    return HEAD + len(box.rows) * ROW + 6


def _middle(box: Box, row: str, tops: Mapping[str, int]) -> int:
    keys = [key for key, _label in box.rows]
    return tops[box.key] + (HEAD + keys.index(row) * ROW + 10 if row in keys else HEAD // 2)


def _clip(label: str) -> str:
    return label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "…"
