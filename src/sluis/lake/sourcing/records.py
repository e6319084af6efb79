"""Frozen shapes of sources and their runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sluis.lake.connectors.registry import connector
from sluis.lake.models import Source, SourceRun
from sluis.lake.models.run import ACTIVE


@dataclass(frozen=True, slots=True)
class RunRecord:
    """`log` holds {at, text, params}, `failure` the wire form of kernel.errors. See `models.SourceRun`."""

    id: UUID
    source_id: UUID
    trigger: str
    state: str
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    bytes: int
    sha256: str
    rows: int | None
    table_version_id: UUID | None
    log: list[dict[str, Any]]
    failure: dict[str, Any] | None
    state_before: dict[str, Any]
    state_after: dict[str, Any] | None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source without its secrets; `secrets` names the fields that have one. `last` is its newest run.

    `standing` in one word: dead, paused, running, late, failed, good or new.
    `receives`: messages wait at it until a run loads them.
    """

    id: UUID
    dataset_id: UUID
    dataset_title: str
    organisation_id: UUID
    team_id: UUID | None
    connector: str
    title: str
    config: dict[str, Any]
    secrets: tuple[str, ...]
    mode: str
    key: list[str]
    options: dict[str, Any]
    schedule: dict[str, Any]
    attempts: int
    failures: int
    paused: bool
    next_at: datetime | None
    created_at: datetime
    changed_at: datetime
    last: RunRecord | None
    standing: str
    receives: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a source would give: columns as in `lake.types`, the first rows by column name, and remarks of the ingest.

    `told` are the lines of the connector itself, as in the log of a run.
    """

    filename: str
    format: str
    columns: tuple[dict[str, Any], ...]
    rows: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]
    told: tuple[dict[str, Any], ...]


def run_record(row: SourceRun) -> RunRecord:
    return RunRecord(**{name: getattr(row, name) for name in RunRecord.__slots__})


_OWN = (
    "id", "dataset_id", "connector", "title", "config", "mode", "key", "options", "schedule", "attempts", "failures",
    "paused", "next_at", "created_at", "changed_at",
)  # fmt: skip


def source_record(row: Source, secrets: tuple[str, ...], last: SourceRun | None, now: datetime) -> SourceRecord:
    """`row` with its dataset selected."""
    own = {name: getattr(row, name) for name in _OWN}
    home = row.dataset
    return SourceRecord(
        **own,
        dataset_title=home.title,
        organisation_id=home.organisation_id,
        team_id=home.team_id,
        secrets=secrets,
        last=run_record(last) if last else None,
        standing=_standing(row, last, now),
        receives=connector(row.connector).receives,
    )


def _standing(row: Source, last: SourceRun | None, now: datetime) -> str:
    state = last.state if last else ""
    if state in ACTIVE:
        return "running"
    if row.paused:
        return "dead" if state == "dead" else "paused"
    if row.next_at and (now - row.next_at).total_seconds() > LATE_SECONDS:
        return "late"
    return {"failed": "failed", "dead": "dead", "": "new"}.get(state, "good")


LATE_SECONDS = 900
"""A source that is due this long and has not begun is late: is a worker running at all?"""
