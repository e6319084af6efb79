"""Whose turn it is: so many questions at the same time in this installation, whichever process they came in by.

A place is a locked file, and so is a ticket in the row of those who wait; both are free again when their process dies.
Visitors never take the last place, so that staff can always ask.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from sluis.kernel import ids
from sluis.kernel.errors import TooMany
from sluis.kernel.text import N_
from sluis.lake.query.keeping import root
from sluis.lake.query.types import Budget

_LOOK_EVERY = 0.05


@contextmanager
def turn(key: str, budget: Budget, look: Callable[[], None]) -> Iterator[None]:
    """Wait for a place and hold it. `look` is called while waiting, and may raise to stop that.

    Raises TooMany when too many wait already.
    """
    held = _place(budget) if not _waiting(budget) else None
    if held is None:
        held = _wait(key, budget, look)
    try:
        yield
    finally:
        os.close(held)


def place_of(key: str) -> int:
    """The place in the row, from 1; 0 when this question does not wait."""
    for kind in ("staff", "visitor"):
        for number, ticket in enumerate(_tickets(kind), start=1):
            if ticket.name.endswith(key):
                return number
    return 0


def _wait(key: str, budget: Budget, look: Callable[[], None]) -> int:
    if len(_waiting(budget)) >= budget.most_waiting:
        raise TooMany("sql.busy", N_("Er wachten al veel vragen. Probeer het over een minuut opnieuw."), retry_after=60)
    ticket = _folder("waiting") / _kind(budget) / f"{ids.new_id().hex}-{key}"
    mine = _locked(ticket)
    try:
        while True:
            look()
            first = next(iter(_waiting(budget)), ticket)
            if first.name == ticket.name and (held := _place(budget)) is not None:
                return held
            time.sleep(_LOOK_EVERY)
    finally:
        ticket.unlink(missing_ok=True)
        if mine is not None:
            os.close(mine)


def _place(budget: Budget) -> int | None:
    """The first free place; staff look from the last one, visitors never at that one unless there is only one."""
    every = range(max(1, settings.SLUIS.sql_at_once))
    allowed = list(reversed(every)) if budget.last_place else list(every)[: max(1, len(every) - 1)]
    for number in allowed:
        held = _locked(_folder("places") / str(number))
        if held is not None:
            return held
    return None


def _kind(budget: Budget) -> str:
    return "staff" if budget.last_place else "visitor"


def _waiting(budget: Budget) -> list[Path]:
    return _tickets(_kind(budget))


def _tickets(kind: str) -> list[Path]:
    """Tickets of who still waits, first come first; those of dead processes are thrown away."""
    folder = _folder("waiting") / kind
    live: list[Path] = []
    for ticket in sorted(folder.iterdir()) if folder.exists() else ():
        left = _locked(ticket, create=False)
        if left is None:
            live.append(ticket)
        else:
            os.close(left)
            ticket.unlink(missing_ok=True)
    return live


def _locked(path: Path, *, create: bool = True) -> int | None:
    """An open and locked file; None when somebody else holds the lock, or when it is gone."""
    if create:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        held = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held


def _folder(name: str) -> Path:
    return root() / name
