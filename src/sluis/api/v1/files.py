"""Ready files of a release: whole or in parts, with their hash as tag."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from sluis.api.clients import while_sent
from sluis.api.v1 import addresses
from sluis.api.v1.app import read
from sluis.api.v1.parameters import CURRENT_FILE, FILE
from sluis.release import public
from sluis.web.files import ranged_file

# While such a file is being made, the same rows come straight out of the table: slower, and not in parts.
STREAMED = ("csv", "json")


@read("/datasets/{slug:slug}/releases/{int:number}/download/{slug:format}", tag="files", **FILE)
def download_release_file(request: HttpRequest, slug: str, number: int, format: str) -> HttpResponseBase:  # noqa: A002
    """A file of one release; its bytes never change"""
    try:
        found = public.file(slug, format, number)
    except public.StillMade:
        if format not in STREAMED:
            raise
        return _to(addresses.rows(slug, number, format))
    response = ranged_file(
        request, found.content, content_type=found.media_type, filename=found.name, etag=found.sha256, immutable=True
    )
    return while_sent(request, response)


@read("/datasets/{slug:slug}/download/{slug:format}", tag="files", **CURRENT_FILE)
def download_current_file(request: HttpRequest, slug: str, format: str) -> HttpResponse:  # noqa: A002
    """Leads to this file of the current release"""
    try:
        number = public.file(slug, format).release
    except public.StillMade as coming:
        number = coming.number
    return _to(addresses.download(slug, number, format))


def _to(where: str) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": where, "Cache-Control": "no-cache"})
