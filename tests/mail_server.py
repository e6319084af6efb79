"""A real mail server on this machine, that keeps what it was given."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.serving import free_port
from tests.waiting import PATIENCE_SECONDS


class Kept:
    """What it was given; `refuse` makes it take no mail, `unknown` are addresses that it does not know."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse = False
        self.unknown: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.unknown:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return "451 not now"
        self.mails.append(envelope)
        return "250 OK"

    @property
    def read(self) -> dict[str, list[EmailMessage]]:
        """Mails by address, as a mail program reads them."""
        found: dict[str, list[EmailMessage]] = {}
        for one in self.mails:
            made: Any = message_from_bytes(one.content.replace(b"\r\n", b"\n"), policy=policy.default)
            found.setdefault(one.rcpt_tos[0], []).append(made)
        return found


@contextmanager
def standing(accounts: Mapping[str, str] | None = None) -> Iterator[tuple[Kept, int]]:
    """The server with its port, for as long as the block lasts; with `accounts` (password by name) it knows those."""
    kept, port = Kept(), free_port()

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: LoginPassword) -> AuthResult:
        return AuthResult(success=(accounts or {}).get(told.login.decode()) == told.password.decode(), handled=False)

    guard = {"authenticator": known, "auth_require_tls": False} if accounts else {}
    server = Controller(kept, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE_SECONDS, **guard)
    server.start()
    try:
        yield kept, port
    finally:
        server.stop()


@contextmanager
def mail_server(settings: Any, accounts: Mapping[str, str] | None = None) -> Iterator[Kept]:
    """Sluis in this process sends its mail there."""
    with standing(accounts) as (kept, port):
        settings.SLUIS = replace(settings.SLUIS, mail_host="127.0.0.1", mail_port=port)
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": PATIENCE_SECONDS},
            }
        }
        yield kept
