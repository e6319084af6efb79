"""A question in SQL over everything that is open: pages of JSON by cursor, or the whole answer as a file."""

from collections.abc import Mapping
from json.encoder import encode_basestring
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header

from sluis.api.clients import while_sent
from sluis.api.v1.app import read, wrong_query
from sluis.api.v1.parameters import SQL
from sluis.api.v1.rows import EVERYTHING, MEDIA_TYPES, Begun, held, pairs_of
from sluis.foundation.service import client_address
from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.query import asking
from sluis.lake.query.types import Answer, Busy
from sluis.lake.rows.stream import stream
from sluis.release import public
from sluis.web.files import ranged_file
from sluis.web.negotiation import preferred
from sluis.web.paging import link_header, with_query

PARQUET = "application/vnd.apache.parquet"
FORMS = {**MEDIA_TYPES, "parquet": PARQUET}


@read("/sql", tag="rows", any_key=True, **SQL)
def ask_sql(request: HttpRequest) -> HttpResponseBase:
    """One SELECT over the open tables"""
    form = request.GET.get("format") or preferred(request, FORMS, "json") or "json"
    if form not in FORMS:
        text = N_("Kies voor {name} uit: {allowed}.")
        params = {"name": "format", "allowed": ", ".join(FORMS)}
        raise wrong_query([Fault(text, field="format", params=params)])
    address = client_address(request)
    found = public.sql_door().ask(request.GET.get("sql", ""), before=lambda: public.sql_limit(address))
    if isinstance(found, Busy):
        return _busy(request, found)
    if form == "parquet":
        return _file(request, found)
    if form != "json" or request.GET.get("limit") == EVERYTHING:
        return _stream(request, found, form)
    return _page(request, found)


def _busy(request: HttpRequest, found: Busy) -> HttpResponse:
    """202: ask the same again; the run goes on meanwhile."""
    body: Mapping[str, object] = {
        "status": "waiting" if found.place else "running",
        "place": found.place,
        "seconds": round(found.seconds, 1),
        "budget": found.budget,
        "links": {"self": settings.SLUIS.url + with_query(request)},
    }
    return JsonResponse(dict(body), status=202, headers={"Retry-After": "1", "Cache-Control": "no-store"})


def _page(request: HttpRequest, answer: Answer) -> HttpResponse:
    found = asking.rows_json(answer, asking.asked(answer, pairs_of(request)))

    def at(cursor: str) -> str:
        return settings.SLUIS.url + with_query(request, cursor=cursor) if cursor else ""

    links = {"next": at(found.next_cursor), "prev": at(found.previous_cursor)}
    shown = {"self": settings.SLUIS.url + with_query(request)} | {rel: url for rel, url in links.items() if url}
    columns = ",".join(
        f'{{"name":{encode_basestring(c.name)},"title":{encode_basestring(c.title)},"type":"{c.type}"}}'
        for c in answer.columns
    )
    tables = ",".join(map(encode_basestring, answer.tables))
    said = ",".join(f"{encode_basestring(rel)}:{encode_basestring(url)}" for rel, url in shown.items())
    body = (
        f'{{"total":{found.total},"truncated":{"true" if answer.truncated else "false"},"tables":[{tables}],'
        f'"columns":[{columns}],"rows":[{",".join(found.rows)}],"links":{{{said}}}}}'
    )
    response = HttpResponse(body, content_type="application/json")
    if header := link_header(links):
        response["Link"] = header
    return response


def _stream(request: HttpRequest, answer: Answer, form: str) -> HttpResponseBase:
    kept = [(key, value) for key, value in pairs_of(request) if key not in ("limit", "cursor", "count")]
    asked = asking.asked(answer, kept)
    response = held(request, lambda: Begun(stream(Path(answer.path), answer.columns, asked, form)))
    response["Content-Type"] = "text/csv; charset=utf-8; header=present" if form == "csv" else MEDIA_TYPES[form]
    response["Content-Disposition"] = content_disposition_header(form != "json", f"answer.{form}") or "inline"
    response["Cache-Control"] = "public, no-cache"
    return response


def _file(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    """The answer as it was made, whatever filter stands in the address."""
    response = ranged_file(request, Path(answer.path), content_type=PARQUET, filename="answer.parquet")
    return while_sent(request, response)
