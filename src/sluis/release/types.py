"""Frozen shapes of the release room: the dossier as staff see it, and what the outside may see.

Texts that come from us (`text`, `question`, …) are Dutch source texts with `{named}` places, filled from `params`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.kernel.errors import Fault


class Stage(StrEnum):
    """Where a dossier stands. `published`, `refused` and `withdrawn` are ends."""

    INTAKE = "intake"
    CHECKING = "checking"
    READY_TO_DECIDE = "ready_to_decide"
    DECIDED = "decided"
    PUBLISHED = "published"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What was proposed or decided. `planned`: will be open from a date on; until then only the description is out."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"
    PLANNED = "planned"


class Verdict(StrEnum):
    """Outcome of one check. `attention` needs a motivated judgement; `error` blocks (fail closed)."""

    PASSED = "passed"
    ATTENTION = "attention"
    FAILED = "failed"
    ERROR = "error"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check saw: Dutch source text with places. `field` is a metadata field or column name, or ''."""

    code: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    field: str = ""
    blocks: bool = True

    def said(self, translate: Any = str) -> str:
        return Fault(self.text, params=self.params).text(translate)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Evidence: which check of which version looked at what (`inputs_sha256`), when, and what it found."""

    name: str
    title: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    version: str
    inputs_sha256: str
    at: datetime

    @property
    def blocks_open(self) -> bool:
        return self.verdict in (Verdict.FAILED, Verdict.ERROR)


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it, as staff see it; `name` is '' when the account was erased."""

    key: str
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """The decision as it was taken. `sha256` is the hash of exactly what was decided."""

    id: UUID
    outcome: Outcome
    decided_at: datetime
    by: Person
    preparers: tuple[Person, ...]
    ground: str
    motivation: str
    sha256: str
    planned_date: date | None = None


@dataclass(frozen=True, slots=True)
class AdviceRecord:
    by: Person
    at: datetime
    text: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stepper. `state`: done | current | todo | skipped. `who` is a role name."""

    name: str
    title: str
    state: str
    who: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the dossier's history."""

    at: datetime
    by: Person
    action: str
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """A dossier with everything on it.

    `content_sha256` is the hash the decider must send back as `expected_hash`; '' before the checks ran.
    `may` holds the names of operations this caller may do now: request_checks, propose, submit, advise, return,
    decide, publish, withdraw_dossier. `blockers` say why `open` cannot be decided now; `next` says what happens next.
    `stale` is true when dataset or table changed after the checks.
    """

    id: UUID
    dataset_id: UUID
    dataset_slug: str
    dataset_title: str
    organisation_id: UUID
    stage: Stage
    opened_at: datetime
    opened_by: Person
    due_date: date
    proposal: Outcome | None
    proposal_ground: str
    proposal_motivation: str
    planned_date: date | None
    quasi_identifiers: tuple[str, ...]
    content_sha256: str
    stale: bool
    checks: tuple[CheckReport, ...]
    advices: tuple[AdviceRecord, ...]
    decision: DecisionRecord | None
    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    preparers: tuple[Person, ...]
    may: frozenset[str]
    blockers: tuple[Finding, ...]
    next: str
    return_reason: str = ""
    failure: Mapping[str, Any] | None = None  # an error on the wire (kernel.from_wire) when the job failed
    release_number: int | None = None


@dataclass(frozen=True, slots=True)
class DossierSummary:
    id: UUID
    dataset_id: UUID
    dataset_slug: str
    dataset_title: str
    organisation_id: UUID
    stage: Stage
    proposal: Outcome | None
    opened_at: datetime
    changed_at: datetime
    due_date: date
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class DossierFilter:
    stage: Stage | None = None
    organisation_id: UUID | None = None
    dataset_id: UUID | None = None
    text: str = ""
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class DossierPage:
    rows: tuple[DossierSummary, ...]
    total: int
    page: int
    size: int


class TaskKind(StrEnum):
    PREPARE = "prepare"
    ADVISE = "advise"
    DECIDE = "decide"
    PUBLISH = "publish"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True)
class Task:
    """Something this person has to do. `subject_id` is the dossier, or the feedback for FEEDBACK."""

    kind: TaskKind
    title: str
    subject_id: UUID
    dataset_id: UUID
    dataset_slug: str
    dataset_title: str
    due_date: date
    late: bool


# --- Feedback ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """As staff see it. `status`: received | answered. `email` is '' when the visitor gave none."""

    id: UUID
    number: str
    dataset_slug: str
    dataset_title: str
    text: str
    email: str
    status: str
    at: datetime
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicFeedback:
    """As everybody sees it: never the visitor's own words, name or address; only that it came and what we answered."""

    number: str
    dataset_slug: str
    status: str
    at: datetime
    answer: str = ""
    answered_at: datetime | None = None


# --- What the outside sees ---------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a public dataset is."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"
    PLANNED = "planned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PublicFileInfo:
    """A downloadable file. `format` is parquet, csv, json, geojson or gpkg; `path` is where the bytes stand."""

    slug: str
    release: int
    format: str
    name: str
    media_type: str
    size: int
    sha256: str
    path: Path


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
    """The rows of one release: what `lake.rows` needs to read them (`path`), and what each column means.

    `geometry` is `{column, type, crs, bbox}` or None.
    """

    slug: str
    release: int
    sha256: str
    path: Path
    rows: int
    columns: tuple[PublicColumn, ...]
    geometry: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PublicReleaseInfo:
    """One release in the row of releases. `status`: current, superseded or withdrawn."""

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
class FeedPage:
    """A page of the catalogue: documents as `register.dcat` takes them. `page` counts from 1; `pages` is the last."""

    records: tuple[Mapping[str, Any], ...]
    page: int
    pages: int
    total: int
    size: int


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    slug: str
    changed_at: datetime
    kind: Kind
