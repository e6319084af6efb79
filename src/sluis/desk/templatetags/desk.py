"""Tags of the desk: the menu that fits the reader's roles, and states as badges in words."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.access import open_to
from sluis.desk.page import who
from sluis.foundation.service import ROLES
from sluis.kernel.errors import Fault
from sluis.web import navigation
from sluis.web.shapes import Link
from sluis.web.spoken import told
from sluis.web.templatetags.sluis import badge

register = template.Library()

# So many items stand in one line, in both languages, with "Meer", the language and a name: at 1280 px, and at 1024 px
# closer together and with the beginning of a long name (20-page.css).
FIRST = 8
# Which item of the menu a page belongs to, by the first word of its name.
HOMES = {
    "dataset": "datasets", "metadata": "datasets", "columns": "datasets", "parts": "datasets", "data": "datasets",
    "distribution": "datasets", "service": "datasets", "contact": "datasets", "upload": "datasets",
    "table": "datasets", "contract": "datasets", "withdraw": "datasets", "dossier": "dossiers", "feedback": "feedback",
    "person": "people", "teams": "people", "groups": "people", "replacements": "account",
    "process": "processes", "task": "tasks", "notices": "tasks",
    "processing": "processings", "sql": "sql", "rule": "rules", "job": "jobs", "source": "datasets",
    "transformation": "datasets",
    "account_change_password": "account",
}  # fmt: skip
GAP_PAGES = {"columns": "desk:columns", "distributions": "desk:parts", "services": "desk:parts"}
GAP_FIELDS = {"temporal": "temporal_start"}


@dataclass(frozen=True, slots=True)
class Menu:
    """What stands in the bar, what is folded behind "Meer", and what is about the reader; and where the page is."""

    first: list[Link]
    more: list[Link]
    own: list[Link]
    in_more: bool
    in_own: bool


@register.simple_tag(takes_context=True)
def desk_menu(context: Context) -> Menu:
    """Menu items whose page this person may open; one line of them stands in the bar."""
    request = context.get("request")
    if request is None or not (actor := who(request)).signed_in:
        return Menu([], [], [], in_more=False, in_own=False)
    found = [link for link in navigation.links("desk", request) if open_to(actor, link.url)]
    outside = Link(gettext("Naar de open data"), reverse("portal:home"))
    own = [Link(gettext("Account"), reverse("desk:account")), outside]
    found, own = ([replace(link, current=_current(request, link)) for link in links] for links in (found, own))
    first = FIRST if len(found) > FIRST + 1 else FIRST + 1
    here = [any(link.current for link in links) for links in (found[first:], own)]
    return Menu(found[:first], found[first:], own, *here)


def _current(request: Any, link: Link) -> str:
    """The start page holds no other pages, and what has the tabs of a dataset belongs to the datasets."""
    if link.url == request.path:
        return "page"
    name = request.resolver_match.url_name if request.resolver_match else ""
    home = HOMES.get((name or "").split("-")[0])
    return "true" if home and reverse(f"desk:{home}") == link.url else ""


@register.simple_tag
def state(kind: str, value: Any) -> SafeString:
    """`{% state "stage" dossier.stage %}`: a badge with the words for this state."""
    label, look = getattr(words, kind.upper())[value]
    return badge(gettext(label), look)


@register.filter
def said(text: str | None) -> str:
    """A Dutch source text from another room, in the language of the page."""
    return gettext(text) if text else ""


@register.filter
def finding_text(finding: Any) -> str:
    return finding.said(gettext)


@register.filter
def fault_lines(error: Any) -> list[SafeString]:
    """What an error names, each with its line in the file; not what it says itself already."""
    said, where = error.detail(gettext), gettext("Regel %(row)s")
    lines = [(fault.row, told(fault)) for fault in error.faults if fault.text(gettext) != said]
    return [format_html("{}: {}", where % {"row": row}, line) if row else line for row, line in lines]


@register.filter
def gap_text(gap: Any) -> str:
    return Fault(gap.text, params=gap.params).text(gettext)


@register.simple_tag
def gap_url(dataset_id: Any, gap: Any) -> str:
    """Where this gap is mended: a field of the description, or the page of the columns or the ways to get the data."""
    field = gap.field.split(".")[0]
    if page := GAP_PAGES.get(field):
        return reverse(page, args=[dataset_id])
    return f"{reverse('desk:metadata', args=[dataset_id])}#id_{GAP_FIELDS.get(field, field)}"


@register.filter
def event_text(action: str) -> str:
    known = words.EVENTS.get(action)
    return gettext(known) if known else action


@register.filter
def role_title(name: str) -> str:
    if name == "system":
        return gettext("automatisch")
    return gettext(ROLES[name].title) if name in ROLES else name


@register.filter
def role_description(name: str) -> str:
    return gettext(ROLES[name].description)


@register.simple_tag
def upload_texts() -> str:
    """What the upload says while it runs, as JSON for its script."""
    return json.dumps(
        {
            "progress": gettext("{percent}% verstuurd"),
            "paused": gettext("Gepauzeerd"),
            "failed": gettext("Het versturen lukt nu niet. Wat verstuurd is, blijft bewaard."),
            "resume": gettext("Ga verder"),
            "pause": gettext("Pauzeer"),
        },
        ensure_ascii=False,
    )
