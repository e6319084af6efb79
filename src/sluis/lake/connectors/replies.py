"""What a web server answers, for every connector that speaks HTTP."""

from datetime import datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from sluis.foundation import egress
from sluis.kernel import clock
from sluis.kernel.errors import Invalid, SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors.base import Refused, SourceBusy

_LONGEST_REST = 86_400


def refusal(reply: egress.Stream | egress.Reply) -> SluisError:
    """What a status that carries no data means for who set the source up."""
    status, place = reply.status, urlsplit(reply.url).hostname or ""
    said: dict[str, Any] = {"place": place, "status": status}
    asked_for_rest = status in (429, 503) or (status == 403 and "retry-after" in reply.headers)
    if asked_for_rest:
        return SourceBusy(place=place, retry_after=seconds_of(reply.headers.get("retry-after", "")))
    if status in (401, 403):
        return Refused(
            "source.denied",
            N_("{place} laat ons niet toe ({status})."),
            way_out=N_("Controleer gebruikersnaam, wachtwoord of toegangscode, en of dit account de data mag lezen."),
            **said,
        )
    if status in (404, 410):
        return Invalid("source.not-there", N_("Op dit adres van {place} staat niets ({status})."),
                       way_out=N_("Controleer het adres."), **said)  # fmt: skip
    if status >= 500:
        return Unavailable("source.broken-there", N_("{place} heeft zelf een storing ({status})."), **said)
    return Invalid("source.status", N_("{place} geeft geen bestand maar antwoord {status}."),
                   way_out=N_("Controleer het adres."), **said)  # fmt: skip


def seconds_of(retry_after: str) -> int:
    """A Retry-After header (RFC 9110 § 10.2.3) in seconds from now, at most a day; 0 when it says nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _LONGEST_REST)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0
    return max(0, min(int((moment - clock.now()).total_seconds()), _LONGEST_REST)) if moment.tzinfo else 0


def milliseconds(moment: str) -> int:
    """A moment as servers write it (RFC 3339, or the date of HTTP) since 1970; 0 when it says nothing."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return int(read(moment).timestamp() * 1000)
        except (ValueError, OverflowError):
            continue
    return 0


def name_of(reply: egress.Stream) -> str:
    """The name the server gives the file, or else the end of its address."""
    header = Message()
    header["content-disposition"] = reply.headers.get("content-disposition", "").replace("\n", " ")
    given = header.get_filename() or unquote(PurePosixPath(urlsplit(reply.url).path).name)
    return "".join(char for char in given.replace("\\", "/").rsplit("/", 1)[-1] if char.isprintable()) or "bestand"
