"""The hash chain over everything that was done, and its check.

hash = SHA-256(canonical JSON of the entry with the previous hash in it). The newest head is also kept outside the
database (`anchors`): a chain that no longer contains such an anchor was cut, and one without any anchor was tampered
with. Whoever can rewrite database and anchors alike is found by the head in the last backup.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sluis.foundation import anchors
from sluis.foundation.models import AuditEntry, AuditHead
from sluis.foundation.storage import bucket
from sluis.kernel import clock
from sluis.kernel.canonical import canonical, digest

log = logging.getLogger("sluis.audit")
GENESIS = "0" * 64
ON_BEHALF_OF = "on_behalf_of"  # name in `detail`: keys of the colleagues in whose name it was done


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a check: `fault` is empty when the chain is whole; `seq` is where it first breaks."""

    entries: int
    head: str
    fault: str = ""
    seq: int = 0

    @property
    def sound(self) -> bool:
        return not self.fault


def append(*, actor_key: str, action: str, subject: tuple[str, str], detail: dict[str, Any]) -> None:
    """Add one entry; must run inside a transaction. The head row is locked, so entries stand in one line."""
    head = locked_head()
    entry = AuditEntry(
        seq=head.seq + 1,
        at=clock.now(),
        actor_key=actor_key,
        action=action,
        subject_type=subject[0],
        subject_id=subject[1],
        detail=json.loads(canonical(detail)),
        previous_hash=head.hash,
    )
    entry.hash = _hash(entry)
    entry.save(force_insert=True)
    head.seq, head.hash = entry.seq, entry.hash
    head.save(update_fields=["seq", "hash"])
    transaction.on_commit(lambda: _anchor(entry.seq, entry.hash))


def locked_head() -> AuditHead:
    """Where the chain ends, for this transaction alone until it ends itself: who writes next waits here."""
    return AuditHead.objects.select_for_update().get_or_create(id=1)[0]


def verify() -> Verdict:
    """Walk the whole chain. Finds an edited, removed, inserted or cut-off entry."""
    previous, count = GENESIS, 0
    for entry in _entries():
        count += 1
        fault = _fault_of(entry, count, previous)
        if fault:
            return Verdict(entries=count, head=previous, fault=fault, seq=entry.seq)
        previous = entry.hash
    head = AuditHead.objects.filter(id=1).first()
    if (head.seq, head.hash) != (count, previous) if head else count:
        return Verdict(entries=count, head=previous, fault="truncated", seq=count)
    return _verify_anchor(count, previous)


def newest_at() -> datetime | None:
    """The moment of the last entry."""
    return AuditEntry.objects.order_by("-seq").values_list("at", flat=True).first()


def head() -> tuple[int, str]:
    """(number of entries, hash of the newest one)."""
    row = AuditHead.objects.filter(id=1).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def _entries() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("seq").iterator(chunk_size=2000)


def _fault_of(entry: AuditEntry, expected_seq: int, previous: str) -> str:
    if entry.seq != expected_seq:
        return "missing"
    if entry.previous_hash != previous:
        return "unlinked"
    return "" if entry.hash == _hash(entry) else "edited"


def _verify_anchor(count: int, head_hash: str) -> Verdict:
    for seq, anchored in anchors.known(settings.SLUIS.data, bucket()) or [(0, GENESIS)]:
        if not (_holds(seq, anchored) or (count, seq) == (0, 0)):
            return Verdict(entries=count, head=head_hash, fault="anchor", seq=seq)
    return Verdict(entries=count, head=head_hash)


def _holds(seq: int, entry_hash: str) -> bool:
    return AuditEntry.objects.filter(seq=seq, hash=entry_hash).exists()


def _hash(entry: AuditEntry) -> str:
    return digest(
        {
            "seq": entry.seq,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": entry.actor_key,
            "action": entry.action,
            "subject": [entry.subject_type, entry.subject_id],
            "detail": entry.detail,
            "previous": entry.previous_hash,
        }
    )


def anchor_path() -> Path:
    return settings.SLUIS.data / anchors.FILE


def read_anchor() -> anchors.Anchor | None:
    """The newest one; None when there is none yet. Raises Unavailable."""
    return next(reversed(anchors.known(settings.SLUIS.data, bucket())), None)


def _anchor(seq: int, entry_hash: str) -> None:
    known = anchors.in_folder(settings.SLUIS.data)
    if known and known[0] > seq:
        return
    with suppress(OSError):
        anchors.to_folder(settings.SLUIS.data, (seq, entry_hash))


def keep_anchor() -> bool:
    """Bring the anchor in the bucket to the end of the chain, when the chain holds what stood there; whether it did.

    The first one there comes from a host that has one in its folder.
    """
    remote = bucket()
    if remote is None:
        return False
    newest = head()  # before the anchors: one of those may be newer by then, which is no fault
    known = anchors.known(settings.SLUIS.data, remote)
    if not known or not all(_holds(*anchor) for anchor in known):
        log.error("the audit chain does not hold what was noted outside it: run sluis doctor")
        return False
    anchors.to_bucket(remote, max(newest, *known))
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the chain, for reading: who did what to which subject, and the facts noted with it."""

    seq: int
    at: datetime
    actor_key: str
    action: str
    subject: tuple[str, str]
    detail: Mapping[str, Any]

    @property
    def actor_keys(self) -> frozenset[str]:
        """Who did it, with the colleagues in whose name it was done."""
        return frozenset({self.actor_key, *self.detail.get(ON_BEHALF_OF, ())})


def touched(actor_keys: Iterable[str], subject_type: str, subject_ids: Iterable[object]) -> set[str]:
    """Those of these subjects (at most some hundreds) that one of these actors did anything to, or that somebody did
    in a colleague's name. One walk over an index."""
    wanted = [str(key) for key in subject_ids]
    rows = AuditEntry.objects.filter(subject_type=subject_type, subject_id__in=wanted)
    rows = rows.filter(Q(actor_key__in=list(actor_keys)) | Q(detail__has_key=ON_BEHALF_OF))
    return set(rows.values_list("subject_id", flat=True).distinct().order_by())


def entries_about(subject_type: str, subject_id: object, *, after: int = 0) -> list[Entry]:
    """What happened to one subject, oldest first, after entry number `after`. An index walk."""
    rows = AuditEntry.objects.filter(subject_type=subject_type, subject_id=str(subject_id), seq__gt=after)
    return [
        Entry(row.seq, row.at, row.actor_key, row.action, (row.subject_type, row.subject_id), row.detail)
        for row in rows.order_by("seq")
    ]
