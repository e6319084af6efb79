"""Where a version of a table comes from, on one page and as JSON; also of a version whose rows are gone."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from sluis.desk.page import show, who
from sluis.desk.provenance import shown
from sluis.desk.tables import change_lines
from sluis.desk.views.tables import around
from sluis.lake import service as lake
from sluis.release import service as release


@require_safe
def page(request: HttpRequest, version_id: UUID) -> HttpResponse:
    actor = who(request)
    version = lake.table_version(by=actor, table_version_id=version_id)
    found = lake.provenance(by=actor, table_version_id=version_id)
    context = around(request, version, deeper=version.status != "expired") | {
        **shown(found, version),
        "lines": change_lines(lake.Change.from_json(version.change).columns),
        "releases": release.releases_of(version.dataset_id, version.data_sha256),
    }
    return show(request, "provenance", context)


@require_safe
def as_json(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The shape of `lake.provenance`, with the releases made of it."""
    actor = who(request)
    version = lake.table_version(by=actor, table_version_id=version_id)
    found = lake.provenance(by=actor, table_version_id=version_id)
    made = [
        {"release": number, "status": status, "published_at": at.isoformat()}
        for number, status, at in release.releases_of(version.dataset_id, version.data_sha256)
    ]
    response = JsonResponse({**found, "releases": made}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
