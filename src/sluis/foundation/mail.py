"""The one way a mail leaves: plain text over the SMTP server of the settings."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_


def mails_go_out() -> bool:
    """Whether a mail server was set (`SLUIS_MAIL_HOST`)."""
    return bool(settings.SLUIS.mail_host)


def send_mail(*, key: str, to: str, subject: str, body: str) -> None:
    """Send one mail; `key` makes its Message-ID, so that a second try is the same mail to who gets both.

    Raises Unavailable when the server does not take it; the job that asked comes back then. The error names a code and
    never the address: it ends up in a log.
    """
    host = urlsplit(settings.SLUIS.url).hostname or "localhost"
    headers = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers).send()
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", None) or type(error).__name__
        text = N_("De mailserver nam een bericht niet aan ({reason}).")
        raise Unavailable("mail.refused", text, reason=str(code)) from None
