"""Writes what the outside sees, from releases alone. Runs inside the transactions that publish and withdraw.

`project` gives the same rows each time it runs on the same releases, so the whole projection can be rebuilt.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sluis.foundation.service import audit, in_line
from sluis.lake import service as lake
from sluis.release import addresses, contracts, feed, news
from sluis.release.documents import document, file_row, files_of, release_shape
from sluis.release.models import (
    PublicDataset,
    PublicFeedPart,
    PublicFile,
    PublicGround,
    PublicReleaseRow,
    PublicTable,
    PublicTheme,
    Release,
)
from sluis.release.source import TableNow
from sluis.release.types import Kind


def project(dataset_id: UUID) -> None:
    """Rewrite the public rows of one dataset from its releases. Call inside a transaction."""
    found = (
        Release.objects.filter(dataset_id=dataset_id)
        .select_related("decision")
        .prefetch_related("copies")
        .order_by("number")
    )
    releases = list(found)
    if not releases:
        return
    shown = _shown(releases)
    row, _made = PublicDataset.objects.update_or_create(
        dataset_id=dataset_id, defaults=_columns_of_row(releases, shown)
    )
    for model in (PublicTheme, PublicGround, PublicReleaseRow, PublicFile, PublicTable, PublicFeedPart):
        model.objects.filter(dataset=row).delete()
    PublicTheme.objects.bulk_create(PublicTheme(dataset=row, kind=row.kind, uri=uri) for uri in row.themes)
    PublicGround.objects.bulk_create(grounds(row))
    feed.part(row).save(force_insert=True)
    PublicReleaseRow.objects.bulk_create(_release_row(row, release) for release in releases)
    reachable = [release for release in releases if release.status != Release.Status.WITHDRAWN]
    PublicFile.objects.bulk_create(_file(row, r, file) for r in reachable for file in files_of(r))
    PublicTable.objects.bulk_create(_table(row, r) for r in reachable if r.table)
    contracts.project(row)
    news.remember(row)


def grounds(row: PublicDataset) -> list[PublicGround]:
    """On which grounds something is not open; [] for what is open, planned or withdrawn."""
    if row.kind not in (Kind.RESTRICTED, Kind.CLOSED):
        return []
    codes = dict.fromkeys(row.document["metadata"].get("ground_codes", ()))
    return [PublicGround(dataset=row, kind=row.kind, uri=uri) for uri in codes]


def fill_provenance() -> int:
    """Of what stood outside before an upgrade: where its rows come from. Returns how many tables it found."""
    rows = PublicTable.objects.filter(provenance={}).select_related("dataset")
    found = [(row, lake.public_provenance(row.dataset.dataset_id, row.sha256)) for row in rows]
    return sum(PublicTable.objects.filter(id=row.pk).update(provenance=told) for row, told in found if told)


def rebuild_projection() -> int:
    """Throw the projection away and make it again from the releases, in one transaction; returns how many datasets."""
    with in_line():
        PublicDataset.objects.all().delete()
        first = Release.objects.filter(number=1).order_by("published_at", "id").values_list("dataset_id", flat=True)
        ids = list(first)
        for dataset_id in ids:
            project(dataset_id)
    return len(ids)


def columns_of(metadata: Mapping[str, Any], table: TableNow) -> list[dict[str, Any]]:
    """Columns of a table with their meaning and the part of their profile that may be seen."""
    meanings = {column["name"]: column for column in metadata.get("columns", ())}
    profiles = {column["name"]: column for column in (table.profile or {}).get("columns", ())}
    return [_column(column, meanings.get(column["name"], {}), profiles) for column in table.report["columns"]]


def _column(
    column: Mapping[str, Any], meaning: Mapping[str, Any], profiles: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    said = {k: v for k, v in meaning.items() if k in ("title_en", "meaning", "meaning_en", "unit", "code_list") and v}
    title = meaning.get("title") or column["title"]
    seen = {k: v for k, v in profiles.get(column["name"], {}).items() if k not in ("name", "title", "type")}
    return {**column, **said, "title": title, "profile": seen}


def _shown(releases: Sequence[Release]) -> Release:
    """The current release; when there is none, the last that was withdrawn."""
    current = [release for release in releases if release.status == Release.Status.CURRENT]
    return current[0] if current else max(releases, key=lambda r: (r.withdrawn_at is not None, r.number))


def _kind(shown: Release) -> Kind:
    return Kind.WITHDRAWN if shown.status == Release.Status.WITHDRAWN else Kind(shown.outcome)


def _columns_of_row(releases: Sequence[Release], shown: Release) -> dict[str, Any]:
    metadata, kind = shown.metadata, _kind(shown)
    get = metadata.get
    visible = kind is not Kind.WITHDRAWN
    organisation: Mapping[str, Any] = metadata["organisation"]
    table = shown.table if visible else None
    return {
        "slug": metadata["slug"],
        "organisation_id": UUID(organisation["id"]),
        "uri": addresses.identifier(metadata["slug"]),
        "kind": kind.value,
        "title": metadata["title"],
        "title_en": get("title_en", ""),
        "description": get("description", ""),
        "description_en": get("description_en", ""),
        "themes": list(get("themes", ())),
        "organisation": organisation["slug"],
        "organisation_name": organisation["name"],
        "licence": get("licence", ""),
        "formats": [file["format"] for file in files_of(shown)] if visible else [],
        "frequency": get("frequency", ""),
        "issued_at": releases[0].published_at,
        "changed_at": shown.withdrawn_at or shown.published_at,
        "keywords": [*get("keywords", ()), *get("keywords_en", ())],
        "spatial_label": get("spatial_label", ""),
        "bbox": _bbox(get("bbox")),
        "ground": shown.withdrawal_reason if kind is Kind.WITHDRAWN else get("openness_ground", ""),
        "planned_date": date.fromisoformat(metadata["planned_date"]) if kind is Kind.PLANNED else None,
        "quality_stars": shown.quality["stars"],
        "quality_points": shown.quality["points"],
        "release": shown.number,
        "rows": table["rows"] if table else None,
        "columns": len(shown.columns) if table else None,
        "document": document(releases, shown, kind),
        "revision": audit.head()[0],
    }


def _bbox(box: Any) -> list[float] | None:
    if not box:
        return None
    return [float(box[side]) for side in ("west", "south", "east", "north")] if isinstance(box, dict) else list(box)


def _release_row(row: PublicDataset, release: Release) -> PublicReleaseRow:
    return PublicReleaseRow(
        dataset=row,
        number=release.number,
        status=release.status,
        outcome=release.outcome,
        published_at=release.published_at,
        sha256=release.sha256,
        reason=release.withdrawal_reason,
        withdrawn_at=release.withdrawn_at,
        body=release_shape(release),
    )


def _file(row: PublicDataset, release: Release, file: Mapping[str, Any]) -> PublicFile:
    return PublicFile(dataset=row, release=release.number, **file_row(file))


def _table(row: PublicDataset, release: Release) -> PublicTable:
    table = release.table or {}
    return PublicTable(
        dataset=row,
        release=release.number,
        sha256=table["sha256"],
        rows=table["rows"],
        columns=release.columns,
        geometry=table["geometry"],
        provenance=lake.public_provenance(release.dataset_id, table["sha256"]) or {},
    )
