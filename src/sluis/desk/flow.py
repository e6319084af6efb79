"""The steps of a dossier as a drawing: done, current and still to do, told by shape and mark as well as by colour."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

WIDTH, HEIGHT, GAP, TOP = 148, 84, 40, 44
LINE, LONGEST = 18, 16


def drawing(steps: Sequence[Any]) -> SafeString:
    """An SVG of the steps in a row; `steps` have `title` (Dutch source text) and `state`. The list beside it says
    the same in words, so a screen reader skips this."""
    shapes = [_step(number, step) for number, step in enumerate(steps)]
    arrows = [_arrow(number, before.state == "done") for number, (before, _) in enumerate(pairwise(steps))]
    wide = len(steps) * (WIDTH + GAP) - GAP + 8
    return format_html(
        '<svg class="sluis-flow" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">{}{}</svg>',
        wide, TOP + HEIGHT + 12, wide, TOP + HEIGHT + 12,
        mark_safe("".join(arrows)), mark_safe("".join(shapes)),  # noqa: S308 - made by format_html below
    )  # fmt: skip


def _step(number: int, step: Any) -> SafeString:
    x = 4 + number * (WIDTH + GAP)
    here = ""
    if step.state == "current":
        here = format_html(
            '<text class="sluis-flow__here" x="{}" y="{}" text-anchor="middle">{}</text>',
            x + WIDTH / 2, TOP - 14, gettext("Hier bent u"),
        )  # fmt: skip
    tick = ""
    if step.state == "done":
        tick = format_html('<text class="sluis-flow__tick" x="{}" y="{}">✓</text>', x + WIDTH - 24, TOP + 22)
    return format_html(
        '<g class="sluis-flow__step--{}"><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>{}{}{}</g>',
        step.state, x, TOP, WIDTH, HEIGHT, _label(x + WIDTH / 2, gettext(step.title)), tick, here,
    )  # fmt: skip


def _label(middle: float, text: str) -> SafeString:
    lines = _wrapped(text)
    first = TOP + HEIGHT / 2 + 5 - (len(lines) - 1) * LINE / 2
    return format_html(
        '<text text-anchor="middle">{}</text>',
        format_html_join(
            "",
            '<tspan x="{}" y="{}">{}</tspan>',
            ((middle, first + number * LINE, line) for number, line in enumerate(lines)),
        ),
    )


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= LONGEST:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _arrow(number: int, done: bool) -> SafeString:
    start, middle = 4 + number * (WIDTH + GAP) + WIDTH, TOP + HEIGHT / 2
    end = start + GAP
    return format_html(
        '<g class="sluis-flow__arrow{}"><path d="M{} {}H{}"/>'
        '<path class="sluis-flow__head" d="M{} {}l-12 -6v12z"/></g>',
        " sluis-flow__arrow--done" if done else "", start, middle, end - 10, end, middle,
    )  # fmt: skip
