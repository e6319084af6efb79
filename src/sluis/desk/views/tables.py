"""The versions of a table: what Sluis understood of a file, its rows, and the rows it could not take."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sluis.desk.page import delay_of, show, who
from sluis.desk.quality import quality_of
from sluis.desk.tables import compared, examples, facts_of, failure_text, met, preview, warnings_of
from sluis.desk.tabs import crumbs, tabs_of
from sluis.foundation.service import may
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.web.files import ranged_file
from sluis.web.paging import with_query
from sluis.web.shapes import Link

BUSY = ("queued", "running")


def around(request: HttpRequest, version: Any, *, deeper: bool = False) -> dict[str, Any]:
    """What every page of one table version shows. `deeper`: a page below that of the version itself."""
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=version.dataset_id)
    here = Link(
        gettext("Tabel, versie {number}").format(number=version.number), reverse("desk:table", args=[version.id])
    )
    data = Link(gettext("Data"), reverse("desk:data", args=[dataset.id]))
    return {
        "version": version,
        "dataset": dataset,
        "crumbs": crumbs(dataset, data, *([here] if deeper else [])),
        "tabs": tabs_of(dataset, "data", who(request)),
        "may_add": may(actor, "table.add", dataset.organisation.id, dataset.team_id),
    }


@require_safe
def versions(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    actor = who(request)
    dataset = register.get(by=actor, dataset_id=dataset_id)
    context = {
        "dataset": dataset,
        "versions": lake.versions(by=actor, dataset_id=dataset_id),
        "crumbs": crumbs(dataset),
        "tabs": tabs_of(dataset, "data", who(request)),
        "may_add": may(actor, "table.add", dataset.organisation.id, dataset.team_id),
    }
    return show(request, "versions", context)


@require_safe
def version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    found = lake.table_version(by=who(request), table_version_id=version_id)
    context = around(request, found)
    if found.status in BUSY:
        return show(request, "table_busy", context | {"delay": delay_of(version_id)})
    if found.status == "failed":
        return show(request, "table_failed", context | {"failure": failure_text(found)})
    if found.status == "expired":
        return redirect("desk:table-provenance", version_id)
    context["may_edit"] = may(
        who(request), "dataset.edit", context["dataset"].organisation.id, context["dataset"].team_id
    )
    context["required"] = quality_of(context["dataset"])["required"]
    return show(request, "table", context | _understood(request, found))


def _understood(request: HttpRequest, found: Any) -> dict[str, Any]:
    every = lake.versions(by=who(request), dataset_id=found.dataset_id)
    before = next((row for row in every if row.number < found.number and row.status == "ready"), None)
    return {
        "facts": facts_of(found) + met(found, next((row.number for row in every if row.id == found.base_id), None)),
        "warnings": warnings_of(found),
        "columns": examples(found, lake.data_files(by=who(request), table_version_id=found.id)),
        "comparison": compared(found, before) if before else None,
    }


@require_safe
def progress(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The bar alone, for htmx; when the work is over the page itself is loaded again."""
    found = lake.table_version(by=who(request), table_version_id=version_id)
    if found.status in BUSY:
        return render(request, "desk/parts/table_progress.html", {"version": found, "delay": delay_of(version_id)})
    return HttpResponse(status=200, headers={"HX-Redirect": reverse("desk:table", args=[version_id])})


@require_safe
def rows(request: HttpRequest, version_id: UUID) -> HttpResponse:
    found = lake.table_version(by=who(request), table_version_id=version_id)
    if found.status != "ready":
        raise Conflict("table.not-ready", N_("Deze versie heeft geen rijen: het inlezen is niet gelukt of niet klaar."))
    files = lake.data_files(by=who(request), table_version_id=version_id)
    table, page = preview(found, files, request.GET.get("cursor", ""))
    context = around(request, found, deeper=True) | {
        "table": table,
        "previous_url": with_query(request, cursor=page.previous_cursor) if page.previous_cursor else "",
        "next_url": with_query(request, cursor=page.next_cursor) if page.next_cursor else "",
    }
    return show(request, "rows", context)


@require_safe
def rejects(request: HttpRequest, version_id: UUID) -> HttpResponseBase:
    found = lake.table_version(by=who(request), table_version_id=version_id)
    path = lake.rejects_path(by=who(request), table_version_id=version_id)
    response = ranged_file(
        request,
        path,
        content_type="text/csv; charset=utf-8",
        filename=f"afgekeurd-versie-{found.number}.csv",
        etag=found.rejects_sha256,
    )
    response["Cache-Control"] = "private, no-cache"
    return response
