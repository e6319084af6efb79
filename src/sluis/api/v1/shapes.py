"""What the API answers: shapes with camelCase keys. Texts are in the asked language where there is one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from sluis.api.v1 import addresses
from sluis.lake.rows.wire import plain
from sluis.release.types import (
    FacetCount,
    PublicCard,
    PublicColumn,
    PublicDatasetRecord,
    PublicFileInfo,
    PublicReleaseInfo,
)


class Shape(Schema):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Links(Shape):
    """Addresses of this answer and its neighbours; left out at the ends."""

    self: str
    next: str | None = None
    prev: str | None = None


class DatasetCard(Shape):
    """A dataset in a list. `kind`: open, restricted, closed, planned or withdrawn."""

    slug: str = Field(examples=["zwemwater"])
    uri: str = Field(description="Identifier; never changes.")
    href: str = Field(description="Address of the whole description.")
    kind: str = Field(examples=["open"])
    title: str
    description: str
    themes: list[str]
    organisation: str
    organisation_name: str
    licence: str
    formats: list[str] = Field(examples=[["parquet", "csv"]])
    frequency: str
    issued_at: datetime
    changed_at: datetime
    ground: str = Field(description="Why it is not open; empty for open data.")
    planned_date: date | None
    quality_stars: int
    rows: int | None
    columns: int | None

    @classmethod
    def facts(cls, card: PublicCard | PublicDatasetRecord) -> dict[str, Any]:
        names = cls.model_fields.keys() - {"href", "title", "description"}
        return {
            **{name: getattr(card, name) for name in names if hasattr(card, name)},
            "href": addresses.dataset(card.slug),
            "title": asked(card.title, card.title_en),
            "description": asked(card.description, card.description_en),
        }


class Facet(Shape):
    value: str
    label: str
    count: int
    chosen: bool


class DatasetList(Shape):
    """`corrections` are other spellings that do find something, when this one did not."""

    datasets: list[DatasetCard]
    total: int
    page: int
    page_size: int
    facets: dict[str, list[Facet]]
    corrections: list[str]
    links: Links


class CardList(Shape):
    datasets: list[DatasetCard]
    total: int
    page: int
    page_size: int
    links: Links


class NotOpenList(CardList):
    facets: dict[str, list[Facet]]


class DecisionStep(Shape):
    """One step on the way to the decision: which role took it, and when."""

    name: str = Field(examples=["Intake"])
    title: str = ""
    title_en: str = ""
    role: str = ""
    at: datetime | None = None


class DecisionCheck(Shape):
    """One check that was made before the decision, and how it came out."""

    name: str = Field(examples=["personal-data"])
    title: str = ""
    verdict: str = Field(examples=["passed"])


class DecisionRule(Shape):
    """What a policy said. `matched`: numbers of the rules per decision table; `policy`: SHA-256 of the version."""

    element: str
    title: str = ""
    title_en: str = ""
    policy: str
    decision: str
    matched: dict[str, list[int]] = {}
    outcome: str = ""
    ground: str = ""
    reason: str = ""


class Version(Shape):
    """The version of a process or policy that was followed."""

    key: str = Field(examples=["open-data-release"])
    number: int
    sha256: str


class Decision(Shape):
    """Who decided what, in which role, on exactly which content (`sha256`), and why."""

    outcome: str = Field(examples=["open"])
    decided_at: datetime
    role: str = Field(examples=["data_owner"])
    ground: str = ""
    motivation: str = ""
    sha256: str = ""
    uri: str = ""
    steps: list[DecisionStep] = []
    checks: list[DecisionCheck] = []
    rules: list[DecisionRule] = []
    process: Version | None = None
    policies: list[Version] = []


class File(Shape):
    format: str = Field(examples=["csv"])
    name: str
    media_type: str = Field(examples=["text/csv"])
    size: int = Field(description="Bytes.")
    sha256: str
    href: str


class Release(Shape):
    """One published version. `status`: current, superseded or withdrawn."""

    number: int
    status: str
    outcome: str
    published_at: datetime
    sha256: str = Field(description="Hash of exactly what was decided.")
    rows: int | None
    files: list[File]
    coming: list[str] = Field(description="Formats of files that are still being made.", examples=[["csv"]])
    reason: str = Field(description="Why it was withdrawn; empty otherwise.")
    withdrawn_at: datetime | None
    href: str


class ReleaseList(Shape):
    releases: list[Release]


class Column(Shape):
    """A column of the table. `meaning` in the asked language; `profile` counts what is in it."""

    name: str
    title: str
    type: str = Field(examples=["decimal"])
    meaning: str
    unit: str
    code_list: str
    precision: int | None
    scale: int | None
    profile: dict[str, Any]


class ColumnList(Shape):
    release: int
    rows: int
    geometry: dict[str, Any] | None = Field(description="Name, type, coordinate system and box of the geometry column.")
    columns: list[Column]


class ReleaseDetail(Release):
    """One release with its decision, its columns and the metadata as it was decided."""

    decision: Decision
    columns: list[Column]
    metadata: dict[str, Any]


class Changes(Shape):
    """What differs from release `since` to `release`.

    `by` is "key" (rows with the same `key` are held together) or "rows" (a changed row counts as one removed and one
    added). `rows` is one page of it; `what` in a row says added, removed, before or after.
    """

    release: int
    since: int
    by: str
    key: list[str]
    added: int
    removed: int
    changed: int
    columns: dict[str, int] = Field(description="Column: in how many changed rows it differs.")
    schema_changes: list[dict[str, Any]] = Field(description="What became of the columns themselves.")
    rows: list[dict[str, Any]]
    next: str | None = Field(description="Address of the next page; null at the end.")


class Part(Shape):
    sha256: str
    size: int
    rows: int


class Provenance(Shape):
    """Where the rows of a release come from; between brackets the term of W3C PROV-O.

    `kind`: a file that was handed in, one that a `source` fetched through a `connector`, or other `tables` (`inputs`
    says how many). `rowsRead` = `rowsLoaded` + `rowsRejected` of what was read last; `rowsTotal` counts the table.
    """

    release: int
    kind: str = Field(examples=["file"])
    connector: str = Field(description="What fetched it; empty for a file that was handed in.")
    sha256: str = Field(description="SHA-256 of the bytes that were read [wasDerivedFrom].")
    size: int
    format: str
    dialect: dict[str, Any] = Field(description="How the file was written: encoding, delimiter, decimal.")
    inputs: int
    mode: str = Field(description="replace, append or upsert: how what was read met the table [wasGeneratedBy].")
    software: str = Field(description="What read it [wasAssociatedWith]; empty when that was not kept yet.")
    started_at: datetime = Field(description="[startedAtTime]")
    ended_at: datetime | None = Field(description="[endedAtTime]")
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_total: int
    columns: int
    revision_of: int | None = Field(description="The release before it that still stands [wasRevisionOf].")
    parts: list[Part] = Field(description="The files with the rows [hadMember].")


class Notice(Shape):
    """What to know of this dataset: a correction, the day on which it is taken off line, or new data that waits.

    `delayed_at`: since then new data is kept in, because it does not keep the contract; the data here is the last good.
    """

    correction: str = ""
    corrected_at: datetime | None = None
    ends_on: date | None = None
    delayed_at: datetime | None = None


class DatasetDetail(DatasetCard):
    """The whole description. `metadata` is exactly what was decided."""

    page: str = Field(description="The page for people.")
    keywords: list[str]
    spatial_label: str
    bbox: list[float] | None = Field(description="West, south, east, north in degrees (WGS84).")
    quality_points: int
    release: int = Field(description="Number of the current release.")
    decision: Decision | None
    notice: Notice | None = None
    metadata: dict[str, Any]
    links: dict[str, str]


class Counted(Shape):
    value: str
    label: str
    datasets: int
    href: str


class OrganisationList(Shape):
    organisations: list[Counted]


class ThemeList(Shape):
    themes: list[Counted]


class Root(Shape):
    title: str
    version: str
    links: dict[str, str]


class ProblemField(Shape):
    field: str
    message: str
    row: int | None = None


class Problem(Shape):
    """RFC 9457. `code` stays the same between versions, `detail` says in words what is wrong and what to do.

    `request` is the id to name when you ask us about it; also in the header `X-Request-ID`.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request: str | None = None
    errors: list[ProblemField] | None = None


def asked(dutch: str, english: str) -> str:
    return english if english and get_language() == "en" else dutch


def card(found: PublicCard) -> dict[str, Any]:
    return DatasetCard.facts(found)


def facets(found: Mapping[str, tuple[FacetCount, ...]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"value": f.value, "label": f.label, "count": f.count, "chosen": f.chosen} for f in counts]
        for name, counts in found.items()
    }


def file(found: PublicFileInfo) -> dict[str, Any]:
    href = addresses.download(found.slug, found.release, found.format)
    return {name: getattr(found, name) for name in File.model_fields if name != "href"} | {"href": href}


def release(slug: str, found: PublicReleaseInfo) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in Release.model_fields.keys() - {"files", "href"}}
    return plain | {"files": [file(f) for f in found.files], "href": addresses.release(slug, found.number)}


def changes(number: int, since: int, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    named = {name: result[name] for name in ("by", "key", "added", "removed", "changed", "columns")}
    return named | {
        "release": number,
        "since": since,
        "schema_changes": list(result["schema"]["columns"]),
        "rows": [{("what" if name == result["what"] else name): plain(value) for name, value in row.items()}
                 for row in rows],
    }  # fmt: skip


def column(found: PublicColumn) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in Column.model_fields}
    texts = {"title": asked(found.title, found.title_en), "meaning": asked(found.meaning, found.meaning_en)}
    return plain | texts | {"profile": dict(found.profile)}


def release_detail(slug: str, found: PublicReleaseInfo) -> dict[str, Any]:
    return release(slug, found) | {
        "decision": dict(found.decision),
        "columns": [column(c) for c in found.columns],
        "metadata": dict(found.metadata),
    }


def detail(found: PublicDatasetRecord) -> dict[str, Any]:
    document = found.document
    names = ("keywords", "spatial_label", "bbox", "quality_points", "release")
    return DatasetCard.facts(found) | {
        **{name: getattr(found, name) for name in names},
        "page": document["page"],
        "decision": document.get("decision"),
        "notice": document.get("notice"),
        "metadata": document["metadata"],
        "links": addresses.of_dataset(found.slug, has_rows=found.rows is not None),
    }
