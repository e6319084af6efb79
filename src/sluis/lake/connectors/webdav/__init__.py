"""Files in a folder of a WebDAV server, such as Nextcloud or SharePoint."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sluis.foundation import egress
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, filing, outside
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.filing import Found
from sluis.lake.connectors.paging import SECONDS, whole_number
from sluis.lake.connectors.replies import milliseconds, refusal
from sluis.lake.connectors.unpacking import MB, unpacked
from sluis.lake.connectors.work import work_folder
from sluis.lake.connectors.xml import understood

_LIST_MB = 20
_ASKED = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getlastmodified/><getetag/><getcontentlength/></prop></propfind>"""


class WebDav(Connector):
    name = "webdav"
    title = N_("Bestanden op een WebDAV-map")
    about = N_("Leest bestanden, ook spreadsheets, uit een map van Nextcloud, SharePoint of een andere WebDAV-server.")
    modes = ("replace", "append", "upsert")
    fields = (
        Field("url", N_("Webadres van de map"), Kind.ADDRESS, required=True,
              help=N_("Mappen daarin leest Sluis niet.")),
        *asking.ACCOUNT,
        *filing.FIELDS,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        return filing.faults(config, mode) + [f for f in asking.faults(config) if f.field == "url"]

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            found = _listed(given, into)
            _copied(given, found[-1], into)
        tell(N_("Passende bestanden: {count}. Het nieuwste is {file}."), count=len(found), file=found[-1].name)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        choice = filing.chosen(_listed(given, into), given.config, state)
        if choice is None:
            return UNCHANGED
        path = _copied(given, choice.file, into)
        tell(N_("{file} gelezen: {size} bytes."), file=choice.file.name, size=choice.file.size)
        path, filename = unpacked(path, choice.file.name, given["max_mb"])
        return Fetched(path, filename, choice.after, more=choice.more)


def _listed(given: Given, into: Path) -> list[Found]:
    """Files right in the folder that fit, oldest first; raises Invalid when there are none."""
    reply = egress.post(
        _folder(given),
        purpose="source webdav",
        method="PROPFIND",
        body=_ASKED,
        headers=asking.credentials(given) | {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"},
        max_bytes=_LIST_MB * MB,
        policy=outside.policy(),
    )
    if reply.status != 207:
        raise refusal(reply) if reply.status != 200 else _no_dav(reply)
    page = understood("dav_list", reply.body, into)
    found = [file for entry in page["files"] if (file := _found(given, entry))]
    return filing.sorted_files(found, unquote(urlsplit(given["url"]).path), given["pattern"])


def _found(given: Given, entry: Mapping[str, str]) -> Found | None:
    name = unquote(urlsplit(entry["href"]).path).rsplit("/", 1)[-1]
    size = whole_number(entry["getcontentlength"])
    if size is None or not filing.fits(name, given["pattern"]):
        return None
    return Found(name, milliseconds(entry["getlastmodified"]), size, [entry["getetag"], size])


def _copied(given: Given, file: Found, into: Path) -> Path:
    path = into / "download"
    with egress.stream(
        _folder(given) + quote(file.name, safe=""),
        purpose="source webdav",
        max_bytes=given["max_mb"] * MB,
        timeout=SECONDS,
        headers=asking.credentials(given),
        policy=outside.policy(),
    ) as reply:
        if reply.status != 200:
            raise refusal(reply)
        with path.open("xb") as out:
            size = sum(out.write(chunk) for chunk in reply.chunks)
    if size != file.size:
        raise filing.still_writing(file.name)
    return path


def _folder(given: Given) -> str:
    return given["url"].split("?")[0].rstrip("/") + "/"


def _no_dav(reply: egress.Reply) -> Invalid:
    return Invalid("source.no-webdav", N_("{place} is geen WebDAV-server."), way_out=N_("Controleer het adres."),
                   place=urlsplit(reply.url).hostname or "")  # fmt: skip


CONNECTOR = WebDav()
