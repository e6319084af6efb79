"""Talking SFTP: to the checked address, to the server whose key we know, with nothing from the account we run under."""

import asyncio
import socket
import stat
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh

from sluis.foundation.egress import pinned
from sluis.kernel.errors import ENGLISH, Invalid, SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors import filing, outside
from sluis.lake.connectors.base import LOGIN_AGAIN, Given, Refused
from sluis.lake.connectors.filing import Found
from sluis.lake.connectors.given import blotted
from sluis.lake.connectors.paging import SECONDS

PORT = 22
_CONNECT_SECONDS = 10
_CHUNK = 1 << 18


def key_of_server(given: Given) -> str:
    """The fingerprint of the key that the server shows, "SHA256:…"; nothing of ours is sent."""
    seen = _Visitor("")

    async def look() -> None:
        async with _connected(given, seen):
            pass

    try:
        _run(given, look())
    except Invalid as error:
        if error.code != "source.other-key":
            raise
    return seen.shown


def listed(given: Given) -> list[Found]:
    """Regular files of the folder that fit; no links, no hidden ones."""

    async def look() -> list[Found]:
        found: list[Found] = []
        async with _session(given) as sftp:
            async for entry in sftp.scandir(given["folder"]):
                name = str(entry.filename)
                if _is_file(entry.attrs) and filing.fits(name, given["pattern"]):
                    found.append(_found(name, entry.attrs))
                if len(found) > filing.MOST_FILES:
                    break
        return found

    return _run(given, look())


def copied(given: Given, file: Found, target: Path) -> None:
    """Raises Unavailable when somebody is still writing the file."""

    async def copy() -> None:
        async with _session(given) as sftp, sftp.open(f"{given['folder']}/{file.name}", "rb") as source:
            size = 0
            with target.open("xb") as out:
                while size <= file.size and (chunk := await source.read(_CHUNK)):
                    size += out.write(chunk)
            now = await source.stat()
        if size != file.size or _found(file.name, now).mark != file.mark:
            raise filing.still_writing(file.name)

    _run(given, copy())


class _Visitor(asyncssh.SSHClient):
    """Trusts one key, and remembers which one it was shown."""

    def __init__(self, trusted: str) -> None:
        self._trusted, self.shown = trusted, ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint()
        return self.shown == self._trusted


@asynccontextmanager
async def _session(given: Given) -> AsyncGenerator[asyncssh.SFTPClient]:
    async with (
        _connected(given, _Visitor(given["host_key"])) as connection,
        connection.start_sftp_client() as sftp,
    ):
        yield sftp


@asynccontextmanager
async def _connected(given: Given, visitor: _Visitor) -> AsyncGenerator[asyncssh.SSHClientConnection]:
    target = pinned(given["host"], given["port"], policy=outside.policy(), usual=(PORT,))
    opened = await asyncio.to_thread(_dialled, target.addresses, target.port)
    async with asyncssh.connect(
        target.host,
        target.port,
        sock=opened,
        client_factory=lambda: visitor,
        known_hosts=([], [], []),
        config=None,
        username=given["user"],
        password=given.secret("password"),
        client_keys=None,
        agent_path=None,
        gss_host=None,
        preferred_auth="password,keyboard-interactive",
        login_timeout=_CONNECT_SECONDS * 2,
        keepalive_interval=15,
    ) as connection:
        yield connection


def _dialled(addresses: tuple[str, ...], port: int) -> socket.socket:
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), _CONNECT_SECONDS)
        except OSError as error:
            failure = error
    raise failure


def _run[T](given: Given, work: Coroutine[Any, Any, T]) -> T:
    async def timed() -> T:
        async with asyncio.timeout(SECONDS):
            return await work

    try:
        return asyncio.run(timed())
    except (asyncssh.Error, OSError) as error:
        raise _explained(error, given) from None


def _explained(error: Exception, given: Given) -> SluisError:
    reason = blotted(" ".join(str(error).split()), given.secrets.values())[:200] or type(error).__name__
    said: dict[str, Any] = {"place": given["host"], "reason": reason, "folder": given["folder"], ENGLISH: "reason"}
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return Refused(
            "source.other-key",
            N_("{place} toont een andere sleutel dan is vastgelegd. Sluis stuurde niets."),
            way_out=N_("Vraag de beheerder van de server waarom. Klopt het, leg dan de nieuwe sleutel vast."),
            **said,
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return Refused("source.login-there", N_("{place} weigert deze gebruikersnaam of dit wachtwoord."),
                       way_out=LOGIN_AGAIN, **said)  # fmt: skip
    if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
        return Invalid("source.no-folder-there", N_("De map {folder} is er niet op {place}."), **said)
    if isinstance(error, asyncssh.SFTPPermissionDenied):
        return Refused("source.folder-denied", N_("Dit account mag in {folder} op {place} niet lezen."),
                       way_out=N_("Vraag de beheerder van de bron om leesrecht."), **said)  # fmt: skip
    return Unavailable("source.no-contact", N_("{place} is niet te bereiken: {reason}."),
                       way_out=N_("Controleer server en poort, en of de server aanstaat."), **said)  # fmt: skip


def _is_file(seen: asyncssh.SFTPAttrs) -> bool:
    if seen.permissions is None:
        return seen.type == asyncssh.FILEXFER_TYPE_REGULAR
    return stat.S_ISREG(seen.permissions)


def _found(name: str, seen: asyncssh.SFTPAttrs) -> Found:
    moment, size = int(seen.mtime or 0), int(seen.size or 0)
    return Found(name, moment, size, [moment, size])
