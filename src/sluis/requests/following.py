"""Somebody outside follows the agreements on an open dataset by mail: ask, confirm, stop.

Nothing is kept until the link in the first mail is confirmed: the link itself holds what was asked. Who stops has no
row any more. No answer tells whether an address follows something.
"""

from sluis.foundation.service import in_line, is_mailbox, limit, limit_mailbox, mails_go_out, writing
from sluis.kernel import clock
from sluis.kernel.actor import VISITOR
from sluis.kernel.errors import Conflict, Fault, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.release import public
from sluis.release.types import Kind, PublicDatasetRecord
from sluis.requests import links, tidings
from sluis.requests.models import Follower
from sluis.requests.queries import outside
from sluis.requests.types import Followed

PER_HOUR, PER_MAILBOX = 10, 5


def ask_to_follow(*, slug: str, email: str, language: str = "nl", trap: str = "", ip: str = "") -> None:
    """Mail a link that confirms this address; the same for one that follows already.

    `trap` is a field people do not see: for what fills it nothing happens. The mail leaves at once and not by a job, so
    that no table holds an address that nobody confirmed. Raises NotFound and Gone for the dataset, Invalid for the
    address, Conflict without a mail server, TooMany (ten an hour per address or /64 on the network, five a day per
    mailbox) and Unavailable when the mail server does not take it.
    """
    asked = Followed(_open(slug), email.strip().lower(), "en" if language.startswith("en") else "nl")
    if not is_mailbox(asked.email):
        fault = Fault(N_("Vul een e-mailadres in, zoals naam@voorbeeld.nl."), "email")
        raise Invalid("follow.email", N_("Het formulier is niet goed ingevuld."), faults=[fault])
    if not mails_go_out():
        raise Conflict("follow.no-mail", N_("Deze site verstuurt geen mail. Gebruik de Atom-feed van de dataset."))
    if trap:
        return
    limit("follow", ip, PER_HOUR)
    limit_mailbox("follow", asked.email, PER_MAILBOX)
    tidings.mail_link(asked, links.asked_token(slug=slug, email=asked.email, language=asked.language))


def asked_to_follow(*, token: str) -> Followed:
    """What the link in the mail confirms. Raises NotFound for a wrong link or dataset, Gone for what is over."""
    slug, email, language = links.asked_in(token)
    return Followed(_open(slug), email, language)


def follow(*, token: str) -> Followed:
    """Confirm: from now on this address gets the mails. Twice is the same as once. Raises as `asked_to_follow`."""
    with in_line():  # else it may be withdrawn in between, and nobody would come to erase the address
        asked = asked_to_follow(token=token)
        slug, language = asked.dataset.slug, {"language": asked.language}
        with writing(by=VISITOR, action="requests.follower.confirmed", subject=("dataset", slug)):
            Follower.objects.update_or_create(
                dataset_slug=slug,
                email=asked.email,
                defaults=language,
                create_defaults=language | {"confirmed_at": clock.now()},
            )
    return asked


def followed(*, token: str) -> PublicDatasetRecord | None:
    """What this link stops; None when that was done before. Raises NotFound for a wrong link."""
    row = Follower.objects.filter(id=links.follower_in(token)).first()
    return outside(row.dataset_slug) if row else None


def unfollow(*, token: str) -> None:
    """Stop the mails and forget the address. Twice is the same as once. Raises NotFound for a wrong link."""
    if row := Follower.objects.filter(id=links.follower_in(token)).first():
        with writing(by=VISITOR, action="requests.follower.removed", subject=("dataset", row.dataset_slug)):
            row.delete()


def _open(slug: str) -> PublicDatasetRecord:
    found = public.dataset(slug)
    if found.kind != Kind.OPEN:
        raise NotFound("follow.not-open", N_("Alleen een open dataset kunt u volgen."))
    return found
