"""Frozen shapes of data requests, and of who follows a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sluis.process.types import PublicStep
from sluis.release.types import PublicDatasetRecord


class Outcome(StrEnum):
    """How a request ended. The first is data that stood outside already; the next four are the decision on a dataset;
    `undecided`: its dossier ended without one."""

    FOUND = "found"
    OPEN = "open"
    PLANNED = "planned"
    RESTRICTED = "restricted"
    CLOSED = "closed"
    UNDECIDED = "undecided"
    REFERRED = "referred"
    REFUSED = "refused"


class LetterKind(StrEnum):
    RECEIPT = "receipt"
    QUESTION = "question"
    EXTENSION = "extension"
    REFERRAL = "referral"
    ANSWER = "answer"


class TidingKind(StrEnum):
    """What a follower hears: a promise is dropped, nothing is promised any more, or the dataset is no longer open."""

    BREAKING = "breaking"
    ENDED = "ended"
    GONE = "gone"


class Status(StrEnum):
    """`waiting`: for an explanation by who asked. `stopped`: ended without an answer."""

    HANDLED = "handled"
    WAITING = "waiting"
    ANSWERED = "answered"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation that can be asked."""

    id: UUID
    slug: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """As everybody sees it: never who asked, and nothing in their own words.

    `due_date` is the last day of the term. `address` is where the data stands already, `dataset_slug` the public page
    of the dataset that was released for it ('' when there is none). `language` is the one it was asked in, and so most
    likely that of question and answer.
    """

    number: str
    language: str
    organisation: str
    organisation_en: str
    status: Status
    received_at: datetime
    due_date: date
    extended: bool
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    question: str = ""
    answer: str = ""
    ground: str = ""
    motivation: str = ""
    holder: str = ""
    address: str = ""
    dataset_slug: str = ""
    steps: Sequence[PublicStep] = ()


@dataclass(frozen=True, slots=True)
class PublicPage:
    rows: Sequence[PublicRequest]
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """`mailed_at` is None while it waits, or when no mail goes out; `reply` is what came back on a question."""

    kind: LetterKind
    text: str
    at: datetime
    mailed_at: datetime | None
    reply: str
    replied_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """As staff see it. `name` and `email` are '' for who may not see them, and after they were forgotten."""

    id: UUID
    number: str
    topic: str
    question: str
    purpose: str
    name: str
    email: str
    received_at: datetime
    due_date: date
    extended: bool
    letters: Sequence[LetterRecord]
    dataset_id: UUID | None
    dossier_id: UUID | None
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True)
class Followed:
    """What somebody is about to follow."""

    dataset: PublicDatasetRecord
    email: str
    language: str
