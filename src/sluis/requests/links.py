"""The links in mails to followers: what they hold is signed with the key of the installation and stands in no table."""

from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from sluis.kernel import clock
from sluis.kernel.errors import Gone, NotFound
from sluis.kernel.text import N_

HOURS = 48
_ASKED = Signer(salt="sluis.requests.follow", sep=".")
_STOP = Signer(salt="sluis.requests.unfollow", sep=".")


def asked_token(*, slug: str, email: str, language: str) -> str:
    """Confirms, for 48 hours, that this address follows this dataset."""
    until = int(clock.now().timestamp()) + HOURS * 3600
    return _ASKED.sign_object({"slug": slug, "email": email, "language": language, "until": until})


def asked_in(token: str) -> tuple[str, str, str]:
    """Short name, address and language. Raises NotFound for a wrong link and Gone for one that is too old."""
    try:
        asked: Any = _ASKED.unsign_object(token)
    except (BadSignature, ValueError):
        raise _wrong() from None
    if clock.now().timestamp() > asked["until"]:
        raise Gone(
            "follow.late",
            N_("Deze link werkt niet meer: hij gold {hours} uur."),
            way_out=N_("Vul op de pagina van de dataset uw e-mailadres opnieuw in."),
            hours=HOURS,
        )
    return asked["slug"], asked["email"], asked["language"]


def stop_token(follower_id: UUID) -> str:
    """Stops the mails to one follower, for as long as the signing key stays."""
    return _STOP.sign(str(follower_id))


def follower_in(token: str) -> UUID:
    """Raises NotFound for a wrong link."""
    try:
        return UUID(_STOP.unsign(token))
    except (BadSignature, ValueError):
        raise _wrong() from None


def _wrong() -> NotFound:
    return NotFound("follow.link", N_("Deze link klopt niet."), way_out=N_("Gebruik de hele link uit de e-mail."))
