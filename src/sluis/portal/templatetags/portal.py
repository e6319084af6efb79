"""`{% load portal %}`: what only the public pages draw."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()
WIDTH, HEIGHT, GAP = 130, 44, 14


@register.simple_tag
def lock(steps: Sequence[tuple[str, str]]) -> SafeString:
    """The steps as chambers from inside to outside, a gate after each; the same steps stand in a list."""
    names = [gettext(name) for name, _text in steps]
    width = len(names) * (WIDTH + GAP) - GAP
    drawn = format_html_join(
        "",
        '<rect x="{}" y="8" width="{}" height="{}" rx="4"/><text x="{}" y="35" text-anchor="middle">{}</text>',
        ((i * (WIDTH + GAP), WIDTH, HEIGHT, i * (WIDTH + GAP) + WIDTH / 2, name) for i, name in enumerate(names)),
    )
    gates = format_html_join(
        "",
        '<line x1="{0}" x2="{0}" y1="0" y2="60"/>',
        ((i * (WIDTH + GAP) - GAP / 2,) for i in range(1, len(names))),
    )
    said = gettext("De stappen op een rij: {steps}.").format(steps=", ".join(names))
    return format_html(
        '<svg class="sluis-lock" viewBox="-1 0 {} 60" role="img" aria-label="{}">{}{}</svg>',
        width + 2,
        said,
        drawn,
        gates,
    )
