"""Frozen shapes of transformations and their runs."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sluis.kernel.errors import Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake.models import Transformation, TransformationDefinition, TransformationRun
from sluis.lake.models.run import ACTIVE


@dataclass(frozen=True, slots=True)
class InputRecord:
    """A table that is read; `title` and `slug` are "" for who may not see it."""

    dataset_id: UUID
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class TransformationRunRecord:
    """See `models.TransformationRun`, and `run_record` for who may not see all of it."""

    id: UUID
    transformation_id: UUID
    definition: int
    trigger: str
    state: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    inputs: list[dict[str, Any]]
    source_sha256: str
    rows: int | None
    table_version_id: UUID | None
    lineage: dict[str, list[list[str]]] | None
    figures: dict[str, Any] | None
    log: list[dict[str, Any]]
    failure: dict[str, Any] | None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True)
class TransformationRecord:
    """A transformation with its definition in force. `shown` is False for who may not see all it reads: then `sql`,
    `steps` and `tests` are empty. `standing` in one word: failed, paused, running, good or new."""

    id: UUID
    dataset_id: UUID
    dataset_slug: str
    dataset_title: str
    organisation_id: UUID
    team_id: UUID | None
    layer: str
    start: str
    schedule: dict[str, Any]
    number: int
    paused: bool
    failures: int
    next_at: datetime | None
    changed_at: datetime
    inputs: tuple[InputRecord, ...]
    shown: bool
    sql: str
    steps: list[dict[str, Any]]
    tests: list[dict[str, str]]
    last: TransformationRunRecord | None
    standing: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a transformation would make: columns as in `lake.types`, the first rows by column, figures (None without
    steps) and the tests that would fail ({name, rows})."""

    columns: tuple[dict[str, Any], ...]
    rows: int
    first: tuple[dict[str, Any], ...]
    figures: dict[str, Any] | None
    failed: tuple[dict[str, Any], ...]


def run_record(row: TransformationRun, *, shown: bool) -> TransformationRunRecord:
    """Not `shown`: for who may not see every table that was read, without whatever names those."""
    whole = TransformationRunRecord(**{name: getattr(row, name) for name in TransformationRunRecord.__slots__})
    if shown:
        return whole
    failure = to_wire(Unavailable(whole.failure["code"], _HIDDEN)) if whole.failure else None
    return replace(whole, inputs=[], lineage=None, figures=None, log=[], failure=failure)


_HIDDEN = N_("Het maken is niet gelukt. De reden noemt tabellen die u niet mag zien.")
_OWN = ("id", "dataset_id", "layer", "start", "schedule", "number", "paused", "failures", "next_at", "changed_at")


def transformation_record(
    row: Transformation,
    definition: TransformationDefinition,
    inputs: tuple[InputRecord, ...],
    last: TransformationRunRecord | None,
) -> TransformationRecord:
    """`row` with its dataset selected."""
    home, shown = row.dataset, all(one.slug for one in inputs)
    return TransformationRecord(
        **{name: getattr(row, name) for name in _OWN},
        dataset_slug=home.slug,
        dataset_title=home.title,
        organisation_id=home.organisation_id,
        team_id=home.team_id,
        inputs=inputs,
        shown=shown,
        sql=definition.sql if shown else "",
        steps=definition.steps if shown else [],
        tests=definition.tests if shown else [],
        last=last,
        standing=_standing(row, last.state if last else ""),
    )


def _standing(row: Transformation, state: str) -> str:
    if state in ACTIVE:
        return "running"
    if state == "failed":
        return "failed"
    if row.paused:
        return "paused"
    return "good" if state else "new"
