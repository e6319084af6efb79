"""Frozen shapes of the register, as the rest of the house sees them.

Texts are Dutch; the field with `_en` is the English one ('' when absent). Every uri is a full http(s) address.
Source of the fields: DCAT-AP-NL 3.0 (Geonovum) and DCAT-AP HVD 3.0.0 (SEMIC).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as filled
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sluis.register.public import (
    PublicApi,
    PublicCatalogue,
    PublicDecision,
    PublicFile,
    PublicPaging,
    PublicRecord,
    PublicRelease,
    PublicWithdrawal,
)

__all__ = [
    "Agent",
    "Availability",
    "Bbox",
    "ColumnRecord",
    "ConceptRecord",
    "ContactRecord",
    "DatasetPage",
    "DatasetRecord",
    "DatasetSummary",
    "DistributionKind",
    "DistributionRecord",
    "Gap",
    "Openness",
    "OrganisationRef",
    "Period",
    "PublicApi",
    "PublicCatalogue",
    "PublicDecision",
    "PublicFile",
    "PublicPaging",
    "PublicRecord",
    "PublicRelease",
    "PublicWithdrawal",
    "Publication",
    "ServiceRecord",
    "Severity",
    "VocabularyDifference",
    "VocabularyRecord",
]


class Openness(StrEnum):
    """Who may have the data. Unknown never means open."""

    UNKNOWN = "unknown"
    OPEN = "open"
    RESTRICTED = "restricted"
    CLOSED = "closed"


class Availability(StrEnum):
    """Where the data is in its life (the four words of data.overheid.nl)."""

    UNDER_STUDY = "in_onderzoek"
    PLANNED = "gepland"
    AVAILABLE = "beschikbaar"
    UNAVAILABLE = "niet_beschikbaar"


class Publication(StrEnum):
    """Whether a release stands outside; only the release room changes it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class DistributionKind(StrEnum):
    TABLE = "table"  # a table in the lake; the release adds its files
    FILE = "file"  # a file kept as a blob
    EXTERNAL = "external"  # an address elsewhere


@dataclass(frozen=True, slots=True)
class OrganisationRef:
    id: UUID
    slug: str
    name: str
    name_en: str = ""
    tooi_uri: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """A maker who is not the organisation itself (dct:creator)."""

    name: str
    name_en: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Where people ask questions (vcard:Organization); belongs to an organisation, used by its datasets."""

    id: UUID
    organisation_id: UUID
    name: str
    name_en: str = ""
    email: str = ""
    page: str = ""
    phone: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Bbox:
    """West, south, east, north in degrees, WGS84 longitude/latitude."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Period:
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """What one column means. `table` is the lake's table id as text; '' when the dataset has one table."""

    name: str
    title: str = ""
    title_en: str = ""
    meaning: str = ""
    meaning_en: str = ""
    unit: str = ""
    code_list: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class DistributionRecord:
    """One way to get the data (dcat:Distribution). `byte_size` in bytes, `sha256` 64 hexadecimal characters."""

    id: UUID
    kind: DistributionKind
    table_id: UUID | None = None
    title: str = ""
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    access_url: str = ""
    download_url: str = ""
    format: str = ""
    media_type: str = ""
    licence: str = ""
    rights: str = ""
    byte_size: int | None = None
    sha256: str = ""
    status: str = ""
    availability: str = ""
    compress_format: str = ""
    package_format: str = ""
    access_service: UUID | None = None
    conforms_to: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    issued: date | None = None
    modified: date | None = None
    spatial_resolution: Decimal | None = None
    temporal_resolution: str = ""
    url_status: int | None = None  # last HTTP status of the address, when somebody checked it


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """An API or other service that gives the data (dcat:DataService)."""

    id: UUID
    title: str
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    endpoint_url: str = ""
    endpoint_description: str = ""
    licence: str = ""
    rights: str = ""
    access_rights: str = ""
    conforms_to: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    landing_page: str = ""
    keywords: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    modified: date | None = None


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """One dataset with everything we say about it. `version` goes up by one with every change."""

    id: UUID
    slug: str
    organisation: OrganisationRef
    title: str
    team_id: UUID | None = None  # of that organisation; None: only roles for the whole organisation reach it
    team: str = ""
    version: int = 1
    created_at: datetime | None = None
    changed_at: datetime | None = None
    # the three status fields
    openness: Openness = Openness.UNKNOWN
    openness_ground: str = ""  # in words, for people
    ground_codes: tuple[str, ...] = ()  # DONL access-right concepts that name the ground
    availability: Availability = Availability.UNDER_STUDY
    planned_date: date | None = None
    publication: Publication = Publication.DRAFT
    # what it is
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    purpose: str = ""
    purpose_en: str = ""
    limits: str = ""
    limits_en: str = ""
    keywords: tuple[str, ...] = ()
    keywords_en: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    dataset_type: str = ""
    languages: tuple[str, ...] = ()
    # who
    contact: ContactRecord | None = None
    creator: Agent | None = None
    # law and reuse
    licence: str = ""
    rights: str = ""
    legal_basis: str = ""
    applicable_legislation: tuple[str, ...] = ()
    hvd_categories: tuple[str, ...] = ()
    # when and where
    frequency: str = ""
    temporal: Period | None = None
    temporal_resolution: str = ""
    spatial: tuple[str, ...] = ()
    spatial_label: str = ""
    bbox: Bbox | None = None
    spatial_resolution: Decimal | None = None
    # where it comes from, how good it is, where to read more
    provenance: str = ""
    quality_notes: str = ""
    sources: tuple[str, ...] = ()
    conforms_to: tuple[str, ...] = ()
    documentation: tuple[str, ...] = ()
    landing_page: str = ""
    is_referenced_by: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    has_versions: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    series: str = ""
    series_title: str = ""
    version_label: str = ""
    version_notes: str = ""
    columns: tuple[ColumnRecord, ...] = ()
    distributions: tuple[DistributionRecord, ...] = ()
    services: tuple[ServiceRecord, ...] = ()

    @property
    def is_hvd(self) -> bool:
        return bool(self.hvd_categories)


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """A row in a list of datasets."""

    id: UUID
    slug: str
    title: str
    title_en: str
    organisation_id: UUID
    organisation_name: str
    openness: Openness
    availability: Availability
    planned_date: date | None
    publication: Publication
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """`total` counts all rows the caller may see with these filters; pages count from 1."""

    rows: tuple[DatasetSummary, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class ConceptRecord:
    """One word of a controlled list. `ends` is the date after which it may no longer be chosen."""

    uri: str
    code: str
    label: str
    label_en: str = ""
    broader: str = ""
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class VocabularyRecord:
    name: str
    title: str
    source: str
    licence: str
    retrieved: date
    concepts: int


@dataclass(frozen=True, slots=True)
class VocabularyDifference:
    """What a refresh found. `problem` is set (and nothing is changed) when the official address gave no good answer."""

    name: str
    added: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()
    problem: str = ""


class Severity(StrEnum):
    REQUIRED = "required"
    RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing or contradictory in a record; `text` is a Dutch source text with `{named}` places."""

    field: str
    severity: Severity
    text: str
    params: Mapping[str, Any] = filled(default_factory=dict[str, Any])
