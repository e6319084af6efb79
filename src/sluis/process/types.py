"""Frozen shapes of the process room. Texts of a definition are Dutch with an English twin; variables are plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sluis.kernel.actor import Actor


class Kind(StrEnum):
    PROCESS = "process"
    POLICY = "policy"


class InstanceState(StrEnum):
    """`stuck`: a step failed for good or a cap was reached; somebody has to look, nothing was lost."""

    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"
    STUCK = "stuck"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    GONE = "gone"
    """Overtaken by an event, by the cancelling of its instance or by a return: nobody has to do it any more."""


class ProposalState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    STOPPED = "stopped"
    """Its process was stopped before anybody decided; not stored, the process says it."""


class StepState(StrEnum):
    DONE = "done"
    CURRENT = "current"
    AHEAD = "todo"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of a form that stand together under a title; it changes nothing about their answers."""

    label: str
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `id` is the variable that gets the answer.

    Types: yes-no-unknown ("yes", "no", "unknown"), choice (one option), choices (list of options), text, long-text,
    date (ISO 8601), number, columns (list of names).
    """

    id: str
    type: str
    label: str
    label_en: str = ""
    help: str = ""
    help_en: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class DefinitionRecord:
    """One version of a process or policy file. `number` counts per key from 1; `sha256` is that of its bytes."""

    sha256: str
    kind: Kind
    key: str
    number: int
    name: str
    name_en: str
    deployed_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A version that somebody wants in force. `base_sha256` is the one then in force, '' when there was none.

    `may_decide` says whether the caller could; when not, `hindrance` is a Dutch source text that says why.
    `returned` is the reason while it waits for who proposed it.
    """

    id: UUID
    kind: Kind
    key: str
    name: str
    name_en: str
    definition_sha256: str
    base_sha256: str
    number: int
    state: ProposalState
    motivation: str
    cases: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_role: str
    answer: str
    instance_id: UUID
    task_id: UUID | None = None
    may_decide: bool = False
    hindrance: str = ""
    returned: str = ""


@dataclass(frozen=True, slots=True)
class InForce:
    """A version while it was, or is, the one that new processes follow. Never a draft; roles, never names."""

    kind: Kind
    key: str
    number: int
    sha256: str
    name: str
    name_en: str
    since: datetime
    until: datetime | None
    role: str
    motivation: str
    before_sha256: str = ""


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """One running or ended process. `version` grows with each move; `outcome` is that of the end event reached."""

    id: UUID
    key: str
    definition_sha256: str
    subject: str
    organisation_id: UUID
    team_id: UUID | None
    state: InstanceState
    outcome: str
    variables: Mapping[str, Any]
    version: int
    started_at: datetime
    ended_at: datetime | None
    failure: Mapping[str, Any] | None = None
    title: str = ""
    policies: Mapping[str, str] = field(default_factory=dict[str, str])
    """Key → sha256 of the decision tables it started with."""


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """What somebody in `role` of the organisation has to do; `version` is what `complete` wants back.

    `may_complete` says whether the caller could; when not, `hindrance` is a Dutch source text that says why.
    """

    id: UUID
    instance_id: UUID
    process_key: str
    definition_sha256: str
    subject: str
    organisation_id: UUID
    team_id: UUID | None
    element: str
    title: str
    title_en: str
    role: str
    state: TaskState
    created_at: datetime
    due_at: datetime | None
    claimed_by: str
    completed_by: str
    completed_at: datetime | None
    version: int
    may_complete: bool
    hindrance: str = ""
    help: str = ""
    help_en: str = ""
    form: tuple[Field, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    return_reason: str = ""
    round: Mapping[str, Any] = field(default_factory=dict)
    """For a repeated step: the item of this round, by its name, and `loopCounter`."""
    returnable_to: tuple[str, ...] = ()
    """Elements that this task can be sent back to. Only filled by `task`."""
    subject_title: str = ""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """`view`: mine (claimed by me, or unclaimed in a role I hold), team (all open in my organisations), overdue.

    `text` is looked for in the title of the task and of what it is about.
    """

    view: str = "mine"
    subject: str = ""
    instance_id: UUID | None = None
    key: str = ""
    role: str = ""
    organisation_id: UUID | None = None
    text: str = ""
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class TaskPage:
    """`counts` says per view how many tasks pass the same filters."""

    rows: tuple[TaskRecord, ...]
    total: int
    page: int
    size: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """`mine`: started by the caller, or with a step that they did."""

    key: str = ""
    text: str = ""
    mine: bool = False
    subject: str = ""
    state: InstanceState | None = None
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True)
class InstancePage:
    rows: tuple[InstanceRecord, ...]
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class Step:
    """Where one element of the process stands in an instance. `by_key` is a pseudonym and not for the outside."""

    element: str
    state: StepState
    role: str = ""
    at: datetime | None = None
    by_key: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class PublicStep:
    """A step as everybody may read it: what, by which role ('' when Sluis did it), and when; never by whom.

    `at` is None for the step that is going on now.
    """

    element: str
    name: str
    name_en: str
    role: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step that comes next. `kind`: task (somebody does it), step (Sluis does it), end, or together: the round of
    `name` is over as soon as everybody is ready."""

    element: str
    name: str
    name_en: str
    kind: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes after a task: always the same, or per value of the field of the form (`decided_by`), where a second
    field may decide further: back, and then where to."""

    always: tuple[Ahead, ...] = ()
    decided_by: str = ""
    by_choice: Mapping[str, "Outlook"] = field(default_factory=dict[str, "Outlook"])


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what happened to an instance: `action` as in the audit chain, `by` a name or '' for Sluis itself.

    `to` is the step it went back to, or the name of the colleague who got the task.
    """

    at: datetime
    action: str
    by: str
    element: str = ""
    role: str = ""
    reason: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A task that was done, with its form and what was filled in."""

    task_id: UUID
    element: str
    title: str
    title_en: str
    role: str
    by: str
    at: datetime
    form: tuple[Field, ...]
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """Something the reader was told. `kind`: digest (`content.tasks`) or step (`content.name`, `content.instance`)."""

    id: UUID
    user_id: UUID
    kind: str
    content: Mapping[str, Any]
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to be told: also by mail, and in which language."""

    by_mail: bool = True
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Work:
    """What a handler or completion gets. `run_id` is the same when the step is tried again: an idempotency key."""

    instance_id: UUID
    process_key: str
    definition_sha256: str
    subject: str
    organisation_id: UUID
    team_id: UUID | None
    element: str
    run_id: str
    variables: Mapping[str, Any]
    by: Actor


@dataclass(frozen=True, slots=True)
class Transition:
    """What just happened to an instance, told inside its transaction. `elements`: element → state now.

    `kind`: started, completed (a task of a person), done (a service, rule or send task), timer, message, returned,
    migrated, cancelled, ended, stuck; and moved, once at the end of each move, when everything stands in its rows.
    `element` is the one it happened at; `answers` what it added to the variables.
    """

    kind: str
    instance: InstanceRecord
    element: str = ""
    by: Actor | None = None
    role: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
