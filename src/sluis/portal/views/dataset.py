"""The page of one dataset, and what stands there when it was withdrawn."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from sluis.kernel.errors import Gone, NotFound
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, PageRequest
from sluis.portal import cells, columns, contracts, details, frame, licences, quality, snippets, wording
from sluis.register.dcat import schema_org
from sluis.register.types import PublicRecord
from sluis.release import public
from sluis.release.types import PublicDatasetRecord, PublicTableInfo
from sluis.web import spoken
from sluis.web.shapes import Download, Table

PREVIEW = 10
STREAMED = ("csv", "json")
_FORMS = (("ttl", "text/turtle"), ("jsonld", "application/ld+json"), ("rdf", "application/rdf+xml"))


def overview(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        found = public.dataset(slug)
    except Gone:
        return gone(request, public.tombstone(slug))
    table = table_of(found)
    metadata = found.document["metadata"]
    context = {
        **frame.of(found, "dataset"),
        "structured": structured(found),
        "preview": preview(table) if table else None,
        "columns": columns.meanings(table.columns) if table else [],
        "downloads": downloads(slug, found.document.get("release") or {}),
        "licence": licences.explain(found.licence),
        "limits": spoken.of(metadata, "limits"),
        "purpose": spoken.of(metadata, "purpose"),
        "metadata": metadata,
        "elsewhere": _elsewhere(metadata),
        "details": details.details(metadata, found.uri),
        "forms": [(kind, f"{settings.SLUIS.url}/doc/dataset/{slug}.{ending}") for ending, kind in _FORMS],
        "citation": _citation(found),
        "quality": _quality(found),
        "contract": contracts.shown(slug),
        "over_time": quality.over_time(found),
        "answers": [one for one in public.public_feedback_of(slug=slug, limit=5) if one.answer],
    }
    return render(request, "portal/dataset.html", context)


def twin(request: HttpRequest, slug: str) -> HttpResponse:
    """The public document of the dataset, exactly as the feeds read it."""
    return JsonResponse(dict(public.dataset(slug).document), json_dumps_params={"ensure_ascii": False})


def interface(request: HttpRequest, slug: str) -> HttpResponse:
    """How programs reach this dataset."""
    try:
        found = public.dataset(slug)
    except Gone:
        return gone(request, public.tombstone(slug))
    table = table_of(found)
    context = {
        **frame.of(found, "dataset-api"),
        "rows_url": snippets.rows_url(slug) if table else "",
        "snippets": snippets.snippets(slug, organisation=found.organisation, map_url=map_url(found)) if table else [],
        "metadata_url": f"{settings.SLUIS.url}/api/v1/datasets/{slug}",
        "columns": table.columns if table else [],
        "forms": [(kind, f"{settings.SLUIS.url}/doc/dataset/{slug}.{ending}") for ending, kind in _FORMS],
    }
    return render(request, "portal/interface.html", context)


def contract_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The contract in force as its file; the address stays, the version stands in it."""
    found = public.contract(slug)
    response = HttpResponse(found.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}.odcs.yaml"'
    return response


def gone(request: HttpRequest, found: PublicDatasetRecord, release: int | None = None) -> HttpResponse:
    """410: what it was, why it is gone and what to do now."""
    withdrawal = found.document.get("withdrawal") or {}
    context = {
        "dataset": found,
        "title": spoken.of(found, "title"),
        "text": spoken.of(found, "description"),
        "reason": withdrawal.get("reason") or found.ground,
        "at": moment(withdrawal.get("withdrawn_at")) or found.changed_at,
        "decision": found.document.get("decision"),
        "releases": found.document.get("releases", ()),
    }
    return render(request, "portal/gone.html", context, status=410)


def table_of(found: PublicDatasetRecord) -> PublicTableInfo | None:
    if not found.columns:
        return None
    try:
        return public.table(found.slug)
    except NotFound:
        return None


def preview(table: PublicTableInfo) -> Table:
    """The first rows; the rows of a release never change, so they are kept."""
    rows = _first_rows(table.path, tuple(columns.for_rows(table)))
    heads = [columns.head(column, (table.geometry or {}).get("crs") or "") for column in table.columns[:12]]
    caption = gettext("De eerste {count} rijen").format(count=len(rows))
    return Table(caption, heads, [row[:12] for row in rows], row_header=None, id="preview")


@lru_cache(maxsize=256)
def _first_rows(path: Any, known: tuple[Column, ...]) -> tuple[tuple[Any, ...], ...]:
    found = page(path, known, PageRequest(limit=PREVIEW))
    return tuple(tuple(cells.shown(row[column.name], column) for column in known) for row in found.rows)


def downloads(slug: str, release: Mapping[str, Any]) -> list[Download]:
    """Files of a release as its public document names them, and those that are still being made."""
    there = [
        Download(
            label=file["name"],
            url=file["url"].removeprefix(settings.SLUIS.url),
            format=wording.format_name(file["format"]),
            size=file["size"],
            date=moment(release.get("published_at")),
            sha256=file["sha256"],
        )
        for file in release.get("files", ())
    ]
    return there + [still_made(slug, release["number"], form) for form in release.get("coming", ())]


def still_made(slug: str, number: int, form: str) -> Download:
    """A file that was promised: CSV and JSON come out of the table meanwhile, at the same address."""
    name = wording.format_name(form)
    if form in STREAMED:
        note = gettext("Het vaste bestand wordt nog gemaakt. Tot dan komen de rijen uit de tabel; dat gaat langzamer.")
        return Download(f"{slug}.{form}", f"/api/v1/datasets/{slug}/releases/{number}/download/{form}", name, note=note)
    return Download(f"{slug}.{form}", "", name, note=gettext("Dit bestand wordt nog gemaakt."))


def map_url(found: PublicDatasetRecord) -> str:
    files = {file["format"].lower(): file["url"] for file in (found.document.get("release") or {}).get("files", ())}
    return files.get("gpkg") or files.get("geojson") or ""


def moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def structured(found: PublicDatasetRecord) -> SafeString:
    """schema.org for search engines; what could end the script element is escaped."""
    text = json.dumps(schema_org(cast("PublicRecord", found.document)), ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - <, > and & are gone


def _elsewhere(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Files and services at other addresses, as far as they are web addresses."""
    parts = [*metadata.get("distributions", ()), *metadata.get("services", ())]
    found = [(part, part.get("download_url") or part.get("access_url") or part.get("endpoint_url")) for part in parts]
    return [
        {"title": spoken.of(part, "title"), "url": url, "format": wording.label(part.get("format", ""))}
        for part, url in found
        if url and url.startswith(("https://", "http://"))
    ]  # fmt: skip


def _citation(found: PublicDatasetRecord) -> str:
    title = spoken.stored(spoken.of(found, "title"))
    return format_html(
        gettext("{organisation} ({year}). {title}. Versie {version}. {uri}"),
        organisation=found.organisation_name, year=found.changed_at.year, title=title, version=found.release,
        uri=found.uri,
    )  # fmt: skip


def _quality(found: PublicDatasetRecord) -> str:
    words = (
        gettext("De beschrijving is nog bijna leeg."),
        gettext("De beschrijving mist nog veel."),
        gettext("De beschrijving is voldoende. Er ontbreken nog onderdelen."),
        gettext("De beschrijving is goed. Er kan nog iets bij."),
        gettext("De beschrijving is goed en bijna volledig."),
        gettext("De beschrijving is uitstekend."),
    )
    return words[min(found.quality_stars, 5)]
