"""Background entries: load, call one operation."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import WHEN_QUIET, blobs, every, subscribe

if TYPE_CHECKING:
    from sluis.lake.service import Why


@task
def look_at_new_table(event: dict[str, Any]) -> bool:
    """New data of a dataset that stands outside goes to its dossier."""
    from sluis.release.refreshing import told_of_table

    return told_of_table(UUID(event["data"]["dataset"]), UUID(event["data"]["table_version"]))


@task
def look_at_changed_contract(event: dict[str, Any]) -> bool:
    """Other agreements are shown outside, and go to the dossier of a dataset whose new data is held back."""
    from sluis.release import contracts
    from sluis.release.refreshing import told_of_contract

    dataset_id = UUID(event["data"]["dataset"])
    contracts.promised_anew(dataset_id)
    return told_of_contract(dataset_id)


@task
def look_at_checked_contract(event: dict[str, Any]) -> bool:
    """How a version came out is shown outside, when that is the version that stands there."""
    from sluis.release import contracts

    return contracts.follow(UUID(event["data"]["dataset"]))


@task
def look_at_changed_dataset(event: dict[str, Any]) -> bool:
    """Another description of a dataset that stands outside goes to its dossier."""
    from sluis.release.refreshing import told_of_description

    return told_of_description(UUID(event["data"]["dataset_id"]))


@task(priority=WHEN_QUIET)
def make_copies(release_id: str) -> int:
    """After everything that somebody waits for."""
    from sluis.release import copies

    return copies.make(UUID(release_id))


@task
def keep_copies() -> int:
    """Ask again for files that a job gave up on."""
    from sluis.release import copies

    return copies.ask_again()


@task(priority=WHEN_QUIET)
def make_aids(table: str) -> int:
    """What makes reading a large table fast."""
    from sluis.release import aids

    return aids.make(table)


@task
def keep_aids() -> int:
    """Ask again for what a job gave up on, and forget what belongs to nothing."""
    from sluis.release import aids

    return aids.ask_again()


@task
def follow_index(event: dict[str, Any]) -> int:
    """Bring the search index up to where the projection stands; twice is the same as once."""
    from sluis.release.search import index

    return index.catch_up([event["data"]["slug"]])


@task
def keep_index() -> int:
    """Make the index when there is none (after a restore), and whatever an event missed."""
    from sluis.release.search import index

    return index.catch_up() if index.is_behind() else 0


@task
def keep_feed() -> int:
    """Texts of the feed that an upgrade made old."""
    from sluis.release import feed

    return feed.keep()


@task
def compare_releases(slug: str, old: int, new: int) -> None:
    """Somebody outside wants to know what differs."""
    from sluis.release import comparing

    comparing.compare(slug, old, new)


@task
def compare_newest(event: dict[str, Any]) -> None:
    """A release came out: what is new in it?"""
    from sluis.release import comparing

    comparing.compare_newest(event["data"]["slug"])


@task
def keep_differences() -> int:
    """Forget what differs from a release that no longer stands outside."""
    from sluis.release import comparing

    return comparing.forget()


@task
def fill_provenance() -> int:
    """What an upgrade could not tell yet of tables that stand outside."""
    from sluis.release import projection

    return projection.fill_provenance()


@task
def fill_news() -> int:
    """What an upgrade could not tell yet of agreements that stand outside."""
    from sluis.release import news

    return news.fill_news()


def register() -> None:
    """What this room hangs on the foundation and on the process room."""
    from sluis.lake.service import versions_held_by
    from sluis.process import service as process
    from sluis.release import figures as _figures  # noqa: F401 - tells /metrics how many there are

    process.later(_steps)
    every(timedelta(minutes=1), keep_index)
    every(timedelta(hours=1), keep_copies)
    every(timedelta(hours=1), keep_aids)
    every(timedelta(hours=1), keep_feed)
    every(timedelta(hours=1), keep_differences)
    every(timedelta(hours=1), fill_provenance)
    every(timedelta(hours=1), fill_news)
    subscribe("table.ready", look_at_new_table)
    subscribe("dataset.changed", look_at_changed_dataset)
    subscribe("contract.changed", look_at_changed_contract)
    subscribe("contract.checked", look_at_checked_contract)
    subscribe("release.published", follow_index)
    subscribe("release.published", compare_newest)
    subscribe("release.copy.made", follow_index)
    subscribe("release.withdrawn", follow_index)
    subscribe("release.noticed", follow_index)
    blobs.held_by(_held)
    versions_held_by(_versions_held)


def _steps() -> None:
    from sluis.release import handlers

    handlers.register()


def _versions_held(dataset_id: UUID) -> "Iterable[tuple[str, Why]]":
    from sluis.release.keeping import pointed_at

    return pointed_at(dataset_id)


def _held() -> Iterable[str]:
    from sluis.release.publishing import held_blobs

    return held_blobs()
