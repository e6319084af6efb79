"""Background entries: load, call one operation."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.tasks import task

from sluis.foundation.service import WHEN_QUIET, blobs, every, on_failure, subscribe


@task
def run_checks(dossier_id: str, run: int) -> None:
    from sluis.release.checking import check

    check(UUID(dossier_id), run)


@task
def publish_decided(dossier_id: str) -> int | None:
    from sluis.release.publishing import publish_now

    return publish_now(UUID(dossier_id))


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


def register() -> None:
    """What this room hangs on the foundation."""
    on_failure(run_checks, _checks_failed)
    on_failure(publish_decided, _publication_failed)
    every(timedelta(minutes=1), keep_index)
    every(timedelta(hours=1), keep_copies)
    every(timedelta(hours=1), keep_feed)
    subscribe("release.published", follow_index)
    subscribe("release.copy.made", follow_index)
    subscribe("release.withdrawn", follow_index)
    blobs.held_by(_held)


def _checks_failed(failure: Mapping[str, Any], dossier_id: str, run: int) -> None:
    from sluis.release.checking import give_up

    give_up(UUID(dossier_id), run, failure)


def _publication_failed(failure: Mapping[str, Any], dossier_id: str) -> None:
    from sluis.release.publishing import give_up

    give_up(UUID(dossier_id), failure)


def _held() -> Iterable[str]:
    from sluis.release.publishing import held_blobs

    return held_blobs()
