"""The one way a mail leaves: plain text over the SMTP server of the settings."""

import smtplib
from collections.abc import Mapping
from contextlib import suppress
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from sluis.foundation.nameless import is_nameless
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_

_REFUSED = N_("De mailserver nam een bericht niet aan ({reason}).")
_MEND = N_("Vraag de beheerder de instellingen van de mail na te kijken (SLUIS_MAIL_…).")


class PlainMail(EmailMessage):
    """Its lines of headers may be as long as the standard lets them (RFC 5322, 2.1.1): Python breaks an address that is
    longer than 76 characters into encoded words, which no mail program reads as an address.
    """

    def message(self, *, policy: Any = SMTP) -> Any:
        made = super().message(policy=policy)
        made.policy = policy.clone(max_line_length=998)  # from here on only headers are broken into lines
        return made


def mails_go_out() -> bool:
    """Whether a mail server was set (`SLUIS_MAIL_HOST`)."""
    return bool(settings.SLUIS.mail_host)


def send_mail(*, key: str, to: str, subject: str, body: str, headers: Mapping[str, str] | None = None) -> None:
    """Send one mail; `key` makes its Message-ID, so that a second try is the same mail to who gets both.

    Raises Unavailable when the server does not take it; the job that asked comes back then. Code `mail.refused` is
    about this mail or its address. With `mail.away`, `mail.no-host` (a name that does not exist) and `mail.login` (the
    server does not know us, or wants nothing of us) no mail goes out at all. The error names a number and never the
    address: it ends up in a log.
    """
    host = urlsplit(settings.SLUIS.url).hostname or "localhost"
    own = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
    made = PlainMail(
        " ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [to], headers=own | dict(headers or {})
    )
    server = mailers.default
    try:
        server.send_messages([made])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        reason = _reason(error)  # 4… says later, 5… says no: no mailbox appears while we knock sixty times
        raise Unavailable("mail.refused", _REFUSED, reason=reason, passes=reason.startswith("4")) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _no_mail(error) from None
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.close()  # to who refused our password the line is still open


def _no_mail(error: Exception) -> Unavailable:
    reason = _reason(error)
    if is_nameless(error):
        text = N_("De naam {host} van de mailserver bestaat niet.")
        return Unavailable("mail.no-host", text, way_out=_MEND, host=settings.SLUIS.mail_host, nameless=True)
    if reason.startswith("5") or isinstance(error, smtplib.SMTPNotSupportedError):
        text = N_("De mailserver laat Sluis niet toe ({reason}).")
        return Unavailable("mail.login", text, way_out=_MEND, reason=reason, passes=False)
    return Unavailable("mail.away", _REFUSED, reason=reason)


def _reason(error: Exception) -> str:
    """A number of the mail server, else what kind of trouble it is."""
    refused = getattr(error, "recipients", {}).values()
    code = next((code for code, _text in refused), None) or getattr(error, "smtp_code", None)
    return str(code or type(error).__name__)
