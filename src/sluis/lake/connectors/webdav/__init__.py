"""Files in a folder of a WebDAV server, such as Nextcloud or SharePoint."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sluis.foundation import egress
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, filing, outside
from sluis.lake.connectors.base import Field, Given, Kind
from sluis.lake.connectors.filing import Filing, Found
from sluis.lake.connectors.paging import SECONDS, whole_number
from sluis.lake.connectors.replies import milliseconds, refusal
from sluis.lake.connectors.unpacking import MB
from sluis.lake.connectors.xml import understood

_LIST_MB = 20
_ASKED = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getlastmodified/><getetag/><getcontentlength/></prop></propfind>"""


class WebDav(Filing):
    name = "webdav"
    title = N_("Bestanden op een WebDAV-map")
    about = N_("Leest bestanden, ook spreadsheets, uit een map van Nextcloud, SharePoint of een andere WebDAV-server.")
    fields = (
        Field("url", N_("Webadres van de map"), Kind.ADDRESS, required=True,
              help=N_("Mappen daarin leest Sluis niet.")),
        *asking.ACCOUNT,
        *filing.FIELDS,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        return super().faults(config, mode) + asking.no_address(config)

    def place(self, given: Given) -> str:
        return unquote(urlsplit(given["url"]).path)

    def listed(self, given: Given, into: Path) -> list[Found]:
        return _listed(given, into)

    def copied(self, given: Given, file: Found, target: Path) -> None:
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
            with target.open("xb") as out:
                size = sum(out.write(chunk) for chunk in reply.chunks)
        if size != file.size:
            raise filing.still_writing(file.name)


def _listed(given: Given, into: Path) -> list[Found]:
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
    return [file for entry in page["files"] if (file := _found(given, entry))]


def _found(given: Given, entry: Mapping[str, str]) -> Found | None:
    name = unquote(urlsplit(entry["href"]).path).rsplit("/", 1)[-1]
    size = whole_number(entry["getcontentlength"])
    if size is None or not filing.fits(name, given["pattern"]):
        return None
    return Found(name, milliseconds(entry["getlastmodified"]), size, [entry["getetag"], size])


def _folder(given: Given) -> str:
    return given["url"].split("?")[0].rstrip("/") + "/"


def _no_dav(reply: egress.Reply) -> Invalid:
    return Invalid("source.no-webdav", N_("{place} is geen WebDAV-server."), way_out=N_("Controleer het adres."),
                   place=urlsplit(reply.url).hostname or "")  # fmt: skip


CONNECTOR = WebDav()
