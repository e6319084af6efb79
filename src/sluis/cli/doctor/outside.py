"""What lies outside: the public address, the mail server and the sign-in service."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from sluis.cli.doctor.finding import Finding
from sluis.cli.language import _
from sluis.conf.env import Env


def check_address(env: Env, deep: bool) -> Iterator[Finding]:
    """Identifiers in the feeds begin with it, so a wrong one goes out into the world."""
    parts = urlsplit(env.url)
    host = parts.hostname or ""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - looked for, not listened on
        text = _("{url} is geen adres dat iemand kan openen").format(url=env.url)
        yield Finding("address", "bad", text, _("Zet SLUIS_BASE_URL op het publieke adres."))
    elif parts.path or parts.query:
        text = _("{url} bevat meer dan een naam").format(url=env.url)
        yield Finding(
            "address", "bad", text, _("Sluis staat op een eigen naam, zonder pad: https://data.provincie.nl.")
        )
    elif not _resolves(host):
        text = _("de naam {host} bestaat hier niet").format(host=host)
        yield Finding("address", "warning", text, _("Kijk SLUIS_BASE_URL na, of meld de naam aan in DNS."))
    elif "*" in env.allowed_hosts:
        text = _("de site antwoordt op elke naam")
        yield Finding("address", "warning", text, _("Noem in SLUIS_ALLOWED_HOSTS alleen eigen namen."))
    else:
        yield Finding("address", "good", env.url)


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False


def check_engine(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.kernel.errors import SluisError
    from sluis.lake.service import engine_version

    if not env.engine:
        yield Finding("engine", "good", _("geen rekenserver: grote tabellen gaan door de afscherming hier"))
        return
    try:
        text = _("de rekenserver (Spark {version}) leest onze bestanden met onze code").format(version=engine_version())
        yield Finding("engine", "good", text)
    except SluisError as error:
        way_out = _("Kijk SLUIS_ENGINE na, en of de rekenserver dezelfde versies en onze bestanden heeft.")
        yield Finding("engine", "bad", error.detail(_), way_out)


def check_mail(env: Env, deep: bool) -> Iterator[Finding]:
    from smtplib import SMTPException

    from django.core.mail import mailers

    if not env.mail_host:
        text = _("geen mailserver: herinneringen staan alleen in de lijst van elke medewerker")
        yield Finding("mail", "good", text)
        return
    where = f"{env.mail_host}:{env.mail_port}"
    try:
        with mailers["default"]:
            yield Finding("mail", "good", _("{where} antwoordt").format(where=where))
    except (SMTPException, OSError) as error:
        text = _("{where} antwoordt niet ({reason})").format(where=where, reason=type(error).__name__)
        yield Finding("mail", "warning", text, _("Kijk de instellingen SLUIS_MAIL_… na."))


def check_sign_in(env: Env, deep: bool) -> Iterator[Finding]:
    from sluis.foundation.oidc.flow import trouble

    if not env.oidc_issuer:
        yield Finding("sign-in", "good", _("met wachtwoord; geen inlogdienst ingesteld"))
    elif reason := trouble():
        text = _("{issuer} antwoordt niet goed ({reason})").format(issuer=env.oidc_issuer, reason=reason)
        yield Finding("sign-in", "bad", text, _("Kijk de instellingen SLUIS_OIDC_… na, en of de dienst bereikbaar is."))
    else:
        yield Finding("sign-in", "good", _("{where} antwoordt").format(where=env.oidc_issuer))
