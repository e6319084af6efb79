"""Writes on sources: set up, change, try out, start, stop. One transaction each, with its audit entry.

A secret goes in with the other fields of a connector and never comes out again: not in an answer, not in the log.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sluis.foundation.service import in_line, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors.base import Given
from sluis.lake.connectors.given import read
from sluis.lake.connectors.registry import connector
from sluis.lake.ingest.plan import filled_in
from sluis.lake.models import Source, SourceRun, SourceSecret
from sluis.lake.schedules import Schedule, following
from sluis.lake.sourcing.policy import managed, require_manage
from sluis.lake.sourcing.sealing import opened, sealed
from sluis.lake.sourcing.waiting import Waiting

MODES = ("replace", "append", "upsert")
"""The ways of adding rows that tables know; a connector may know fewer."""
MOST_ATTEMPTS = 10


def create_source(
    *,
    by: Actor,
    dataset_id: UUID,
    connector_name: str,
    title: str,
    config: Mapping[str, Any],
    mode: str = "replace",
    key: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    schedule: Mapping[str, Any] | None = None,
    attempts: int = 5,
) -> UUID:
    """Set up a source; `config` holds its fields, secrets too. Returns its id.

    Raises NotFound, NotAllowed, and Invalid with a fault per wrong field.
    """
    by = require_manage(by, dataset_id)
    given = read(connector(connector_name), config, mode)
    row = Source(id=ids.new_id(), dataset_id=dataset_id, connector=connector_name, created_by=by.key)
    row.created_at = clock.now()
    _fill(row, given, title, key, options, schedule, attempts)
    with writing(by=by, action="lake.source.created", subject=("source", row.id)) as write:
        row.save(force_insert=True)
        _keep(row, given)
        write.note(dataset=str(dataset_id), connector=connector_name, mode=mode, schedule=row.schedule)
        write.emit("source.created", {"source": str(row.id), "dataset": str(dataset_id)})
    return row.id


def change_source(
    *,
    by: Actor,
    source_id: UUID,
    title: str,
    config: Mapping[str, Any],
    mode: str = "replace",
    key: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    schedule: Mapping[str, Any] | None = None,
    attempts: int = 5,
) -> None:
    """Fill the source in anew; an empty secret keeps the one of before. The next fetch brings everything again.

    Raises NotFound, NotAllowed, and Invalid with a fault per wrong field.
    """
    by, row = managed(by, source_id)
    given = read(connector(row.connector), config, mode, kept_of(row))
    before = (row.config, row.mode, row.key, row.options)
    _fill(row, given, title, key, options, schedule, attempts)
    if (row.config, row.mode, row.key, row.options) != before:
        row.state, row.loaded_sha256 = {}, ""
    with writing(by=by, action="lake.source.changed", subject=("source", row.id)) as write:
        row.save(force_update=True)
        _keep(row, given)
        write.note(mode=mode, schedule=row.schedule)


def remove_source(*, by: Actor, source_id: UUID) -> None:
    """Take the source away, with its secrets and the record of its runs; the tables it brought stay."""
    by, row = managed(by, source_id)
    with writing(by=by, action="lake.source.removed", subject=("source", source_id)) as write:
        write.note(dataset=str(row.dataset_id), connector=row.connector)
        row.delete()


def run_now(*, by: Actor, source_id: UUID) -> UUID:
    """Fetch as soon as a worker is free; returns the run. Raises Conflict while a run waits or is busy."""
    by, row = managed(by, source_id)
    with writing(by=by, action="lake.source.started", subject=("source", source_id)) as write:
        run = queue(row, SourceRun.Trigger.HAND)
        write.note(run=str(run.id))
    return run.id


def pause_source(*, by: Actor, source_id: UUID) -> None:
    """From now on only by hand. A run that is busy goes on."""
    by, row = managed(by, source_id)
    with writing(by=by, action="lake.source.paused", subject=("source", row.id)):
        Source.objects.filter(id=row.id).update(paused=True)


def resume_source(*, by: Actor, source_id: UUID) -> None:
    """By its schedule again, with all its attempts; also one that was given up."""
    by, row = managed(by, source_id)
    due = following(Schedule.read(row.schedule), clock.now())
    with writing(by=by, action="lake.source.resumed", subject=("source", row.id)):
        Source.objects.filter(id=row.id).update(paused=False, failures=0, next_at=due)


def retry_source(*, by: Actor, source_id: UUID) -> UUID:
    """Start a source that was given up again, now and by its schedule; returns the run."""
    with in_line():
        resume_source(by=by, source_id=source_id)
        return run_now(by=by, source_id=source_id)


def queue(row: Source, trigger: str, *, priority: int = 0) -> SourceRun:
    """A run and its job, in the transaction of the caller. Raises Conflict when there is one already."""
    from sluis.lake.jobs import run_source

    try:
        with transaction.atomic():
            run = SourceRun.objects.create(
                id=ids.new_id(),
                source_id=row.id,
                trigger=trigger,
                attempt=row.failures + 1,
                created_at=clock.now(),
                state_before=row.state,
            )
    except IntegrityError as error:
        raise Conflict(
            "source.running", N_("Deze bron wordt al opgehaald."), way_out=N_("Wacht tot dat klaar is.")
        ) from error
    run_source.using(priority=priority).enqueue(str(run.id))
    return run


def kept_of(row: Source) -> Given:
    """What the source has. Secrets that no longer open count as absent here: they are to be filled in again."""
    try:
        return given_of(row)
    except Conflict:
        return Given(row.config, {}, row.mode, Waiting(row.id))


def given_of(row: Source, run_id: UUID | None = None) -> Given:
    """What the connector gets, for this run. Raises Conflict when the secrets were sealed with another key."""
    secret = SourceSecret.objects.filter(source_id=row.id).first()
    secrets = opened(row.id, row.title, secret.sealed) if secret else dict[str, str]()
    return Given(row.config, secrets, row.mode, Waiting(row.id, run_id))


def _fill(
    row: Source,
    given: Given,
    title: str,
    key: Sequence[str],
    options: Mapping[str, Any] | None,
    schedule: Mapping[str, Any] | None,
    attempts: int,
) -> None:
    row.title, row.config, row.mode, row.key = title.strip(), dict(given.config), given.mode, _names(key)
    if faults := _faults(row, attempts):
        raise Invalid("source.config", N_("De bron is nog niet goed ingevuld."), faults=faults)
    row.options = filled_in(options)
    planned = Schedule.read(schedule)
    if planned.to_json() != row.schedule or not row.next_at:
        row.next_at = following(planned, clock.now())
    row.schedule, row.attempts, row.changed_at = planned.to_json(), attempts, clock.now()


def _faults(row: Source, attempts: int) -> list[Fault]:
    faults: list[Fault] = []
    if not 0 < len(row.title) <= 200 or not row.title.isprintable():
        faults.append(Fault(N_("Geef de bron een naam van ten hoogste 200 tekens."), field="title"))
    known = [mode for mode in MODES if mode in connector(row.connector).modes]
    if row.mode not in known:
        faults.append(Fault(N_("Kies uit: {known}."), field="mode", params={"known": ", ".join(known)}))
    if row.mode == "upsert" and not row.key:
        faults.append(Fault(N_("Noem de kolommen waaraan een rij te herkennen is."), field="key"))
    if not 1 <= attempts <= MOST_ATTEMPTS:
        faults.append(Fault(N_("Vul een getal in van {low} tot en met {high}."), field="attempts",
                            params={"low": 1, "high": MOST_ATTEMPTS}))  # fmt: skip
    return faults


def _names(key: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in key if name.strip()))


def _keep(row: Source, given: Given) -> None:
    if not given.secrets:
        SourceSecret.objects.filter(source_id=row.id).delete()
        return
    kept = {"names": sorted(given.secrets), "sealed": sealed(row.id, given.secrets), "changed_at": clock.now()}
    SourceSecret.objects.update_or_create(source_id=row.id, defaults=kept)
