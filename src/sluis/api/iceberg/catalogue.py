"""The Iceberg REST catalogue, as far as reading goes.

https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from sluis.kernel.errors import Gone, NotFound, SluisError
from sluis.release import openlake
from sluis.web import problem
from sluis.web.paging import whole_number

MOST_TABLES = 1000
ENDPOINTS = (
    "GET /v1/config",
    "GET /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
)


def spoken(view: Callable[..., Mapping[str, Any]]) -> Callable[..., HttpResponseBase]:
    """Errors as the standard of Iceberg has them, with our words. It knows no 410: what was withdrawn is not there."""

    @wraps(view)
    def answering(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return JsonResponse(dict(view(request, *args, **kwargs)), json_dumps_params={"ensure_ascii": False})
        except (NotFound, Gone) as error:
            return failure(request, error)

    return answering


def failure(request: HttpRequest, error: SluisError) -> HttpResponse:
    told = problem.document(request, error)
    kind = "NoSuchNamespaceException" if error.code == "lake.namespace" else "NoSuchTableException"
    body = {"error": {"message": f"{told['title']}: {told['detail']}", "type": kind, "code": 404}}
    return JsonResponse(body, status=404, headers={"Cache-Control": "no-store"})


@spoken
def config(request: HttpRequest) -> Mapping[str, Any]:
    return {"defaults": {}, "overrides": {}, "endpoints": ENDPOINTS}


@spoken
def namespaces(request: HttpRequest) -> Mapping[str, Any]:
    """None has another in it."""
    return {"namespaces": [] if request.GET.get("parent") else [[name] for name in openlake.namespaces()]}


@spoken
def namespace(request: HttpRequest, name: str) -> Mapping[str, Any]:
    openlake.tables(name, size=1)
    return {"namespace": [name], "properties": {}}


@spoken
def tables(request: HttpRequest, name: str) -> Mapping[str, Any]:
    size = min(whole_number(request.GET, "pageSize", MOST_TABLES), MOST_TABLES)
    found = openlake.tables(name, request.GET.get("pageToken", ""), size)
    more = {"next-page-token": found[-1]} if len(found) == size else {}
    return {"identifiers": [{"namespace": [name], "name": one} for one in found], **more}


@spoken
def table(request: HttpRequest, name: str, table: str) -> Mapping[str, Any]:
    location, document = openlake.table(name, table)
    return {"metadata-location": location, "metadata": document, "config": _files(request)}


def _files(request: HttpRequest) -> dict[str, str]:
    """How an engine reaches the files: at this site, without a key."""
    return {
        "s3.endpoint": settings.SLUIS.url,
        "s3.path-style-access": "true",
        "s3.force-virtual-addressing": "false",
        "s3.anonymous": "true",
        "s3.region": "us-east-1",
        "client.region": "us-east-1",
    }
