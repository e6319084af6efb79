"""Background entries of the lake: load, call one operation. Every command imports this, and few what it calls."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import acting, progress
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM

_PATIENCE = timedelta(seconds=2)


@task
def ingest_table(table_version_id: str, user_id: str | None = None) -> str:
    """Read the source of a table version, on behalf of whoever asked, with the grants of this moment.

    What has to wait for another version comes back in a moment, however often.
    """
    from sluis.lake import operations

    if operations.must_wait(UUID(table_version_id)):
        later = ingest_table.using(run_after=clock.now() + _PATIENCE)
        later.enqueue(table_version_id, user_id)
        return table_version_id
    by = acting(user_id) if user_id else SYSTEM
    operations.complete(by=by, table_version_id=UUID(table_version_id), on_progress=progress)
    return table_version_id


@task(priority=-10)
def keep_tables() -> int:
    """Recurring: measure again what was added to, and bring tables of many parts back to one file."""
    from sluis.lake import whole

    return whole.keep_tables(by=SYSTEM)


@task
def follow_table(event: dict[str, Any]) -> int:
    """A version is ready, or its rows stand in other files: let the Iceberg table say the same."""
    from sluis.lake.iceberg import following

    return following.follow(by=SYSTEM, dataset_id=UUID(event["data"]["dataset"]))


@task(priority=-10)
def follow_tables() -> int:
    """Recurring: what a job was lost for, and tables of datasets that are gone or called otherwise."""
    from sluis.lake.iceberg import following

    return following.follow_all(by=SYSTEM)


@task
def compare_versions(old: str, new: str, user_id: str | None = None) -> None:
    """Work out a difference that somebody waits for."""
    from sluis.lake import differing

    differing.diff(by=acting(user_id) if user_id else SYSTEM, old=UUID(old), new=UUID(new))


@task
def fail_abandoned() -> int:
    """Recurring: a version without a job would wait for ever."""
    from sluis.lake import operations

    return operations.fail_abandoned(by=SYSTEM)


@task
def run_source(run_id: str) -> str:
    """Fetch a source once."""
    from sluis.lake.sourcing import running

    return running.run(UUID(run_id))


@task
def claim_due_sources() -> int:
    """Recurring: whose turn is it?"""
    from sluis.lake.sourcing import running

    return running.claim_due()


@task
def settle_source(event: dict[str, Any]) -> None:
    """A version is ready or failed: tell the run that brought it."""
    from sluis.lake.sourcing import running

    running.settle(UUID(event["data"]["table_version"]))


@task
def run_transformation(run_id: str) -> str:
    """Make a table from others. While a table that it reads is still to be made, it comes back in a moment."""
    from sluis.lake.transforming import running as making_tables
    from sluis.lake.transforming import starting

    if starting.must_wait(UUID(run_id)):
        run_transformation.using(run_after=clock.now() + _PATIENCE).enqueue(run_id)
        return ""
    return making_tables.run(UUID(run_id), progress)


@task
def start_transformations(event: dict[str, Any]) -> int:
    """A version is ready: make what is made from it."""
    from sluis.lake.transforming import starting

    return starting.after(UUID(event["data"]["dataset"]), UUID(event["data"]["table_version"]))


@task
def claim_due_transformations() -> int:
    """Recurring: whose turn is it?"""
    from sluis.lake.transforming import starting

    return starting.claim_due()


@task
def tidy_transformations() -> int:
    """Recurring: the same as `tidy_sources`."""
    from sluis.lake.transforming import running as making_tables
    from sluis.lake.transforming import starting

    return making_tables.settle_abandoned() + starting.realign() + making_tables.prune()


def give_up_transformation(failure: dict[str, Any], run_id: str) -> None:
    """Runs when the job failed for good, in the same transaction."""
    from sluis.lake.transforming import running as making_tables

    making_tables.fail(UUID(run_id), failure)


@task
def check_contract(event: dict[str, Any]) -> None:
    """A version is ready: hold it against the contract in force, if there is one. Twice is the same as once."""
    from sluis.lake.contracting import checking

    checking.checked(UUID(event["data"]["table_version"]))


@task
def check_contract_of(dataset_id: str) -> None:
    """A contract came into force: hold the newest version against it."""
    from sluis.lake import queries
    from sluis.lake.contracting import checking

    newest = queries.latest_ready(by=SYSTEM, dataset_id=UUID(dataset_id))
    if newest is not None:
        checking.checked(newest.id)


@task
def measure_version(event: dict[str, Any]) -> None:
    """A version is ready, or was measured as a whole: keep its figures and look at how the table stands."""
    from sluis.lake.watching import measuring

    measuring.measure(UUID(event["data"]["table_version"]))


@task
def watch_table(event: dict[str, Any]) -> None:
    """What is promised of a table changed, or how it came out."""
    from sluis.lake.watching import measuring

    data = event["data"]
    measuring.watch(UUID(data.get("dataset") or data["dataset_id"]))


@task
def watch_late_tables() -> int:
    """Recurring: data that became too old while nothing happened."""
    from sluis.lake.watching import measuring

    return measuring.watch_late()


@task(priority=-10)
def measure_unmeasured() -> int:
    """Recurring: versions of before an upgrade, and what a job was lost for."""
    from sluis.lake.watching import measuring

    return measuring.catch_up()


@task(priority=-10)
def expire_tables() -> int:
    """Recurring: let versions go that no rule and nothing else keeps."""
    from sluis.lake.keeping import operations as keeping

    return keeping.expire_all()


@task
def tidy_sources() -> int:
    """Recurring: runs that nobody looks after, old ones that brought nothing, turns set by a clock that was wrong."""
    from sluis.lake.sourcing import running

    return running.settle_abandoned() + running.realign() + running.prune()


def source_due() -> bool:
    from sluis.lake.sourcing import running

    return running.anything_due()


def transformation_due() -> bool:
    from sluis.lake.transforming import starting

    return starting.anything_due()


def table_late() -> bool:
    from sluis.lake.watching import measuring

    return measuring.due()


def give_up_source(failure: dict[str, Any], run_id: str) -> None:
    """Runs when the job failed for good, in the same transaction."""
    from sluis.lake.sourcing import running

    running.fail(UUID(run_id), failure)


def note_failure(failure: dict[str, Any], table_version_id: str, user_id: str | None = None) -> None:
    """Runs when the job failed for good, in the same transaction."""
    from sluis.lake import operations

    operations.note_failure(by=SYSTEM, table_version_id=UUID(table_version_id), failure=failure)
