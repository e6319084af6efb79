"""Frozen shapes of what the outside may see; import them from `sluis.release.types`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.foundation.service import blobs
from sluis.lake.contracts.types import Property, Rule, RuleOutcome, Verdict
from sluis.release.outcome import Outcome


class Kind(StrEnum):
    """What a public dataset is."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"
    PLANNED = "planned"
    WITHDRAWN = "withdrawn"


KIND_LABELS = {
    "nl": {"open": "Open", "restricted": "Beperkt", "closed": "Gesloten", "planned": "Gepland"},
    "en": {"open": "Open", "restricted": "Restricted", "closed": "Closed", "planned": "Planned"},
}


@dataclass(frozen=True, slots=True)
class PublicFileInfo:
    """A downloadable file. `format` is parquet, csv, json, geojson or gpkg."""

    slug: str
    release: int
    format: str
    name: str
    media_type: str
    size: int
    sha256: str

    @property
    def content(self) -> Path | blobs.Elsewhere:
        """Where the bytes are, for who sends them."""
        return blobs.content(self.sha256)


@dataclass(frozen=True, slots=True)
class PublicColumn:
    """`profile` is the public-safe part of the column's profile (types, counts, histogram); {} when there is none."""

    name: str
    title: str
    type: str
    title_en: str = ""
    meaning: str = ""
    meaning_en: str = ""
    unit: str = ""
    code_list: str = ""
    precision: int | None = None
    scale: int | None = None
    profile: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class PublicTableInfo:
    """The rows of one release: what `lake.rows` needs to read them, and what each column means.

    `geometry` is `{column, type, crs, bbox}` or None.
    """

    slug: str
    release: int
    sha256: str
    rows: int
    columns: tuple[PublicColumn, ...]
    geometry: Mapping[str, Any] | None = None

    @property
    def path(self) -> Path:
        """The Parquet file on this disk."""
        return blobs.path(self.sha256)


@dataclass(frozen=True, slots=True)
class PublicReleaseInfo:
    """One release in the row of releases. `status`: current, superseded or withdrawn.

    `coming`: formats of files that are still being made.
    """

    number: int
    status: str
    outcome: Outcome
    published_at: datetime
    sha256: str
    rows: int | None
    files: tuple[PublicFileInfo, ...]
    columns: tuple[PublicColumn, ...]
    metadata: Mapping[str, Any]
    decision: Mapping[str, Any]  # register.types.PublicDecision
    reason: str = ""
    withdrawn_at: datetime | None = None
    coming: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicDatasetRecord:
    """One public dataset: the columns pages filter on, and the whole `document` (register.types.PublicRecord).

    `theme`, `organisation`, `licence`, `frequency` are codes or uris (facet values); labels through `register.label`.
    """

    slug: str
    uri: str
    kind: Kind
    title: str
    title_en: str
    description: str
    description_en: str
    themes: tuple[str, ...]
    organisation: str  # slug
    organisation_name: str
    licence: str
    formats: tuple[str, ...]
    frequency: str
    issued_at: datetime
    changed_at: datetime
    keywords: tuple[str, ...]
    spatial_label: str
    bbox: tuple[float, float, float, float] | None
    ground: str
    planned_date: date | None
    quality_stars: int
    quality_points: int
    release: int
    rows: int | None
    columns: int | None
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublicContractRecord:
    """What is promised of an open dataset; `text` is the YAML. `outcomes` of the current release by the id of the rule,
    empty as long as nobody looked (`verdict` None)."""

    slug: str
    release: int
    version: str
    text: str
    sha256: str
    change: str
    in_force_at: datetime
    columns: tuple[Property, ...]
    rules: tuple[Rule, ...]
    outcomes: Mapping[str, RuleOutcome]
    verdict: Verdict | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContractNews:
    """A version of what is promised. `change`: first, none, compatible or breaking; `dropped` and `added`: promises.

    `ended_at` only when nothing took its place."""

    id: UUID
    version: str
    change: str
    at: datetime
    ended_at: datetime | None
    dropped: tuple[Rule, ...]
    added: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ReleaseNews:
    """A release with what differs from release `before`; `result` is that of PublicDifference, None when not known.

    `told_at`: when the last of this became known."""

    number: int
    at: datetime
    told_at: datetime
    before: int | None
    result: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class News:
    dataset: PublicDatasetRecord
    contracts: tuple[ContractNews, ...]
    releases: tuple[ReleaseNews, ...]


@dataclass(frozen=True, slots=True)
class PublicCard:
    """A public dataset in a list; the same names as `PublicDatasetRecord`, without the document."""

    slug: str
    uri: str
    kind: Kind
    title: str
    title_en: str
    description: str
    description_en: str
    themes: tuple[str, ...]
    organisation: str
    organisation_name: str
    licence: str
    formats: tuple[str, ...]
    frequency: str
    issued_at: datetime
    changed_at: datetime
    ground: str
    planned_date: date | None
    quality_stars: int
    rows: int | None
    columns: int | None


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page of cards; pages count from 1."""

    rows: tuple[PublicCard, ...]
    total: int
    page: int
    size: int


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"


FACETS = ("theme", "organisation", "kind", "format", "licence", "frequency")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`filters`: facet name (of FACETS) → chosen values; within a facet any of them, between facets all of them."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class FacetCount:
    """`value` as used in the filters; `label` in the asked language."""

    value: str
    label: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """Why it matched: pieces of text, each with whether it is the searched word. Plain text: escape it on a page."""

    field: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SearchHit:
    card: PublicCard
    score: float
    why: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`corrections`: other spellings that do find something; `wider`: facets that, left out, find something (name →
    number of hits). Both only when nothing was found. `fuzzy` is true when only a looser spelling matched."""

    hits: tuple[SearchHit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    corrections: tuple[str, ...] = ()
    wider: Mapping[str, int] = field(default_factory=dict[str, int])
    page: int = 1
    size: int = 20
    fuzzy: bool = False


@dataclass(frozen=True, slots=True)
class FeedState:
    """The feed around one page: `mark` changes whenever any page does; `pages` is the last one, they count from 1."""

    mark: str
    changed_at: datetime | None
    total: int
    page: int
    pages: int
    size: int


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page of the catalogue, for `register.dcat`: what it holds (property, address), and a ready text per dataset."""

    members: tuple[tuple[str, str], ...]
    texts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    slug: str
    changed_at: datetime
    kind: Kind
