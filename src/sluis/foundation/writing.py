"""The one write path: state, audit entry and outbox event in the same database transaction.

Writers stand in one line, on SQLite because it has one writer and on PostgreSQL because each transaction takes the head
of the audit chain before anything else. The chain lets them through one by one anyway; taken first, what an operation
reads is what it writes upon, numbers follow the order of commits, and two operations never wait for each other's rows.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from sluis.foundation import audit
from sluis.foundation.jobs import fencing
from sluis.foundation.models import OutboxEvent
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor


@dataclass
class Write:
    """What an operation adds to its transaction."""

    subject: tuple[str, str]
    details: dict[str, Any] = field(default_factory=dict)

    def note(self, **details: Any) -> None:
        """Put facts into the audit entry. No personal data beyond the actor's pseudonym."""
        self.details |= details

    def emit(self, event_type: str, data: dict[str, Any]) -> None:
        """Write an event that subscribers get after the commit, at least once."""
        OutboxEvent.objects.create(
            id=ids.new_id(), type=event_type, subject="/".join(self.subject), data=data, at=clock.now()
        )


@contextmanager
def in_line() -> Generator[None]:
    """A transaction that reads and then writes: nobody else writes in between."""
    with transaction.atomic():
        audit.locked_head()
        yield


@contextmanager
def writing(*, by: Actor, action: str, subject: tuple[str, Any]) -> Generator[Write]:
    """Open a transaction for one operation; the audit entry is appended at its end.

    Anything raised inside undoes everything, the audit entry and events included. Inside a job the fence is checked
    too: a worker whose lease was given to another gets `Stale`.
    """
    with in_line():
        write = Write(subject=(subject[0], str(subject[1])))
        yield write
        fencing.check()
        if by.givers:
            write.note(**{audit.ON_BEHALF_OF: sorted(by.givers)})
        audit.append(actor_key=by.key, action=action, subject=write.subject, detail=write.details)
