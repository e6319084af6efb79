"""Files over HTTP: whole or in parts (RFC 9110, 14), conditional, cacheable for ever when they never change."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

from sluis.foundation.service import blobs

CHUNK = 512 * 1024
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
IMMUTABLE = "public, max-age=31536000, immutable"


class Slice:
    """`length` bytes of a file from `start`. Open from the first moment: a sweep cannot pull it away.

    `blob` is the hash of a blob that is sent whole.
    """

    def __init__(self, path: Path, start: int, length: int, blob: str = "") -> None:
        self.file = path.open("rb", buffering=0)
        self.file.seek(start)
        self.left, self.blob = length, blob

    def __iter__(self) -> Iterator[bytes]:
        if self.blob:
            yield from blobs.sent(self.file, self.blob)
            return
        while self.left and (chunk := self.file.read(min(CHUNK, self.left))):
            self.left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()


def ranged_file(
    request: HttpRequest,
    source: Path | blobs.Elsewhere,
    *,
    content_type: str,
    filename: str = "",
    etag: str = "",
    immutable: bool = False,
    inline: bool = False,
) -> HttpResponseBase:
    """Serve a file: 200, 206, 304, 412 or 416. Authorise first: nothing here asks who is calling.

    `etag` is the bare tag (a SHA-256, say), strong. One range is honoured; several give the whole file, which the
    standard allows. Without `inline` a browser saves the file under `filename` and never shows it as a page.
    """
    size, modified = _facts(source)
    quoted = f'"{etag}"' if etag else None
    conditional = get_conditional_response(request, etag=quoted, last_modified=int(modified))
    if conditional is not None and conditional.status_code in (304, 412):
        return _headers(conditional, quoted, modified, immutable)
    wanted = _range(request, size, quoted, modified)
    if wanted == "beyond":
        response: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _headers(response, quoted, modified, immutable)
    start, length = wanted or (0, size)
    whole = not wanted and bool(etag) and isinstance(source, Path) and source.name == etag
    response = _body(request, source, start, length, etag if whole else "")
    response["Content-Type"] = content_type
    response["Content-Length"] = str(length)
    if wanted:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    if not inline:
        response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _headers(response, quoted, modified, immutable)


def _facts(source: Path | blobs.Elsewhere) -> tuple[int, float]:
    if isinstance(source, blobs.Elsewhere):
        return source.size, source.at
    facts = source.stat()
    return facts.st_size, facts.st_mtime


def _body(request: HttpRequest, source: Path | blobs.Elsewhere, start: int, length: int, blob: str) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    if isinstance(source, blobs.Elsewhere):
        return StreamingHttpResponse(source.part(start, length))
    return StreamingHttpResponse(Slice(source, start, length, blob))


def _headers(response: HttpResponseBase, etag: str | None, modified: float, immutable: bool) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["Last-Modified"] = http_date(int(modified))
    if etag:
        response["ETag"] = etag
    response.headers.setdefault("Cache-Control", IMMUTABLE if immutable else "no-cache")
    return response


def _range(request: HttpRequest, size: int, etag: str | None, modified: float) -> tuple[int, int] | str | None:
    """(start, length) of the one range asked for, "beyond" when it lies outside the file, None for the whole file."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or not asked or not _same(request.headers.get("If-Range"), etag, modified):
        return None
    first, last = asked.groups()
    if len(first) > 19 or len(last) > 19 or not (first or last):
        return None
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else "beyond"
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return (start, end - start + 1) if start < size else "beyond"


def _same(condition: str | None, etag: str | None, modified: float) -> bool:
    """If-Range: a strong tag that is equal, or the exact date; otherwise the whole file must come."""
    if not condition:
        return True
    moment = datetime.fromtimestamp(int(modified), UTC)
    return condition == etag or condition == http_date(moment.timestamp())
