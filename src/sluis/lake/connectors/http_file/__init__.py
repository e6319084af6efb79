"""A file at a web address: asked only when it changed, within a size, every redirect checked again."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sluis.foundation import egress
from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, outside
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.replies import name_of, refusal
from sluis.lake.connectors.unpacking import MB, unpacked

SECONDS = 3600.0


class HttpFile(Connector):
    name = "http-file"
    title = N_("Bestand op een webadres")
    about = N_("Haalt een bestand op van een website. Alleen als het is gewijzigd, als de website dat kan zeggen.")
    modes = ("replace", "append", "upsert")
    files = True
    fields = (
        Field("url", N_("Webadres van het bestand"), Kind.ADDRESS, required=True,
              help=N_("Begint met https://. Zet geen wachtwoord in het adres.")),
        *asking.ACCOUNT,
        asking.CEILING,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        return asking.faults(config)

    def check(self, given: Given, tell: Tell) -> None:
        with _asked(given, {}) as reply:
            next(reply.chunks, b"")
            size = reply.headers.get("content-length", "")
            told = f"{int(size) / MB:.1f} MB" if size.isdigit() else N_("grootte onbekend")
            kind = reply.headers.get("content-type", "–")
            tell(N_("Het bestand is er: {kind}, {size_term}."), kind=kind, size_term=told)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        with _asked(given, state) as reply:
            if reply.status == 304:
                return UNCHANGED
            path, filename = into / "download", name_of(reply)
            with path.open("xb") as file:
                size = sum(file.write(chunk) for chunk in reply.chunks)
            known = {"etag": reply.headers.get("etag"), "last_modified": reply.headers.get("last-modified")}
        tell(N_("{size} bytes opgehaald van {host}."), size=size, host=urlsplit(reply.url).hostname)
        path, filename = unpacked(path, filename, given["max_mb"])
        # A mark that we could not send back is none.
        return Fetched(path, filename, {name: v for name, v in known.items() if v and v.isascii() and v.isprintable()})


@contextmanager
def _asked(given: Given, state: Mapping[str, Any]) -> Generator[egress.Stream]:
    """A reply that carries the file, or 304 when `state` still holds; everything else is raised."""
    sent = asking.credentials(given)
    if state.get("etag"):
        sent["If-None-Match"] = state["etag"]
    elif state.get("last_modified"):
        sent["If-Modified-Since"] = state["last_modified"]
    with egress.stream(
        given["url"],
        purpose="source http-file",
        max_bytes=given["max_mb"] * MB,
        timeout=SECONDS,
        headers=sent,
        policy=outside.policy(),
    ) as reply:
        if reply.status != 200 and not (reply.status == 304 and state):
            raise refusal(reply)
        yield reply


CONNECTOR = HttpFile()
