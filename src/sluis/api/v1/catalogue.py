"""Finding datasets and reading what they are: lists, one dataset, its releases, columns and decision."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language
from ninja import Query
from pydantic import Field

from sluis.api.v1 import addresses, contracts, shapes
from sluis.api.v1.app import VERSION, read
from sluis.foundation.service import client_address
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.rows.types import PageRequest
from sluis.release import public
from sluis.release.types import FACETS, Kind, PublicPage, SearchRequest, Sort
from sluis.web.paging import with_query

Slug = str
Values = Annotated[list[str], Field(default_factory=list, max_length=50)]


class Paging(shapes.Shape):
    page: int = Field(1, ge=1, le=1_000_000)
    page_size: int = Field(20, ge=1, le=100)


class Search(Paging):
    """Within a facet any of its values, between facets all of them. Repeat a key to choose more values."""

    q: str = Field("", max_length=300, description="Words to look for.", examples=["zwemwater"])
    theme: Values = Field(description="Theme uris.")
    organisation: Values = Field(description="Organisation slugs.")
    licence: Values = Field(description="Licence uris.")
    format: Values = Field(description="File formats such as csv.")
    kind: Values = Field(description="open, restricted, closed, planned or withdrawn.")
    frequency: Values = Field(description="Frequency uris.")
    sort: Literal["relevance", "newest", "title"] = Field("relevance")


class NotOpen(Paging):
    kind: Literal["", "restricted", "closed"] = Field("", description="Both when empty.")
    ground: Values = Field(description="Ground uris: any of them. Which there are stands under `facets`.")
    organisation: str = Field("", max_length=100, description="Organisation slug.")


class Since(shapes.Shape):
    since: int | None = Field(None, ge=1, le=2**31 - 1, description="The release to compare with; the one before it.")
    limit: int = Field(100, ge=1, le=1000)
    cursor: str = Field("", max_length=2000)


class OfRelease(shapes.Shape):
    release: int | None = Field(None, ge=1, le=2**31 - 1, description="Release number; the current one when left out.")


@read("/", tag="about", response=shapes.Root)
def root(request: HttpRequest) -> Mapping[str, Any]:
    """Where everything starts"""
    names = ("datasets", "organisations", "themes", "not-open", "planned", "withdrawn")
    links = {name: addresses.absolute(f"/{name}") for name in names}
    return {
        "title": settings.SLUIS.organisation,
        "version": VERSION,
        "links": links | {"openapi": addresses.absolute("/openapi.json"), "catalog": f"{settings.SLUIS.url}/catalog"},
    }


@read("/datasets", tag="datasets", response=shapes.DatasetList)
def list_datasets(request: HttpRequest, query: Query[Search]) -> Mapping[str, Any]:
    """Search datasets, with counts per facet"""
    chosen = {name: tuple(getattr(query, name)) for name in FACETS if getattr(query, name)}
    found = public.search(
        SearchRequest(query.q, chosen, Sort(query.sort), query.page, query.page_size, get_language() or "nl")
    )
    return {
        "datasets": [shapes.card(hit.card) for hit in found.hits],
        "total": found.total,
        "page": found.page,
        "page_size": found.size,
        "facets": shapes.facets(found.facets),
        "corrections": list(found.corrections),
        "links": links(request, found.page, found.page * found.size < found.total),
    }


@read("/datasets/{slug:slug}", tag="datasets", response=shapes.DatasetDetail)
def read_dataset(request: HttpRequest, slug: Slug) -> Mapping[str, Any]:
    """One dataset, as it was decided"""
    return shapes.detail(public.dataset(slug))


@read("/datasets/{slug:slug}/decision", tag="datasets", response=shapes.Decision)
def read_decision(request: HttpRequest, slug: Slug) -> Mapping[str, Any]:
    """The decision on the current release"""
    decision = public.dataset(slug).document.get("decision")
    if not decision:
        raise NotFound("decision.none", N_("Bij deze dataset staat geen besluit."))
    return decision


@read("/datasets/{slug:slug}/contract", tag="datasets", response=contracts.Contract)
def read_contract(request: HttpRequest, slug: Slug) -> Mapping[str, Any]:
    """The data contract: what is promised of the rows, and whether the current release keeps it"""
    return contracts.contract(public.contract(slug))


@read("/datasets/{slug:slug}/releases", tag="datasets", response=shapes.ReleaseList)
def list_releases(request: HttpRequest, slug: Slug) -> Mapping[str, Any]:
    """All releases, newest first; also of a withdrawn dataset"""
    return {"releases": [shapes.release(slug, found) for found in public.releases(slug)]}


@read("/datasets/{slug:slug}/releases/{int:number}", tag="datasets", response=shapes.ReleaseDetail)
def read_release(request: HttpRequest, slug: Slug, number: int) -> Mapping[str, Any]:
    """One release with its decision, files, columns and metadata"""
    return shapes.release_detail(slug, public.release(slug, number))


@read("/datasets/{slug:slug}/releases/{int:number}/changes", tag="datasets", response=shapes.Changes)
def list_changes(request: HttpRequest, slug: Slug, number: int, query: Query[Since]) -> Mapping[str, Any]:
    """What differs from another release to this one: counts, columns, rows by page; 503 while it is worked out"""
    since = query.since or number - 1
    found = public.changes(slug, since, number, ip=client_address(request))
    rows = public.changed_rows(found, PageRequest(limit=query.limit, cursor=query.cursor))
    onward = settings.SLUIS.url + with_query(request, cursor=rows.next_cursor) if rows.next_cursor else None
    return shapes.changes(number, since, found.result, rows.rows) | {"next": onward}


@read("/datasets/{slug:slug}/releases/{int:number}/provenance", tag="datasets", response=shapes.Provenance)
def read_provenance(request: HttpRequest, slug: Slug, number: int) -> Mapping[str, Any]:
    """Where the rows of a release come from: what was read, how, by what, and how many rows of it (after W3C PROV-O)"""
    return public.provenance(slug, number)


@read("/datasets/{slug:slug}/columns", tag="rows", response=shapes.ColumnList)
def list_columns(request: HttpRequest, slug: Slug, query: Query[OfRelease]) -> Mapping[str, Any]:
    """Columns of the table: type, meaning, and a profile of what is in them"""
    table = public.table(slug, query.release)
    return {
        "release": table.release,
        "rows": table.rows,
        "geometry": dict(table.geometry) if table.geometry else None,
        "columns": [shapes.column(column) for column in table.columns],
    }


@read("/organisations", tag="register", response=shapes.OrganisationList)
def list_organisations(request: HttpRequest) -> Mapping[str, Any]:
    """Who publishes here, and how many datasets"""
    return {"organisations": counted("organisation")}


@read("/themes", tag="register", response=shapes.ThemeList)
def list_themes(request: HttpRequest) -> Mapping[str, Any]:
    """What it is about, and how many datasets"""
    return {"themes": counted("theme")}


@read("/not-open", tag="register", response=shapes.NotOpenList)
def list_not_open(request: HttpRequest, query: Query[NotOpen]) -> Mapping[str, Any]:
    """What is not open, and on which ground; with counts per ground"""
    kinds = (query.kind,) if query.kind else (Kind.RESTRICTED.value, Kind.CLOSED.value)
    about = {"grounds": query.ground, "organisation": query.organisation}
    page = public.not_open(kinds=kinds, page=query.page, size=query.page_size, **about)
    counted = public.not_open_facets(
        kinds=(query.kind,) if query.kind else (), language=get_language() or "nl", **about
    )
    return cards(request, page) | {"facets": shapes.facets(counted)}


@read("/planned", tag="register", response=shapes.CardList)
def list_planned(request: HttpRequest, query: Query[Paging]) -> Mapping[str, Any]:
    """What will be open, soonest first"""
    return cards(request, public.planned(page=query.page, size=query.page_size))


@read("/withdrawn", tag="register", response=shapes.CardList)
def list_withdrawn(request: HttpRequest, query: Query[Paging]) -> Mapping[str, Any]:
    """What was withdrawn, and why; last withdrawn first"""
    return cards(request, public.withdrawn(page=query.page, size=query.page_size))


@read("/openapi.json", tag="about")
def read_openapi(request: HttpRequest) -> JsonResponse:
    """This description, OpenAPI 3.1"""
    from sluis.api.v1.openapi import document

    return JsonResponse(document())


def cards(request: HttpRequest, found: PublicPage) -> dict[str, Any]:
    return {
        "datasets": [shapes.card(card) for card in found.rows],
        "total": found.total,
        "page": found.page,
        "page_size": found.size,
        "links": links(request, found.page, found.page * found.size < found.total),
    }


def counted(facet: str) -> list[dict[str, Any]]:
    """Values of a facet over everything that is public."""
    found = public.search(SearchRequest(size=1, language=get_language() or "nl")).facets.get(facet, ())
    return [
        {
            "value": one.value,
            "label": one.label,
            "datasets": one.count,
            "href": addresses.absolute("/datasets", {facet: one.value}),
        }
        for one in found
    ]


def links(request: HttpRequest, page: int, more: bool) -> dict[str, str | None]:
    def at(number: int) -> str:
        return settings.SLUIS.url + with_query(request, page=number)

    return {
        "self": settings.SLUIS.url + with_query(request),
        "next": at(page + 1) if more else None,
        "prev": at(page - 1) if page > 1 else None,
    }
