"""Rows of a table: pages of JSON by cursor, or the whole selection as a stream of CSV, NDJSON or JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from json.encoder import encode_basestring
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from sluis.api.clients import hold, places
from sluis.api.v1.app import read, wrong_query
from sluis.api.v1.parameters import GROUPS, ONE_ROW, ROWS
from sluis.foundation.service import client_address
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.rows.grouping import Group, GroupRequest, groups, parse_groups
from sluis.lake.rows.page import page_json, row_json
from sluis.lake.rows.parse import parse
from sluis.lake.rows.stream import stream
from sluis.lake.rows.types import Column, JsonPage
from sluis.lake.rows.wire import value_json
from sluis.release import public
from sluis.release.types import PublicTableInfo
from sluis.web.negotiation import preferred
from sluis.web.paging import link_header, whole_number, with_query

MEDIA_TYPES = {"json": "application/json", "csv": "text/csv", "ndjson": "application/x-ndjson"}
GEOMETRIES = ("wkt", "geojson")
OURS = frozenset({"format", "release", "geometry"})
EVERYTHING = "all"


@read("/datasets/{slug:slug}/rows", tag="rows", any_key=True, **ROWS)
def list_rows(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Rows that meet all conditions, in the order you ask"""
    form, geometry = _form(request), _choice(request, "geometry", GEOMETRIES, "wkt")
    number = whole_number(request.GET, "release", 0, most=2**31 - 1) or None
    table = public.table(slug, number)
    if form != "json" or request.GET.get("limit") == EVERYTHING:
        if geometry != "wkt":
            raise _wrong("geometry", N_("Alleen bladzijden van JSON kunnen geometry={value} geven."), value=geometry)
        return _stream(request, table, form)
    columns = columns_of(table)
    asked = parse(pairs_of(request), columns, ignore=OURS)
    return _page(request, table, page_json(table.path, columns, asked, geometry, ready=public.ready(table)))


@read("/datasets/{slug:slug}/rows/{int:rowId}", tag="rows", any_key=True, **ONE_ROW)
def read_row(request: HttpRequest, slug: str, rowId: int) -> HttpResponse:  # noqa: N803 - the name in the address
    """One row by its number, which never changes within a release"""
    if unknown := sorted(set(request.GET) - {"release", "geometry"}):
        raise _wrong(unknown[0], N_("Deze parameter bestaat hier niet."))
    geometry = _choice(request, "geometry", GEOMETRIES, "wkt")
    table = public.table(slug, whole_number(request.GET, "release", 0, most=2**31 - 1) or None)
    written = row_json(table.path, columns_of(table), rowId, geometry, ready=public.ready(table))
    return HttpResponse(f'{{"release":{table.release},"row":{written}}}', content_type="application/json")


@read("/datasets/{slug:slug}/groups", tag="rows", any_key=True, **GROUPS)
def list_groups(request: HttpRequest, slug: str) -> HttpResponse:
    """How many rows per value, and what they add up to"""
    table = public.table(slug, whole_number(request.GET, "release", 0, most=2**31 - 1) or None)
    columns = columns_of(table)
    asked = parse_groups(pairs_of(request), columns, ignore=frozenset({"release"}))
    found = groups(table.path, columns, asked, ready=public.ready(table))
    written = ",".join(_group_json(one, asked) for one in found.groups)
    body = f'{{"release":{table.release},"more":{json.dumps(found.more)},"groups":[{written}]}}'
    return HttpResponse(body, content_type="application/json")


class Begun:
    """A stream of which the first part is here, so that a question that fails at once gets a real error."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.first = parts, next(parts, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        yield from self.parts

    def close(self) -> None:
        self.parts.close()  # type: ignore[attr-defined] - a generator


def columns_of(table: PublicTableInfo) -> list[Column]:
    crs = (table.geometry or {}).get("crs") or ""
    return [Column(c.name, c.type, c.title, crs if c.type == "geometry" else "") for c in table.columns]


def _group_json(group: Group, asked: GroupRequest) -> str:
    """`{"values":{…},"count":n,"sum":{…},"avg":{…}}`, with what was asked for."""
    types = {column.name: column.type for column in (*asked.by, *asked.measures)}
    values = dict(zip((column.name for column in asked.by), group.values, strict=True))
    parts = [f'"values":{_object(values, types)}', f'"count":{group.count}']
    if asked.sums:
        parts.append(f'"sum":{_object(group.sums, types)}')
    if asked.averages:
        parts.append(f'"avg":{_object(group.averages, types)}')
    return "{" + ",".join(parts) + "}"


def _object(values: Mapping[str, Any], types: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{encode_basestring(n)}:{value_json(v, types[n])}" for n, v in values.items()) + "}"


def _page(request: HttpRequest, table: PublicTableInfo, found: JsonPage) -> HttpResponse:
    def at(cursor: str) -> str:
        """A page of the same release, so that nothing shifts when a new one comes out meanwhile."""
        return settings.SLUIS.url + with_query(request, cursor=cursor, release=table.release) if cursor else ""

    links = {"next": at(found.next_cursor), "prev": at(found.previous_cursor)}
    shown = {"self": settings.SLUIS.url + with_query(request)} | {rel: url for rel, url in links.items() if url}
    total = "" if found.total is None else f'"total":{found.total},'
    said = ",".join(f"{encode_basestring(rel)}:{encode_basestring(url)}" for rel, url in shown.items())
    body = f'{{"release":{table.release},{total}"rows":[{",".join(found.rows)}],"links":{{{said}}}}}'
    response = HttpResponse(body, content_type="application/json")
    if header := link_header(links):
        response["Link"] = header
    return response


def _stream(request: HttpRequest, table: PublicTableInfo, form: str) -> HttpResponseBase:
    """Everything in the selection, in bounded memory; there are no pages here."""
    given = [(key, value) for key, value in pairs_of(request) if (key, value) != ("limit", EVERYTHING)]
    for key, _ in given:
        if key in ("limit", "cursor", "count"):
            raise _wrong(key, N_("Deze vorm geeft altijd alle rijen. Laat {name} weg, of gebruik format=json."))
    columns = columns_of(table)
    asked = replace(parse(given, columns, ignore=OURS), count=False)
    response = held(request, lambda: Begun(stream(table.path, columns, asked, form)))
    response["Content-Type"] = "text/csv; charset=utf-8; header=present" if form == "csv" else MEDIA_TYPES[form]
    name = f"{table.slug}-{table.release}.{form}"
    response["Content-Disposition"] = content_disposition_header(form != "json", name) or "inline"
    response["Cache-Control"] = "public, no-cache"
    return response


def held(request: HttpRequest, begin: Callable[[], Iterable[bytes]]) -> HttpResponseBase:
    """The stream in one of the places for long answers; HEAD starts none."""
    if request.method == "HEAD":
        return HttpResponse()
    give_back = places.take(client_address(request))
    try:
        return hold(StreamingHttpResponse(begin()), give_back)
    except BaseException:
        give_back()
        raise


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    return [(key, value) for key, values in request.GET.lists() for value in values]


def _form(request: HttpRequest) -> str:
    """What `format` says; without it what the Accept header likes best, JSON when it likes nothing we have."""
    if "format" in request.GET:
        return _choice(request, "format", tuple(MEDIA_TYPES), "json")
    return preferred(request, MEDIA_TYPES, "json") or "json"


def _choice(request: HttpRequest, name: str, allowed: tuple[str, ...], default: str) -> str:
    chosen = request.GET.get(name, default)
    if chosen not in allowed:
        raise _wrong(name, N_("Kies voor {name} uit: {allowed}."), allowed=", ".join(allowed))
    return chosen


def _wrong(name: str, text: str, **params: object) -> Invalid:
    return wrong_query([Fault(text, field=name[:100], params={"name": name[:100], **params})])
