"""Uploads in pieces, after tus 1.0: exact offset, bound to its owner, one writer at a time, room reserved first."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from sluis.foundation.service import blobs, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, NotFound, Stale, TooMany
from sluis.kernel.text import N_
from sluis.lake.arriving import Arriving, arriving, kept, remove
from sluis.lake.models import Upload
from sluis.lake.policy import ADD, require_on_dataset

KEEP = timedelta(days=2)
LEASE = timedelta(seconds=60)
_GB = 1024**3
_RENEW_AFTER = LEASE / 4


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """`offset` is the number of bytes safely kept, `length` the number announced; after `expires_at` it is gone."""

    id: UUID
    dataset_id: UUID
    filename: str
    length: int
    offset: int
    expires_at: datetime

    @property
    def complete(self) -> bool:
        return self.offset == self.length


def start_upload(*, by: Actor, dataset_id: UUID, filename: str, length: int) -> UploadRecord:
    """Reserve room for a file of `length` bytes. Raises Invalid (size, name) and TooMany (`upload.no-room`: 507)."""
    by = require_on_dataset(by, ADD, dataset_id)
    most = settings.SLUIS.upload_max_gb
    if not 0 < length <= most * _GB:
        raise Invalid(
            "upload.size",
            N_("Het bestand moet tussen 1 byte en {limit} GB groot zijn."),
            way_out=N_("Splits het bestand of lever het aan als Parquet."),
            limit=most,
        )
    moment = clock.now()
    with writing(by=by, action="lake.upload.started", subject=("dataset", dataset_id)) as write:
        _forget_expired()
        reserved = Upload.objects.aggregate(total=Sum("reserved"))["total"] or 0
        if reserved + length > settings.SLUIS.upload_quota_gb * _GB:
            raise _no_room()
        row = Upload.objects.create(
            id=ids.new_id(),
            owner_id=by.user_id,
            dataset_id=dataset_id,
            filename=clean_filename(filename),
            length=length,
            reserved=length,
            created_at=moment,
            expires_at=moment + KEEP,
        )
        write.note(upload=row.id, length=length)
    return _record(row)


def upload(*, by: Actor, upload_id: UUID) -> UploadRecord:
    """Where the upload stands; NotFound for anybody but its owner."""
    return _record(_own(by, upload_id))


def append_upload(*, by: Actor, upload_id: UUID, offset: int, chunks: Iterable[bytes]) -> UploadRecord:
    """Add bytes at exactly `offset`; what arrived before a cut is kept.

    Raises Stale (other offset: 409), Conflict (somebody else is writing: 423), Invalid (more than announced: 413) and
    TooMany (the disk is full: 507).
    """
    fence = _lease(by, upload_id, offset)
    row = _own(by, upload_id)
    coming = arriving(upload_id, row.offset, fence)
    try:
        try:
            _write(row, fence, coming, chunks)
        finally:
            coming.end()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room() from error
        raise
    finally:
        expires = clock.now() + KEEP
        Upload.objects.filter(id=upload_id, lease_fence=fence).update(
            offset=coming.safe, lease_until=None, expires_at=expires
        )
    return UploadRecord(row.id, row.dataset_id, row.filename, row.length, coming.safe, expires)


def cancel_upload(*, by: Actor, upload_id: UUID) -> None:
    """Throw the upload away and give back the room."""
    row = _own(by, upload_id)
    with writing(by=by, action="lake.upload.cancelled", subject=("dataset", row.dataset_id)):
        row.delete()
    remove(upload_id)


def settle_upload(by: Actor, upload_id: UUID) -> tuple[UploadRecord, blobs.BlobRef]:
    """The complete file as a blob; the row stays until `close_upload`. Raises Conflict while bytes are missing."""
    row = _own(by, upload_id)
    present, blob = kept(upload_id, row.length) if row.offset == row.length else (row.offset, None)
    if blob is None:
        raise Conflict(
            "upload.incomplete",
            N_("Van {filename} zijn {offset} van {length} bytes binnen."),
            way_out=N_("Ga verder met uploaden."),
            filename=row.filename,
            offset=min(row.offset, present),
            length=row.length,
        )
    return _record(row), blob


def close_upload(upload_id: UUID) -> None:
    """Remove the row; call inside the transaction that points at the blob."""
    Upload.objects.filter(id=upload_id).delete()
    transaction.on_commit(lambda: remove(upload_id))


def clean_filename(name: str) -> str:
    """The last part of what the sender calls it, printable, at most 255 characters; '' is refused."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char for char in last if char.isprintable()).strip()[-255:]
    if clean in ("", ".", ".."):
        raise Invalid("upload.filename", N_("Het bestand heeft geen bruikbare naam."))
    return clean


def _own(by: Actor, upload_id: UUID) -> Upload:
    row = Upload.objects.filter(id=upload_id, expires_at__gt=clock.now()).first()
    if row is None or (row.owner_id != by.user_id and not by.is_system):
        raise NotFound("upload.unknown", N_("Deze upload bestaat niet (meer)."))
    return row


def _lease(by: Actor, upload_id: UUID, offset: int) -> int:
    """Become the one writer; returns the fence that later writers raise."""
    row = _own(by, upload_id)
    moment = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    with transaction.atomic():
        taken = Upload.objects.filter(free, id=upload_id, offset=offset, lease_fence=row.lease_fence).update(
            lease_until=moment + LEASE, lease_fence=row.lease_fence + 1
        )
    if taken:
        return row.lease_fence + 1
    if row.offset != offset:
        raise _at(row.offset, offset)
    raise Conflict("upload.busy", N_("Deze upload wordt al door een andere verbinding geschreven."))


def _write(row: Upload, fence: int, coming: Arriving, chunks: Iterable[bytes]) -> None:
    present = coming.begin()
    if present < row.offset:
        raise _at(present, row.offset)
    offset, renewed = row.offset, clock.now()
    for chunk in chunks:
        offset += len(chunk)
        if offset > row.length:
            raise Invalid("upload.overrun", N_("Er komt meer binnen dan de aangekondigde {length} bytes."),
                          length=row.length)  # fmt: skip
        if clock.now() - renewed >= _RENEW_AFTER:
            _renew(row.id, fence)
            renewed = clock.now()
        coming.add(chunk)


def _renew(upload_id: UUID, fence: int) -> None:
    held = Upload.objects.filter(id=upload_id, lease_fence=fence).update(lease_until=clock.now() + LEASE)
    if not held:
        raise Conflict("upload.busy", N_("Deze upload wordt al door een andere verbinding geschreven."))


def _at(offset: int, given: int) -> Stale:
    return Stale("upload.offset", N_("De upload staat op byte {offset}, niet op {given}."), offset=offset, given=given)


def _no_room() -> TooMany:
    return TooMany(
        "upload.no-room",
        N_("Er is nu geen ruimte voor dit bestand: er zijn te veel uploads tegelijk bezig."),
        way_out=N_("Probeer het later opnieuw."),
    )


def _forget_expired() -> None:
    gone = list(Upload.objects.filter(expires_at__lte=clock.now()).values_list("id", flat=True))
    Upload.objects.filter(id__in=gone).delete()
    for upload_id in gone:
        transaction.on_commit(lambda upload_id=upload_id: remove(upload_id))


def _record(row: Upload) -> UploadRecord:
    return UploadRecord(row.id, row.dataset_id, row.filename, row.length, row.offset, row.expires_at)
