"""Reads of the projection behind `public`: every query here walks an index and stops at a page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.cache import caches
from django.db import connection
from django.db.models import Count, F, QuerySet, Sum

from sluis.kernel.canonical import in_order
from sluis.kernel.errors import Gone, Invalid, NotFound, Unavailable
from sluis.kernel.recent import Recent
from sluis.kernel.text import N_, Said
from sluis.register import service as register
from sluis.release import addresses
from sluis.release.models import PublicDataset, PublicFile, PublicGround, PublicReleaseRow, PublicTable, PublicTheme
from sluis.release.types import (
    KIND_LABELS,
    FacetCount,
    Kind,
    Outcome,
    PublicCard,
    PublicColumn,
    PublicDatasetRecord,
    PublicFileInfo,
    PublicPage,
    PublicReleaseInfo,
    PublicTableInfo,
    SitemapEntry,
)

MOST_PER_PAGE = 200
SITEMAP_SIZE = 10_000
NOT_OPEN = (Kind.RESTRICTED.value, Kind.CLOSED.value)
_LIGHT = ("document", "bbox")
# Until something of the dataset changes outside: its columns with their profile take long to read.
_tables: Recent[tuple[Any, ...], PublicTableInfo] = Recent(500)
_STATE = f"SELECT dataset_id, revision FROM {PublicDataset._meta.db_table} WHERE slug = %s"  # noqa: S608 - a name of ours


class StillMade(Unavailable):
    """The file was promised with release `number`, and is being made."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "file.coming",
            N_("Dit bestand wordt nog gemaakt."),
            way_out=N_("Probeer het straks opnieuw, of neem Parquet: dat is er al."),
            retry_after=120,
        )
        self.number = number


def dataset(slug: str) -> PublicDatasetRecord:
    """One public dataset. Raises NotFound; Gone with `reason` and `at` when it was withdrawn."""
    row = _row(slug)
    if row.kind == Kind.WITHDRAWN:
        raise gone(row.title, row.ground, row.changed_at)
    return _record(row)


def tombstone(slug: str) -> PublicDatasetRecord:
    """A withdrawn dataset as far as it may still be seen: title, description, reason. NotFound when not withdrawn."""
    row = _row(slug)
    if row.kind != Kind.WITHDRAWN:
        raise _unknown()
    return _record(row)


def releases(slug: str) -> tuple[PublicReleaseInfo, ...]:
    """All releases, newest first."""
    row = _row(slug)
    files = list(PublicFile.objects.filter(dataset=row).order_by("release", "format"))
    found = PublicReleaseRow.objects.filter(dataset=row).order_by("-number")
    return tuple(_release(slug, item, files) for item in found)


def standing_tables(slug: str, most: int) -> tuple[PublicReleaseInfo, ...]:
    """The newest releases that still stand outside with rows, newest first, without their files. One query."""
    rows = PublicReleaseRow.objects.filter(dataset__slug=slug).exclude(status="withdrawn").order_by("-number")[:most]
    return tuple(_release(slug, row, ()) for row in rows if row.body["rows"] is not None)


def release(slug: str, number: int) -> PublicReleaseInfo:
    """One release. Raises NotFound; Gone when it was withdrawn."""
    row = _row(slug)
    found = _standing(row, number)
    return _release(slug, found, list(PublicFile.objects.filter(dataset=row, release=number).order_by("format")))


def table(slug: str, number: int | None = None) -> PublicTableInfo:
    """The rows of a release (the current one when none is named). Raises NotFound without rows, Gone."""
    at = _state_of(slug)
    known = _tables.get((at, number))
    if known is None:
        row = _row(slug)
        known = _read_table(row, _number(row, number))
        if at and at[1] == row.revision:
            _tables.put((at, number), known)
    return known


def _state_of(slug: str) -> tuple[Any, int] | None:
    """Which dataset this is, as the database writes it, and its revision. Asked with every page of rows, so in SQL:
    Django takes ten times as long to write this question as to ask it."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [slug])
        return cursor.fetchone()


def _read_table(row: PublicDataset, wanted: int) -> PublicTableInfo:
    found = PublicTable.objects.filter(dataset=row, release=wanted).first()
    if found is None:
        raise NotFound("table.none", N_("Van deze dataset staat geen tabel online."))
    return PublicTableInfo(
        slug=row.slug,
        release=wanted,
        sha256=found.sha256,
        rows=found.rows,
        columns=_columns(found.columns),
        geometry=found.geometry,
    )


def provenance(slug: str, number: int) -> Mapping[str, Any]:
    """Where the rows of a release come from. Raises NotFound without rows or when that is not known, Gone."""
    row = _row(slug)
    wanted = _number(row, number)
    found = PublicTable.objects.filter(dataset=row, release=wanted).values_list("provenance", "columns").first()
    if found is None or not found[0]:
        raise NotFound("provenance.none", N_("Van deze versie is niet vastgelegd waar de rijen vandaan komen."))
    before = PublicReleaseRow.objects.filter(dataset=row, number__lt=wanted).exclude(status="withdrawn")
    last = before.order_by("-number").values_list("number", flat=True).first()
    return {**in_order(found[0]), "release": wanted, "revision_of": last, "columns": len(found[1])}


def file(slug: str, file_format: str, number: int | None = None) -> PublicFileInfo:
    """A download file of a release. Raises StillMade, NotFound, Gone."""
    row = _row(slug)
    wanted = _number(row, number)
    found = PublicFile.objects.filter(dataset=row, release=wanted, format=file_format).first()
    if found is None:
        if file_format in _standing(row, wanted).body.get("coming", ()):
            raise StillMade(wanted)
        raise NotFound("file.none", N_("Deze dataset is er niet als {format}."), format=file_format[:40])
    return _file(slug, found)


def cards(slugs: Sequence[str]) -> dict[str, PublicCard]:
    """Cards by slug; one query."""
    return {row.slug: card(row) for row in _light().filter(slug__in=slugs)}


def organisation_known(slug: str) -> bool:
    """Whether an organisation of this name has anything outside."""
    return PublicDataset.objects.filter(kind__in=list(Kind), organisation=slug).exists()


def not_open(
    *,
    kinds: Sequence[str] = NOT_OPEN,
    grounds: Sequence[str] = (),
    organisation: str = "",
    page: int = 1,
    size: int = 50,
) -> PublicPage:
    """The register of what is not open and why, newest first; with `grounds` what has any of them."""
    chosen = [kind for kind in NOT_OPEN if kind in kinds]
    rows = _light().filter(kind__in=chosen)
    if organisation:
        rows = rows.filter(organisation=organisation)
    if grounds:
        rows = rows.filter(id__in=PublicGround.objects.filter(kind__in=chosen, uri__in=grounds).values("dataset"))
    total = rows.count() if organisation or grounds else sum(counts()[kind] for kind in chosen)
    return _page(rows.order_by("-changed_at", "id"), total, page, size)


def not_open_facets(
    *, kinds: Sequence[str] = (), grounds: Sequence[str] = (), organisation: str = "", language: str = "nl"
) -> Mapping[str, tuple[FacetCount, ...]]:
    """`kind` and `ground` with their counts; a facet's own choice does not limit its own counts."""
    rows = PublicDataset.objects.filter(kind__in=NOT_OPEN)
    chosen = [kind for kind in NOT_OPEN if kind in kinds] or list(NOT_OPEN)
    if organisation:
        rows = rows.filter(organisation=organisation)
    if grounds:
        rows = rows.filter(id__in=PublicGround.objects.filter(uri__in=grounds).values("dataset"))
    by_kind = dict(rows.values_list("kind").annotate(n=Count("id"))) if organisation or grounds else counts()
    by_ground = _ground_counts(chosen, organisation)
    by_ground |= {uri: 0 for uri in grounds if uri not in by_ground}
    labels, words = register.labels(by_ground, language), KIND_LABELS.get(language, KIND_LABELS["nl"])
    return {
        "kind": tuple(FacetCount(kind, words[kind], by_kind.get(kind, 0), kind in kinds) for kind in NOT_OPEN),
        "ground": tuple(FacetCount(uri, labels.get(uri) or uri, n, uri in grounds) for uri, n in by_ground.items()),
    }


def _ground_counts(kinds: Sequence[str], organisation: str) -> dict[str, int]:
    """Ground → number of datasets, most first; those of one organisation are counted each time."""
    rows = PublicGround.objects.filter(kind__in=kinds)
    if organisation:
        rows = rows.filter(dataset__organisation=organisation)
    ranked = rows.values_list("uri").annotate(n=Count("id")).order_by("-n", "uri")
    return dict(ranked) if organisation else once_per_change(f"grounds-{'-'.join(kinds)}", lambda: dict(ranked))


def planned(*, page: int = 1, size: int = 50) -> PublicPage:
    """What will be open, soonest first."""
    rows = _light().filter(kind=Kind.PLANNED).order_by(F("planned_date").asc(nulls_first=True), "id")
    return _page(rows, counts()[Kind.PLANNED], page, size)


def withdrawn(*, page: int = 1, size: int = 50) -> PublicPage:
    """Tombstones, last withdrawn first."""
    rows = _light().filter(kind=Kind.WITHDRAWN).order_by("-changed_at", "id")
    return _page(rows, counts()[Kind.WITHDRAWN], page, size)


def latest(n: int = 6) -> tuple[PublicCard, ...]:
    """Open datasets, newest first."""
    return tuple(card(row) for row in _light().filter(kind=Kind.OPEN).order_by("-changed_at", "id")[:n])


def theme_counts() -> Mapping[str, int]:
    """Theme uri → number of open datasets; one walk over a covering index, once per change outside."""
    return once_per_change("themes", _theme_counts)


def counts() -> Mapping[str, int]:
    """kind → number of datasets, and `rows` of all open tables together; walked once per change outside."""
    return once_per_change("counts", _counts)


def state() -> str:
    """Another one after every change outside: a withdrawal too gives its row a higher revision."""
    newest = PublicDataset.objects.order_by("-revision").values_list("revision", "dataset_id").first()
    return "-".join(map(str, newest or ("nothing",)))


def once_per_change(name: str, walk: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Numbers that took a walk, kept in this process until something changes outside."""
    key = f"outside-{name}-{state()}"
    found: dict[str, int] | None = caches["local"].get(key)
    if found is None:
        found = walk()
        caches["local"].set(key, found, timeout=3600)
    return found


def _theme_counts() -> dict[str, int]:
    rows = PublicTheme.objects.filter(kind=Kind.OPEN).values_list("uri").annotate(n=Count("id"))
    return dict(rows.order_by("-n", "uri"))


def _counts() -> dict[str, int]:
    found = PublicDataset.objects.values_list("kind").annotate(n=Count("id"), r=Sum("rows"))
    rows = list(found.order_by("kind"))
    return {kind.value: 0 for kind in Kind} | {k: n for k, n, _ in rows} | {"rows": sum(r or 0 for _, _, r in rows)}


def sitemap_pages() -> int:
    return max(1, -(-PublicDataset.objects.exclude(kind=Kind.WITHDRAWN).count() // SITEMAP_SIZE))


def sitemap_page(n: int = 1) -> tuple[SitemapEntry, ...]:
    """At most 10,000 addresses (sitemaps.org allows 50,000), none withdrawn. Raises NotFound past the end."""
    if n < 1 or n > sitemap_pages():
        raise NotFound("sitemap.page", N_("Deze pagina van de sitemap bestaat niet."))
    first = (n - 1) * SITEMAP_SIZE
    rows = PublicDataset.objects.exclude(kind=Kind.WITHDRAWN).order_by("slug").values_list("slug", "changed_at", "kind")
    return tuple(SitemapEntry(s, c, Kind(k)) for s, c, k in rows[first : first + SITEMAP_SIZE])


def newest_change() -> Any:
    """When anything outside last changed; None when nothing stands outside."""
    return PublicDataset.objects.order_by("-changed_at").values_list("changed_at", flat=True).first()


def card(row: PublicDataset) -> PublicCard:
    return PublicCard(**{name: _plain(row, name) for name in PublicCard.__slots__})


def _light() -> QuerySet[PublicDataset]:
    return PublicDataset.objects.defer(*_LIGHT)


def _row(slug: str) -> PublicDataset:
    row = PublicDataset.objects.filter(slug=slug).first()
    if row is None:
        raise _unknown()
    return row


def _standing(row: PublicDataset, number: int) -> PublicReleaseRow:
    found = PublicReleaseRow.objects.filter(dataset=row, number=number).first()
    if found is None:
        raise NotFound("release.unknown", N_("Deze versie bestaat niet."))
    if found.status == "withdrawn":
        raise gone(row.title, found.reason, found.withdrawn_at)
    return found


def _number(row: PublicDataset, number: int | None) -> int:
    """The release that is meant, when it still stands."""
    if number is None:
        if row.kind == Kind.WITHDRAWN:
            raise gone(row.title, row.ground, row.changed_at)
        return row.release
    return _standing(row, number).number


def _record(row: PublicDataset) -> PublicDatasetRecord:
    return PublicDatasetRecord(**{name: _plain(row, name) for name in PublicDatasetRecord.__slots__})


def _plain(row: PublicDataset, name: str) -> Any:
    value = getattr(row, name)
    match name:
        case "kind":
            return Kind(value)
        case "uri":
            return addresses.absolute(value)
        case "document":
            return in_order(addresses.completed(value))
        case _:
            return tuple(value) if isinstance(value, list) else value


def _release(slug: str, row: PublicReleaseRow, files: Iterable[PublicFile]) -> PublicReleaseInfo:
    body: Mapping[str, Any] = row.body
    return PublicReleaseInfo(
        number=row.number,
        status=row.status,
        outcome=Outcome(row.outcome),
        published_at=row.published_at,
        sha256=row.sha256,
        rows=body["rows"],
        files=tuple(_file(slug, item) for item in files if item.release == row.number),
        columns=_columns(body["columns"]),
        metadata=in_order(body["metadata"]),
        decision=in_order(addresses.completed(body["decision"])),
        reason=row.reason,
        withdrawn_at=row.withdrawn_at,
        coming=tuple(body.get("coming", ())),
    )


def _file(slug: str, row: PublicFile) -> PublicFileInfo:
    return PublicFileInfo(
        slug=slug,
        release=row.release,
        format=row.format,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
    )


def _columns(shapes: Iterable[Mapping[str, Any]]) -> tuple[PublicColumn, ...]:
    known = PublicColumn.__slots__
    return tuple(PublicColumn(**{k: in_order(v) for k, v in shape.items() if k in known}) for shape in shapes)


def _page(rows: QuerySet[PublicDataset], total: int, page: int, size: int) -> PublicPage:
    if page < 1 or not 1 <= size <= MOST_PER_PAGE:
        raise Invalid("page.range", N_("Een pagina heeft 1 tot {most} regels en nummers vanaf 1."), most=MOST_PER_PAGE)
    first = (page - 1) * size
    ids = list(rows.values_list("id", flat=True)[first : first + size])  # from the index alone; then one fetch
    found = {row.id: card(row) for row in _light().filter(id__in=ids)}
    return PublicPage(tuple(found[key] for key in ids if key in found), total, page, size)


def _unknown() -> NotFound:
    return NotFound("dataset.unknown", N_("Deze dataset bestaat niet."))


def gone(title: str, reason: str, at: Any) -> Gone:
    moment = at.isoformat() if at else ""
    said = {"title": Said(title, "nl"), "reason": Said(reason, "nl")}
    return Gone("dataset.withdrawn", N_("‘{title}’ is ingetrokken. Reden: {reason}"), at=moment, **said)
