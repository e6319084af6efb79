"""Frozen shapes of the release room: the dossier as staff see it, and what the outside may see.

Texts that come from us (`text`, `question`, …) are Dutch source texts with `{named}` places, filled from `params`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sluis.kernel.errors import Fault
from sluis.process.types import Step as ProcessStep
from sluis.process.types import TaskRecord
from sluis.release.outcome import Outcome as Outcome
from sluis.release.shown import (
    FACETS as FACETS,
)
from sluis.release.shown import (
    KIND_LABELS as KIND_LABELS,
)
from sluis.release.shown import (
    ContractNews as ContractNews,
)
from sluis.release.shown import (
    FacetCount as FacetCount,
)
from sluis.release.shown import (
    FeedPage as FeedPage,
)
from sluis.release.shown import (
    FeedState as FeedState,
)
from sluis.release.shown import (
    Kind as Kind,
)
from sluis.release.shown import (
    News as News,
)
from sluis.release.shown import (
    PublicCard as PublicCard,
)
from sluis.release.shown import (
    PublicColumn as PublicColumn,
)
from sluis.release.shown import (
    PublicContractRecord as PublicContractRecord,
)
from sluis.release.shown import (
    PublicDatasetRecord as PublicDatasetRecord,
)
from sluis.release.shown import (
    PublicFileInfo as PublicFileInfo,
)
from sluis.release.shown import (
    PublicPage as PublicPage,
)
from sluis.release.shown import (
    PublicReleaseInfo as PublicReleaseInfo,
)
from sluis.release.shown import (
    PublicTableInfo as PublicTableInfo,
)
from sluis.release.shown import (
    ReleaseNews as ReleaseNews,
)
from sluis.release.shown import (
    SearchHit as SearchHit,
)
from sluis.release.shown import (
    SearchRequest as SearchRequest,
)
from sluis.release.shown import (
    SearchResult as SearchResult,
)
from sluis.release.shown import (
    SitemapEntry as SitemapEntry,
)
from sluis.release.shown import (
    Snippet as Snippet,
)
from sluis.release.shown import (
    Sort as Sort,
)


class Stage(StrEnum):
    """Where a dossier stands, as its process says. `published`, `refused` and `withdrawn` are ends for the inside.

    `judging`: a lawyer, privacy officer, CISO, coordinator or owner looks at what the rules could not tell.
    """

    INTAKE = "intake"
    CHECKING = "checking"
    JUDGING = "judging"
    READY_TO_DECIDE = "ready_to_decide"
    DECIDED = "decided"
    PUBLISHED = "published"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class ExhibitKind(StrEnum):
    """`advice` is from before the process: words of a privacy officer."""

    REPORT = "report"
    RULE = "rule"
    ANSWERS = "answers"
    MESSAGE = "message"
    ADVICE = "advice"


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
class ExhibitRecord:
    """One piece of evidence as staff see it. `title` is the step's name in the process, `by` who answered."""

    number: int
    kind: ExhibitKind
    element: str
    title: str
    title_en: str
    body: Mapping[str, Any]
    sha256: str
    at: datetime
    by: Person | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the dossier's history. `in_name_of`: the colleague whose role `by` used."""

    at: datetime
    by: Person
    action: str
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    in_name_of: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """A dossier with everything on it.

    `content_sha256` is the hash of what lies there now: description, table, evidence and versions; the decider sends it
    back as `expected`. `tasks` are the open tasks of its process, `progress` where each step stands (element → Step).
    `may` holds what this caller may do beside tasks: stop, withdraw. `blockers` say why `open` cannot be decided now;
    `next` says what happens next. `stale` is true when dataset or table changed after a check looked.
    """

    id: UUID
    dataset_id: UUID
    dataset_slug: str
    dataset_title: str
    organisation_id: UUID
    instance_id: UUID | None
    process_sha256: str
    process_version: int
    policies: Mapping[str, str]
    stage: Stage
    opened_at: datetime
    opened_by: Person
    due_date: date
    proposal: Outcome | None
    planned_date: date | None
    content_sha256: str
    stale: bool
    checks: tuple[CheckReport, ...]
    exhibits: tuple[ExhibitRecord, ...]
    decision: DecisionRecord | None
    tasks: tuple[TaskRecord, ...]
    progress: Mapping[str, ProcessStep]
    events: tuple[Event, ...]
    preparers: tuple[Person, ...]
    may: frozenset[str]
    blockers: tuple[Finding, ...]
    next: str
    return_reason: str = ""
    failure: Mapping[str, Any] | None = None  # an error on the wire (kernel.from_wire) when publishing failed
    release_number: int | None = None

    def task(self, element: str) -> TaskRecord | None:
        """The open task at this element of the process."""
        return next((task for task in self.tasks if task.element == element), None)


@dataclass(frozen=True, slots=True)
class TaskContext:
    """What belongs beside the form of a task: the dossier, the hash to send back, and what fills the form.

    `expected` is '' when the step asks for none; `initial` are the present answers to the form's fields.
    """

    dossier: DossierRecord
    expected: str
    blockers: tuple[Finding, ...]
    differences: Mapping[str, tuple[Any, Any]]
    columns: tuple[tuple[str, str], ...]
    initial: Mapping[str, Any]


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
