"""The hash chain over everything that was done, and its check.

hash = SHA-256(canonical JSON of the entry with the previous hash in it). The newest head is also written to
`<data>/audit-head.json` after each commit: a chain that no longer contains that anchor was cut, and one without an
anchor was tampered with. Whoever can rewrite database and folder alike is found by the head in the last backup.
"""

import contextlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sluis.foundation.models import AuditEntry, AuditHead
from sluis.kernel import clock
from sluis.kernel.canonical import canonical, digest

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
    seq, anchored = read_anchor() or (0, GENESIS)
    if AuditEntry.objects.filter(seq=seq, hash=anchored).exists() or (count, seq) == (0, 0):
        return Verdict(entries=count, head=head_hash)
    return Verdict(entries=count, head=head_hash, fault="anchor", seq=seq)


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
    return settings.SLUIS.data / "audit-head.json"


def read_anchor() -> tuple[int, str] | None:
    """The anchor beside the database; None when there is none yet. An unreadable one counts as (-1, '')."""
    try:
        raw = json.loads(anchor_path().read_text())
        return int(raw["seq"]), str(raw["hash"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return -1, ""


def _anchor(seq: int, entry_hash: str) -> None:
    known = read_anchor()
    if known and known[0] > seq:
        return
    path = anchor_path()
    temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps({"seq": seq, "hash": entry_hash}))
        temporary.replace(path)


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
