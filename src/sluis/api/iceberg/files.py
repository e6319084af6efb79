"""The files of the open lake as S3 gives them, path-style and without a key: GET and HEAD, whole or in part."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.html import escape

from sluis.api import answering
from sluis.api.clients import while_sent
from sluis.foundation.service import client_address
from sluis.kernel.errors import Gone, NotFound
from sluis.release import openlake
from sluis.web.files import ranged_file

# A shorter part is a short answer: engines ask for many of those at the same time. Ten count as one question.
LONG_BYTES = 8 << 20
A_PART = 0.1
_WORDS = {403: "AccessDenied", 404: "NoSuchKey", 410: "NoSuchKey"}


def bucket(request: HttpRequest) -> HttpResponse:
    """What there is says the catalogue; the bucket does not tell."""
    return _refused(403, "")


def data(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponseBase:
    """The Parquet file of a release. Its bytes never change."""
    try:
        if name != f"{slug}.parquet":
            return _refused(404, request.path)
        sha256, _, content = openlake.data_file(slug, number)
    except (NotFound, Gone) as error:
        return _refused(410 if isinstance(error, Gone) else 404, request.path)
    answering.buckets.take(client_address(request), A_PART)
    response = ranged_file(
        request, content, content_type="application/vnd.apache.parquet", filename=name, etag=sha256, immutable=True
    )
    long = isinstance(response, StreamingHttpResponse) and int(response["Content-Length"]) > LONG_BYTES
    return while_sent(request, response) if long else response


def metadata(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file that the catalogue names: small, and made here."""
    try:
        found = openlake.metadata_file(slug, name)
    except (NotFound, Gone) as error:
        return _refused(410 if isinstance(error, Gone) else 404, request.path)
    return HttpResponse(found, content_type="application/octet-stream")


def _refused(status: int, key: str) -> HttpResponse:
    said = f"<Error><Code>{_WORDS[status]}</Code><Key>{escape(key)}</Key></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{said}'
    return HttpResponse(body, status=status, content_type="application/xml", headers={"Cache-Control": "no-store"})
