"""Where systems bring their rows: the one address that writes, with a key of the source and never with a cookie."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from sluis.api.answering import no_such_method
from sluis.api.clients import SECONDS_AT_ONCE, Buckets
from sluis.foundation.service import client_address
from sluis.kernel.errors import Invalid, SluisError
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.web import problem

MOST_BYTES = 1 << 20
PER_SECOND = 20  # deliveries of one sender at one source: who has more puts them together
_JSON, _LINES = ("application/json",), ("application/x-ndjson", "application/ndjson", "application/jsonl")

_buckets = Buckets(PER_SECOND, PER_SECOND * SECONDS_AT_ONCE)


@csrf_exempt  # a browser that is signed in has no right here: only the key counts
def deliver(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """202: the rows stand on the disk and wait for the next run of the source."""
    try:
        if request.method != "POST":
            return no_such_method(request, "POST")
        _buckets.take(f"{client_address(request)} {source_id}")  # who guesses takes no turns of the sender
        rows = lake.receive(
            source_id=source_id, key=_key(request), by_line=_by_line(request), body=lambda: _body(request)
        )
    except SluisError as error:
        response = problem.answer(request, error)
        if response.status_code == 401:
            response["WWW-Authenticate"] = 'Bearer realm="Sluis"'
        return response
    return JsonResponse({"rows": rows}, status=202, headers={"Cache-Control": "no-store"})


def _key(request: HttpRequest) -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _by_line(request: HttpRequest) -> bool:
    kind = (request.content_type or "").lower()
    if kind not in (*_JSON, *_LINES):
        raise Invalid(
            "push.type",
            N_("Stuur application/json of application/x-ndjson, niet {kind}."),
            kind=kind[:80] or "-",
        )
    return kind in _LINES


def _body(request: HttpRequest) -> bytes:
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise problem.TooLarge(
            "push.large", N_("Een bericht is ten hoogste 1 MB."), way_out=N_("Verdeel de rijen over meer berichten.")
        )
    return body
