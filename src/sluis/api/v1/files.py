"""Ready files of a release: whole or in parts, with their hash as tag."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from sluis.api.clients import hold, places
from sluis.api.v1 import addresses
from sluis.api.v1.app import read
from sluis.api.v1.parameters import CURRENT_FILE, FILE
from sluis.foundation.service import client_address
from sluis.release import public
from sluis.web.files import ranged_file


@read("/datasets/{slug:slug}/releases/{int:number}/download/{slug:format}", tag="files", **FILE)
def download_release_file(request: HttpRequest, slug: str, number: int, format: str) -> HttpResponseBase:  # noqa: A002
    """A file of one release; its bytes never change"""
    found = public.file(slug, format, number)
    response = ranged_file(
        request, found.path, content_type=found.media_type, filename=found.name, etag=found.sha256, immutable=True
    )
    if isinstance(response, StreamingHttpResponse):
        try:
            return hold(response, places.take(client_address(request)))
        except BaseException:
            response.close()
            raise
    return response


@read("/datasets/{slug:slug}/download/{slug:format}", tag="files", **CURRENT_FILE)
def download_current_file(request: HttpRequest, slug: str, format: str) -> HttpResponse:  # noqa: A002
    """Leads to this file of the current release"""
    found = public.file(slug, format)
    where = addresses.download(slug, found.release, found.format)
    return HttpResponse(status=302, headers={"Location": where, "Cache-Control": "no-cache"})
