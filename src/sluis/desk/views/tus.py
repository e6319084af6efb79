"""Uploads in pieces: tus 1.0.0 with creation, termination, expiration and checksum (https://tus.io/protocols).

An upload belongs to who started it; its bytes so far are kept, so that it goes on where a cut left it.
"""

import base64
import binascii
import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from sluis.desk.page import who
from sluis.desk.receiving import title_of
from sluis.foundation.service import in_line
from sluis.kernel.errors import Conflict, Invalid, SluisError, Stale, TooMany
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.web.problem import answer

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
ALGORITHMS = ("sha256", "sha1", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
CHUNK = 512 * 1024
IN_MEMORY = 2 * 1024 * 1024
MISMATCH = 460  # tus checksum extension


class WrongChecksum(Exception):
    """The bytes that arrived are not the bytes that were sent."""


def collection(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return _options()
    if request.method != "POST":
        return _plain(405, Allow="OPTIONS, POST")
    return _guarded(request, lambda: _create(request))


def item(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    method = request.method
    if method == "POST":  # for networks that let only GET and POST through
        method = request.headers.get("X-HTTP-Method-Override", "POST")
    if method == "OPTIONS":
        return _options()
    deeds = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}
    if method not in deeds:
        return _plain(405, Allow="OPTIONS, HEAD, PATCH, DELETE")
    return _guarded(request, lambda: deeds[method](request, upload_id))


def _guarded(request: HttpRequest, deed: Callable[[], HttpResponse]) -> HttpResponse:
    """Speak the version first; what an operation refuses becomes the status that tus names for it."""
    if request.headers.get("Tus-Resumable") != VERSION:
        return _plain(412, Tus_Version=VERSION)
    try:
        return deed()
    except SluisError as error:
        response = answer(request, error)
        response.status_code = _status(error, response.status_code)
        response["Tus-Resumable"] = VERSION
        return response  # type: ignore[return-value]
    except WrongChecksum:
        return _plain(MISMATCH)
    except OSError:  # the other side is gone; what came in before is kept
        return _plain(400)


def _status(error: SluisError, usual: int) -> int:
    if error.code in ("upload.size", "upload.overrun"):
        return 413
    if isinstance(error, TooMany):
        return 507
    if isinstance(error, Stale):
        return 409
    if isinstance(error, Conflict):
        return 423
    return 400 if isinstance(error, Invalid) else usual


def _options() -> HttpResponse:
    return _plain(
        204,
        Tus_Version=VERSION,
        Tus_Extension=EXTENSIONS,
        Tus_Max_Size=str(settings.SLUIS.upload_max_gb * 1024**3),
        Tus_Checksum_Algorithm=",".join(ALGORITHMS),
    )


def _create(request: HttpRequest) -> HttpResponse:
    length = _number(request, "Upload-Length")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    with in_line():  # a refused upload leaves no dataset behind
        dataset_id = _dataset(request, told)
        made = lake.start_upload(
            by=who(request), dataset_id=dataset_id, filename=told.get("filename", ""), length=length
        )
    return _state(201, made, Location=reverse("desk-upload", args=[made.id]))


def _dataset(request: HttpRequest, told: dict[str, str]) -> UUID:
    """The dataset that was named, or a new one for the organisation that was named."""
    if told.get("dataset"):
        return _uuid(told["dataset"])
    filename = told.get("filename", "")
    made = register.create(
        by=who(request),
        organisation_id=_uuid(told.get("organisation", "")),
        title=told.get("title", "").strip() or title_of(filename),
    )
    return made.id


def _head(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    found = lake.upload(by=who(request), upload_id=upload_id)
    return _state(200, found, Upload_Length=str(found.length), Cache_Control="no-store")


def _patch(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    if request.content_type != CONTENT_TYPE:
        return _plain(415)
    offset = _number(request, "Upload-Offset")
    checksum = request.headers.get("Upload-Checksum", "")
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as held:
        chunks = _checked(request, checksum, held) if checksum else _chunks(request)
        done = lake.append_upload(by=who(request), upload_id=upload_id, offset=offset, chunks=chunks)
    return _state(204, done)


def _delete(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    lake.cancel_upload(by=who(request), upload_id=upload_id)
    return _plain(204)


def _chunks(source: Any) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _checked(request: HttpRequest, header: str, held: IO[bytes]) -> Iterator[bytes]:
    """The whole piece, held back until its checksum was seen to fit: nothing wrong is ever kept."""
    name, _, sent = header.partition(" ")
    if name not in ALGORITHMS:
        raise _unreadable("Upload-Checksum")
    try:
        expected = base64.b64decode(sent, validate=True)
    except binascii.Error:
        raise _unreadable("Upload-Checksum") from None
    found = hashlib.new(name, usedforsecurity=False)
    for chunk in _chunks(request):
        found.update(chunk)
        held.write(chunk)
    if found.digest() != expected:
        raise WrongChecksum
    held.seek(0)
    yield from _chunks(held)


def _metadata(header: str) -> dict[str, str]:
    """`name base64,name base64` to text; raises Invalid."""
    found: dict[str, str] = {}
    try:
        for pair in filter(None, (part.strip() for part in header.split(","))):
            name, _, value = pair.partition(" ")
            found[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _unreadable("Upload-Metadata") from None
    return found


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise _unreadable(name)
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _unreadable("Upload-Metadata") from None


def _unreadable(name: str) -> Invalid:
    return Invalid("request.header", N_("De kop {name} ontbreekt of is niet te lezen."), name=name)


def _state(status: int, upload: lake.UploadRecord, **headers: str) -> HttpResponse:
    expires = http_date(upload.expires_at.timestamp())
    return _plain(status, Upload_Offset=str(upload.offset), Upload_Expires=expires, **headers)


def _plain(status: int, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **named})
