"""The components: `{% load sluis %}`. Each shows a shape from `sluis.web.shapes`; the component page shows them all."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from sluis.kernel.text import N_
from sluis.web import cells, formats, markdown, spoken, svg
from sluis.web.fields import faults_of, field_context
from sluis.web.paging import Page, with_query
from sluis.web.shapes import Bar, Fault, Series, Table

register = template.Library()

register.filter("number", formats.number)
register.filter("percentage", formats.percentage)
register.filter("file_size", formats.file_size)
register.filter("day", formats.day)
register.filter("moment", formats.moment)
register.filter("plain_text", markdown.to_text)
register.filter("stored", spoken.stored)
register.filter("lang", spoken.lang)
register.filter("error_text", spoken.told)

ALERTS = {"info": "info", "ok": "ok", "warning": "warning", "error": "error"}
TYPES = {
    "text": (N_("tekst"), ""), "integer": (N_("geheel"), ""), "decimal": (N_("getal"), ""),
    "number": (N_("getal"), ""), "boolean": (N_("ja/nee"), ""), "json": (N_("json"), ""),
    "geometry": (N_("vorm"), "place"), "date": (N_("datum"), "time"), "datetime": (N_("moment"), "time"),
    "time": (N_("tijd"), "time"),
}  # fmt: skip


@register.filter("markdown")
def as_markdown(text: str | None) -> SafeString:
    """`{{ dataset.description|markdown }}`: safe HTML, which htmx leaves alone."""
    html = mark_safe(markdown.to_html(text or ""))  # noqa: S308 - cleaned by nh3
    return format_html('<div class="sluis-prose" hx-ignore>{}</div>', html)


@register.simple_block_tag
def alert(content: str, kind: str = "info") -> SafeString:
    """`{% alert "warning" %}…{% endalert %}`; an error speaks up at once."""
    role = "alert" if kind == "error" else "note"
    return format_html(
        '<div class="utrecht-alert utrecht-alert--{}" role="{}"><div class="utrecht-alert__content">{}</div></div>',
        ALERTS.get(kind, "info"), role, content,
    )  # fmt: skip


@register.simple_tag
def badge(label: str, kind: str = "neutral") -> SafeString:
    """`{% badge "Actueel" "positive" %}`: positive, warning, negative, info or neutral."""
    return format_html('<span class="nl-data-badge sluis-badge--{}">{}</span>', kind, label)


@register.inclusion_tag("web/parts/button.html")
def button(label: str, url: str = "", variant: str = "primary", **more: str) -> dict[str, Any]:
    """`{% button "Filter" %}` submits; `{% button "Download" url=… variant="secondary" %}` is a link."""
    return {"label": label, "url": url, "variant": variant, **more}


@register.inclusion_tag("web/parts/copy.html")
def copy_button(label: str, target: str = "") -> dict[str, Any]:
    """Copies the text of `#target`, or the address of the page. Hidden where the browser cannot copy."""
    return {"label": label, "target": f"#{target}" if target else "page"}


@register.inclusion_tag("web/parts/code.html")
def code_block(text: str, key: str, label: str) -> dict[str, Any]:
    """Code that scrolls in its own box, with a copy button."""
    return {"text": text, "id": key, "label": label}


@register.inclusion_tag("web/parts/breadcrumb.html")
def breadcrumb(links: Sequence[Any]) -> dict[str, Any]:
    """Links from the home page to just above this page."""
    return {"links": links}


@register.inclusion_tag("web/parts/tabs.html")
def tabs(links: Sequence[Any], label: str) -> dict[str, Any]:
    return {"links": links, "label": label}


@register.inclusion_tag("web/parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """`{% pagination page %}`: keeps the other query parameters of this address."""
    request = context["request"]

    def url(number: int) -> str:
        return with_query(request, **{parameter: None if number == 1 else number})

    return {
        "page": page,
        "numbers": [(number, url(number) if number else "") for number in page.window()],
        "previous_url": url(page.number - 1) if page.number > 1 else "",
        "next_url": url(page.number + 1) if page.has_next else "",
    }


@register.inclusion_tag("web/parts/facet.html")
def facet(group: Any) -> dict[str, Any]:
    return {"facet": group}


@register.inclusion_tag("web/parts/table.html")
def data_table(table: Table) -> dict[str, Any]:
    """`{% data_table table %}`: head with type, histogram and share of empty cells; scrolls in its own box."""
    profiled = any(column.chip or column.facts or column.bars or column.empty is not None for column in table.columns)
    return {"table": table, "body": cells.body(table), "profiled": profiled}


@register.inclusion_tag("web/parts/facts.html")
def facts(rows: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A description list; rows without a value are left out."""
    return {"rows": [(term, value) for term, value in rows if value not in (None, "")]}


@register.inclusion_tag("web/parts/downloads.html")
def downloads(files: Sequence[Any]) -> dict[str, Any]:
    return {"files": files}


@register.inclusion_tag("web/parts/chart.html")
def bar_chart(rows: Sequence[Bar], title: str, label: str, amount: str, shown: str = "") -> dict[str, Any]:
    """Bars with a table of the same values under a toggle; `label` and `amount` head its two columns.

    `shown` is the title as HTML, where a part of it is in another language.
    """
    more = {"title": title, "shown": shown or title, "label": label, "amount": amount}
    return {"svg": svg.bars(rows, title), "rows": rows, **more}


@register.inclusion_tag("web/parts/multiples.html")
def multiples(shown: Sequence[Series]) -> dict[str, Any]:
    """Small charts beside each other, one per series; a table with the same figures must stand below."""
    return {"charts": [(one, svg.series(one)) for one in shown]}


@register.simple_tag
def histogram(counts: Sequence[float], text: str) -> SafeString:
    return svg.histogram(counts, text)


@register.inclusion_tag("web/parts/steps.html")
def steps(items: Sequence[Any]) -> dict[str, Any]:
    """An ordered list of steps, the current one marked for everybody."""
    return {"steps": items}


@register.inclusion_tag("web/parts/process.html")
def process_picture(drawing: str, items: Sequence[Any] = (), *, label: str, here: str = "") -> dict[str, Any]:
    """The drawing of a process (from `process.drawing.draw`, which escapes) in a region that scrolls, then its steps.

    `here` is the id in the drawing of the step that is current; a link then goes there.
    """
    return {"drawing": mark_safe(drawing), "items": items, "label": label, "here": here}  # noqa: S308


@register.inclusion_tag("web/parts/progress.html")
def progress(fraction: float | None, text: str, url: str = "") -> dict[str, Any]:
    """A bar that htmx refreshes from `url` (which must answer with this same tag) until no url is given any more."""
    percent = None if fraction is None else max(0, min(100, round(fraction * 100)))
    return {"percent": percent, "text": text, "url": url}


@register.simple_tag
def refresh_without_script(seconds: int = 5) -> SafeString:
    """In `{% block head %}` of a page with a running job: readers without JavaScript see it move too."""
    return format_html('<noscript><meta http-equiv="refresh" content="{}"></noscript>', seconds)


@register.simple_tag
def field(bound: BoundField, autocomplete: str = "") -> SafeString:
    """`{% field form.title %}`: label, help, error and control, tied together for a screen reader."""
    return render_to_string("web/parts/field.html", field_context(bound, autocomplete))


@register.inclusion_tag("web/parts/error_summary.html")
def error_summary(form: BaseForm | None = None, faults: Sequence[Fault] = ()) -> dict[str, Any]:
    """All that is wrong, at the top, with links to the fields; takes the focus."""
    return {"faults": [*faults, *(faults_of(form) if form is not None else ())]}


@register.filter
def chip(column: Any) -> str:
    return column.chip or gettext(TYPES.get(column.type, (column.type, ""))[0])


@register.filter
def chip_kind(column: Any) -> str:
    return TYPES.get(column.type, ("", ""))[1]
