"""What senders brought and nobody has loaded yet: in the database before the sender hears that it arrived.

A run takes what waits. It is gone when the version with it is ready; when the run fails it waits again.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import Sum

from sluis.foundation.service import in_line
from sluis.kernel import clock
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_
from sluis.lake.models import SourceDelivery, SourceRun

MOST_BYTES = 200 * 1024 * 1024
"""So much may wait at one source: who sends more than is loaded hears so, and keeps it."""
TAKEN_BYTES = 32 * 1024 * 1024
_AT_ONCE = 500


class Waiting:
    """The waiting room of one source, for one run of it or, without a run, only to look at."""

    def __init__(self, source_id: UUID, run_id: UUID | None = None) -> None:
        self.source_id, self._run_id = source_id, run_id

    def keep(self, lines: Sequence[bytes]) -> None:
        """Rows as JSON, one per line without line end; they stand on the disk when this returns.

        Raises Unavailable when too much waits already.
        """
        if not lines:
            return
        body = b"\n".join(lines) + b"\n"
        if self.size() + len(body) > MOST_BYTES:
            raise Unavailable(
                "source.full",
                N_("Er wacht al te veel dat nog niet is ingelezen."),
                way_out=N_("Kijk op de pagina van de bron waarom het inlezen niet lukt. Stuur dit later opnieuw."),
            )
        SourceDelivery.objects.create(
            source_id=self.source_id, received_at=clock.now(), rows=len(lines), size=len(body), body=body
        )

    def size(self) -> int:
        """Bytes that wait, those of a run that is busy too."""
        return SourceDelivery.objects.filter(source_id=self.source_id).aggregate(size=Sum("size"))["size"] or 0

    def taken(self) -> Iterator[bytes]:
        """The rows that this run takes, in the order in which they came; without a run the first that wait."""
        if self._run_id is not None:
            self._take(self._run_id)
        found = SourceDelivery.objects.filter(source_id=self.source_id, run_id=self._run_id).order_by("id")
        for body in found.values_list("body", flat=True).iterator(_AT_ONCE):
            yield bytes(body)

    def more(self) -> bool:
        """Does anything wait that no run has taken?"""
        return SourceDelivery.objects.filter(source_id=self.source_id, run=None).exists()

    def _take(self, run_id: UUID) -> None:
        """Once for a run: begun again after a kill it finds the same rows."""
        with in_line():
            SourceRun.objects.select_for_update().get(id=run_id)
            if SourceDelivery.objects.filter(run_id=run_id).exists():
                return
            free = SourceDelivery.objects.filter(source_id=self.source_id, run=None).order_by("id")
            chosen, size = list[int](), 0
            for identity, length in free.values_list("id", "size").iterator(_AT_ONCE):
                if chosen and size + length > TAKEN_BYTES:
                    break
                chosen.append(identity)
                size += length
            for at in range(0, len(chosen), _AT_ONCE):
                SourceDelivery.objects.filter(id__in=chosen[at : at + _AT_ONCE]).update(run_id=run_id)


def loaded(run_id: UUID) -> None:
    """In the transaction of the caller, that says this run brought its version."""
    SourceDelivery.objects.filter(run_id=run_id).delete()


def released(run_id: UUID) -> None:
    """The run failed: what it took waits again."""
    SourceDelivery.objects.filter(run_id=run_id).update(run=None)
