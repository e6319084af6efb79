"""What changes at an open dataset, as an Atom feed (RFC 4287): its agreements, and its releases with their data."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from sluis.kernel.text import N_
from sluis.lake.contracts.wording import promises
from sluis.release import public
from sluis.release.types import ContractNews, News, ReleaseNews
from sluis.web import formats, spoken

CHANGES = {
    "first": N_("Afspraken {version}: de eerste versie"),
    "none": N_("Afspraken {version}: de beloften blijven gelijk"),
    "compatible": N_("Afspraken {version}: er komt iets bij, elke belofte blijft"),
    "breaking": N_("Afspraken {version}: een belofte vervalt"),
}
COLUMNS = {
    "added": N_("Kolom erbij: {name}."),
    "missing": N_("Kolom leeg: {name}."),
    "moved": N_("Kolom op een andere plaats: {name}."),
    "widened": N_("Ruimer soort: {name}."),
    "removed": N_("Kolom weg: {name}."),
    "renamed": N_("Andere naam: {name}."),
    "retyped": N_("Ander soort: {name}."),
}
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
CHECK_AGAIN = "public, no-cache"


@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Reads a handful of rows; whoever has the feed as it is hears 304."""
    response = HttpResponse(_atom(public.news(slug)), content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = CHECK_AGAIN
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _atom(found: News) -> bytes:
    slug = found.dataset.slug
    page, here = _url("portal:dataset", slug), _url("portal:changes-feed", slug)
    made = Atom1Feed(
        title=_clean(gettext("Wijzigingen: {title}").format(title=spoken.of(found.dataset, "title"))),
        link=page,
        description=gettext("Andere afspraken over deze data, en nieuwe versies van de data."),
        language=get_language() or "nl",
        author_name=_clean(found.dataset.organisation_name),
        feed_url=here,
        feed_guid=here,
    )
    entries = [entry for one in found.contracts for entry in _contract(one, page)]
    entries += [_release(one, found.dataset.uri, slug) for one in found.releases]
    for entry in sorted(entries, key=lambda entry: entry["updateddate"], reverse=True):
        made.add_item(**entry)
    return made.writeString("utf-8").encode()


def _contract(one: ContractNews, page: str) -> Iterable[dict[str, Any]]:
    """One entry for its start, and one for its end when nothing took its place."""
    lines = [gettext("In werking sinds {day}.").format(day=formats.day(one.at))]
    title = gettext(CHANGES[one.change]).format(version=one.version)
    parts = [
        (gettext("Dit vervalt:"), promises(one.dropped, gettext)),
        (gettext("Dit komt erbij:"), promises(one.added, gettext)),
    ]
    yield _entry(f"urn:uuid:{one.id}", f"{page}#contract", one.at, title, lines, parts, one.change)
    if one.ended_at:
        lines = [gettext("Sinds {day} wordt niets meer beloofd.").format(day=formats.day(one.ended_at))]
        ended = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{one.id}/ended')}"
        title = gettext("Afspraken {version}: beëindigd").format(version=one.version)
        yield _entry(ended, page, one.ended_at, title, lines, [], "breaking")


def _release(one: ReleaseNews, uri: str, slug: str) -> dict[str, Any]:
    title = gettext("Versie {number} van de data").format(number=one.number)
    lines = [gettext("Gepubliceerd op {day}.").format(day=formats.day(one.at))]
    link, parts = _url("portal:version", slug, one.number), []
    if one.before and one.result is not None:
        link = f"{_url('portal:version-changes', slug, one.number)}?met={one.before}"
        parts = [(gettext("Anders dan versie {number}:").format(number=one.before), _differences(one.result))]
    return _entry(f"{uri}/releases/{one.number}", link, one.at, title, lines, parts, "data") | {
        "updateddate": one.told_at
    }


def _differences(result: Any) -> list[str]:
    counts = (
        (gettext("Rijen erbij: {count}."), result["added"]),
        (gettext("Rijen weg: {count}."), result["removed"]),
        (gettext("Rijen gewijzigd: {count}."), result["changed"]),
    )
    told = [text.format(count=formats.number(count)) for text, count in counts if count]
    columns = [(COLUMNS[one["what"]], one["name"]) for one in result["schema"]["columns"]]
    told += [gettext(text).format(name=name) for text, name in columns]
    return told or [gettext("De rijen en kolommen zijn gelijk.")]


def _entry(
    key: str, link: str, at: Any, title: str, lines: Sequence[str], parts: Sequence[tuple[str, list[str]]], kind: str
) -> dict[str, Any]:
    """The text is HTML: paragraphs, and lists with a line above each."""
    text = format_html_join("", "<p>{}</p>", ((_clean(line),) for line in lines))
    for head, items in parts:
        if items:
            listed = format_html_join("", "<li>{}</li>", ((_clean(item),) for item in items))
            text += format_html("<p>{}</p><ul>{}</ul>", head, listed)
    return {
        "title": _clean(title), "link": link, "description": text, "unique_id": key, "pubdate": at, "updateddate": at,
        "categories": (kind,),
    }  # fmt: skip


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


def _url(name: str, *arguments: Any) -> str:
    return settings.SLUIS.url + reverse(name, args=arguments)
