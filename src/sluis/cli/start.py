"""Brings Django up, and the data folder to the present version."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol
from uuid import UUID

from sluis.cli.language import _
from sluis.cli.terminal import say
from sluis.conf.counting import count_in
from sluis.conf.env import Env, select_settings
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Conflict, Unavailable, from_wire
from sluis.kernel.later import load_all
from sluis.kernel.text import N_

PATIENCE_SECONDS = 1800
MIGRATING = 7_584_713  # of our own choosing: the lock of who brings the database up to date
_TRY = "SELECT pg_try_advisory_lock(%s)"


def start(*, serving: bool = False, restoring: bool = False) -> Env:
    """Set Django up with our settings in the chosen language; returns the settings.

    `serving`: this process goes on for long, and counts together with the others of this machine. `restoring`: it may
    see what is not a site yet. Raises Conflict where a restore broke off.
    """
    select_settings()
    if not restoring:
        from sluis.cli.keep.contents import refuse_unfinished

        refuse_unfinished(Env.load().data)
    if serving:
        count_in(Env.load().counts)
    import django
    from django.conf import settings
    from django.utils import translation

    django.setup()
    translation.activate(settings.SLUIS.language)
    if not serving:  # one thread, one connection; and what is wrong with it is told at once
        settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    speak(logging.WARNING)
    if serving:
        from sluis.foundation.telemetry import tracing
        from sluis.foundation.telemetry.exposition import forget_the_dead

        forget_the_dead()
        load_all()
        tracing.configure(settings.SLUIS.otel_endpoint, service=settings.SLUIS.url)
    return settings.SLUIS


def speak(level: int) -> None:
    """A line per job and request is for who serves; a command tells what it does itself."""
    logging.getLogger("sluis").setLevel(level)


def migrate() -> list[str]:
    """Bring the database to this version; returns the names of the migrations that were applied. Of several hosts that
    start at the same time one does it, and the others wait."""
    from django.core.management import call_command

    with _one_host():
        waiting = [] if _all_applied() else _waiting()
        if waiting:
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        from sluis.release.service import prepare_processes

        prepare_processes()
    return waiting


def _all_applied() -> bool:
    """Is every migration on the disk noted in the database? That takes no look into a hundred files."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    noted = set(MigrationRecorder(connection).applied_migrations())
    found = ((app.label, Path(app.path, "migrations")) for app in apps.get_app_configs())
    return noted.issuperset((label, one.name) for label, folder in found for one in iter_modules([str(folder)]))


def _waiting() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


@contextmanager
def _one_host() -> Iterator[None]:
    """A lock in PostgreSQL that goes with its connection. On SQLite all hosts are one."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [MIGRATING])
        while not cursor.fetchone()[0]:
            time.sleep(0.5)
            cursor.execute(_TRY, [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def collect_assets() -> None:
    """Put style sheets, scripts and fonts where the web server reads them, with hashed names."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def actor(email: str) -> Actor:
    """Who acts: the person with this address, or the system itself when none is given."""
    from sluis.foundation.service import actor_by_email

    return actor_by_email(email) if email else SYSTEM


def version() -> dict[str, Any]:
    from importlib.metadata import version as of
    from platform import python_version

    return {"sluis": of("sluis"), "python": python_version(), "django": of("django"), "duckdb": of("duckdb")}


BY_SCHEDULE = -10
"""Priority of what comes by itself: somebody who asks for it at the command line does wait for it."""


class _Run(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def active(self) -> bool: ...


def begun(begin: Callable[[], UUID], waits: Callable[[], _Run | None]) -> UUID:
    """Begin a run, or take the one that waits already: without a worker it would wait for ever. Raises as `begin`."""
    try:
        return begin()
    except Conflict:
        found = waits()
        if found is None or not found.active:
            raise
        return found.id


def _told_delay(before: str) -> str:
    """Say once why nothing goes on, when something outside is away; returns what was said."""
    from sluis.foundation.service import delayed_here

    found = delayed_here()
    reason = from_wire(found.failure).detail(_) if found else before
    if reason != before:
        say(reason)
        say(_("De taak wacht, en wordt vanzelf opnieuw geprobeerd."))
    return reason


def work_until[T](answer: Callable[[], T | None], *, least: int = 0) -> T:
    """Run waiting jobs of at least this priority until `answer` gives something; another worker may be the one who does
    the job."""
    from sluis.foundation.service import run_until_idle

    until, told = time.monotonic() + PATIENCE_SECONDS, ""
    while time.monotonic() < until:
        run_until_idle(least=least)  # what nobody waits for is for a worker
        found = answer()
        if found is not None:
            return found
        told = _told_delay(told)
        time.sleep(0.3)
    raise Unavailable(
        "cli.waited",
        N_("De taak is na een half uur nog niet klaar."),
        way_out=N_("Kijk met sluis doctor of er een worker hangt."),
    )
