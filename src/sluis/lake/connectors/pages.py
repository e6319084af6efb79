"""One page of rows that a web server gives: fetched within a size and a time, read in the sandbox."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sluis.foundation import egress, sandbox
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import outside
from sluis.lake.connectors.replies import refusal
from sluis.lake.connectors.unpacking import MB

PAGE_SECONDS = 300.0
PAGE_MB = 50
_LIMITS = Limits(cpu_seconds=300, wall_seconds=600)
_ENTRY = "sluis.lake.connectors.page_entry"
Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What to look for in a page: where its `rows` stand, which other values it says, and within a row its columns and
    its `id`. `moments` are columns with milliseconds since 1970; `added` a file of texts that go beside codes."""

    rows: Place
    said: Mapping[str, Place] = field(default_factory=dict[str, Place])
    columns: Place = ()
    id: Place = ()
    moments: tuple[str, ...] = ()
    added: Path | None = None
    map: bool = False
    crs: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`start` counts the rows of the pages before; `headers` are those of the reply."""

    url: str
    count: int
    start: int
    said: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: with these headers, for this purpose, within these ceilings, with its files in `into`."""

    into: Path
    purpose: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    max_mb: int = 1000

    @property
    def rows(self) -> Path:
        return self.into / "page-rows"

    def document(self, url: str) -> Any:
        """A small JSON document. Raises Invalid when it is none."""
        with self._reply(url) as (path, _headers):
            return _in_sandbox("document", {"path": str(path)}, [path], None, url)["document"]

    def understood(self, body: bytes, url: str) -> Any:
        """The JSON of a reply that is here already."""
        path = self.into / "body"
        path.write_bytes(body)
        return _in_sandbox("document", {"path": str(path)}, [path], None, url)["document"]

    def page(self, url: str, reading: Reading, start: int = 0) -> tuple[Page, dict[str, Any]]:
        """One page, and what the sandbox found in it; its rows stand in the folder `rows` until the next."""
        self.rows.mkdir(exist_ok=True)
        with self._reply(url) as (path, headers):
            request = {
                "path": str(path), "out": str(self.rows), "rows": reading.rows, "said": dict(reading.said),
                "columns": reading.columns, "id": reading.id, "moments": reading.moments,
                "glue": frame(reading)[1], "added": str(reading.added) if reading.added else "",
            }  # fmt: skip
            reads = [path, *([reading.added] if reading.added else ())]
            found = _in_sandbox("rows", request, reads, self.rows, url)
        if found["count"] is None:
            raise _no_rows(url, found["said"])
        return Page(url, found["count"], start, found["said"], headers), found

    @contextmanager
    def _reply(self, url: str) -> Generator[tuple[Path, Mapping[str, str]]]:
        path = self.into / "page"
        with egress.stream(
            url,
            purpose=self.purpose,
            max_bytes=min(PAGE_MB, self.max_mb) * MB,
            timeout=PAGE_SECONDS,
            headers=self.headers,
            policy=outside.policy(),
        ) as reply:
            if reply.status != 200:
                raise refusal(reply)
            with path.open("wb") as file:
                file.writelines(reply.chunks)
        yield path, reply.headers


def frame(reading: Reading) -> tuple[str, str, str]:
    """What stands before, between and after the rows."""
    if not reading.map:
        return "", "\n", "\n"
    crs = {"crs": {"type": "name", "properties": {"name": reading.crs}}} if reading.crs else {}
    start = json.dumps({"type": "FeatureCollection", **crs})
    return f'{start[:-1]}, "features": [\n', ",\n", "\n]}\n"


def _in_sandbox(entry: str, request: dict[str, Any], reads: list[Path], out: Path | None, url: str) -> dict[str, Any]:
    try:
        return sandbox.run(f"{_ENTRY}:{entry}", request, reads=reads, writes=out, limits=_LIMITS)
    except Invalid as error:
        error.params["place"] = host(url)
        raise


def _no_rows(url: str, said: Mapping[str, Any]) -> Invalid:
    """A reply without the list: often an error in the clothes of a good reply."""
    reason = said.get("error")
    reason = reason.get("message", reason) if isinstance(reason, dict) else reason
    return Invalid(
        "source.no-rows",
        N_("{place} geeft geen rijen: {reason}."),
        way_out=N_("Controleer het adres, de naam en of dit account de data mag lezen."),
        place=host(url),
        reason=" ".join((reason if isinstance(reason, str) else json.dumps(reason)).split())[:200] if reason else "–",
    )


def host(url: str) -> str:
    return urlsplit(url).hostname or ""
