"""Reads of the open lake: which tables there are, and the files an engine asks for. Only what stands outside."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sluis.foundation.service import blobs
from sluis.kernel.canonical import canonical
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.query.offering import slug_of, table_name
from sluis.release.models import PublicDataset, PublicReleaseRow, PublicTable
from sluis.release.openlake.metadata import Described
from sluis.release.openlake.types import BUCKET, OpenTable, Version
from sluis.release.reading import gone, state
from sluis.release.types import Kind

__all__ = ["BUCKET", "data_file", "metadata_file", "namespaces", "table", "tables"]


def namespaces() -> tuple[str, ...]:
    """The organisations with open tables, by name; walked once per change outside."""
    return _namespaces(state())


@lru_cache(maxsize=2)
def _namespaces(_: str) -> tuple[str, ...]:
    return tuple(_open().order_by("organisation").values_list("organisation", flat=True).distinct())


def tables(namespace: str, after: str = "", size: int = 1000) -> tuple[str, ...]:
    """The names of the tables of an organisation that come after `after`, at most `size`. NotFound without any."""
    if namespace not in namespaces():
        raise NotFound("lake.namespace", N_("Deze organisatie heeft geen open tabellen."))
    rows = _open().filter(organisation=namespace, slug__gt=slug_of(after)).order_by("slug")
    return tuple(table_name(slug) for slug in rows.values_list("slug", flat=True)[:size])


def table(namespace: str, name: str) -> tuple[str, Mapping[str, Any]]:
    """Where the metadata of a table stands, and what it says. NotFound; Gone when it was withdrawn."""
    described = _described(slug_of(name), namespace)
    document = described.document()
    return described.place(document), document


def metadata_file(slug: str, name: str) -> bytes:
    """A file of the metadata of a table, by its name. NotFound; Gone when the table was withdrawn."""
    described = _described(slug)
    wanted = f"{described.table.location}/metadata/{name}"
    if name.endswith(".json"):
        document = described.document()
        if described.place(document) == wanted:
            return canonical(document)
    number = name.partition("-")[0]
    for index, version in enumerate(described.versions):
        if str(version.number) == number:
            for place, data in (described.manifest_list(index), described.manifest(index)):
                if place == wanted:
                    return data
    raise _unknown()


def data_file(slug: str, number: int) -> tuple[str, int, Path | blobs.Elsewhere]:
    """The Parquet file of a release: hash, size, content. NotFound; Gone when it was withdrawn."""
    row = _row(slug)
    standing = PublicReleaseRow.objects.filter(dataset=row, number=number).first()
    found = PublicTable.objects.filter(dataset=row, release=number).first()
    if standing is not None and standing.status == "withdrawn":
        raise gone(row.title, standing.reason, standing.withdrawn_at)
    if standing is None or found is None or row.kind != Kind.OPEN:
        raise _unknown()
    return found.sha256, blobs.size(found.sha256), blobs.content(found.sha256)


def _open() -> QuerySet[PublicDataset]:
    return PublicDataset.objects.filter(kind=Kind.OPEN, rows__isnull=False)


def _row(slug: str) -> PublicDataset:
    row = PublicDataset.objects.filter(slug=slug).defer("document").first()
    if row is None:
        raise _unknown()
    if row.kind == Kind.WITHDRAWN:
        raise gone(row.title, row.ground, row.changed_at)
    return row


def _described(slug: str, namespace: str = "") -> Described:
    row = _row(slug)
    if row.kind != Kind.OPEN or (namespace and row.organisation != namespace):
        raise _unknown()
    return _known(row.dataset_id, row.revision)


@lru_cache(maxsize=500)
def _known(dataset_id: UUID, revision: int) -> Described:
    """Kept for as long as nothing changes about the dataset: every change outside raises its revision."""
    row = PublicDataset.objects.defer("document").get(dataset_id=dataset_id)
    standing = dict(
        PublicReleaseRow.objects.filter(dataset=row).exclude(status="withdrawn").values_list("number", "published_at")
    )
    found = PublicTable.objects.filter(dataset=row, release__in=standing).order_by("release")
    versions = tuple(
        Version(one.release, standing[one.release], one.sha256, blobs.size(one.sha256), one.rows) for one in found
    )
    described = Described.of(OpenTable(row.dataset_id, row.slug, row.organisation, row.title, versions))
    if not described.footers:
        raise _unknown()
    return described


def _unknown() -> NotFound:
    return NotFound("lake.table", N_("Deze tabel is er niet."))
