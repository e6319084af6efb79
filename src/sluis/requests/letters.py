"""The mails to who asked, in the language they asked in.

A mail holds nothing that a visitor typed: a form that mails strangers whatever somebody writes is a gift to spammers.
"""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext

from sluis.foundation.service import mails_go_out, send_mail
from sluis.kernel import clock
from sluis.requests.models import Letter
from sluis.requests.operations import token_of
from sluis.requests.queries import due_date_of
from sluis.requests.types import LetterKind, Outcome

REFUSING = (Outcome.REFUSED, Outcome.RESTRICTED, Outcome.CLOSED)


def mail(letter_id: UUID) -> None:
    """Send one letter, once. Raises Unavailable when the mail server does not take it; the job comes back then."""
    letter = Letter.objects.select_related("request__organisation").filter(id=letter_id, mailed_at=None).first()
    if letter is None or not letter.request.email or not mails_go_out():
        return
    with translation.override(letter.request.language):
        subject, lines = _written(letter)
    send_mail(key=str(letter.id), to=letter.request.email, subject=subject, body="\n\n".join([*lines, ""]))
    Letter.objects.filter(id=letter.id).update(mailed_at=clock.now())


def _written(letter: Letter) -> tuple[str, list[str]]:
    number = letter.request.number
    subject, lines = _WORDS[LetterKind(letter.kind)](letter)
    page = gettext("Uw verzoek staat op {url}").format(url=url_of("portal:request", number))
    return (
        gettext("Dataverzoek {number}: {subject}").format(number=number, subject=subject),
        [gettext("Goedendag,"), *lines, page, _sender(letter)],
    )


def _receipt(letter: Letter) -> tuple[str, list[str]]:
    return gettext("ontvangen"), [
        gettext("Wij hebben uw verzoek om data ontvangen."),
        gettext("U krijgt ons antwoord op {day} of eerder.").format(day=_due(letter)),
        gettext("Wij plaatsen de vraag en ons antwoord op onze site, zonder uw naam."),
    ]


def _question(letter: Letter) -> tuple[str, list[str]]:
    url = url_of("portal:request-clarify", letter.request.number, token_of(letter))
    return gettext("wij hebben een vraag"), [
        gettext("Wij begrijpen nog niet precies welke data u zoekt. Onze vraag is:"),
        letter.text,
        gettext("Antwoord binnen 14 dagen op deze pagina: {url}").format(url=url),
        gettext("Zolang wij op u wachten, staat onze termijn stil."),
        gettext("Horen wij niets, dan mogen wij uw verzoek afwijzen."),
    ]


def _extension(letter: Letter) -> tuple[str, list[str]]:
    return gettext("wij hebben meer tijd nodig"), [
        gettext("U krijgt ons antwoord later: op {day} of eerder. De reden is:").format(day=_due(letter)),
        letter.text,
    ]


def _referral(letter: Letter) -> tuple[str, list[str]]:
    return gettext("een ander heeft deze data"), [
        gettext("Wij hebben deze data niet. Deze organisatie heeft ze wel, zover wij weten:"),
        letter.text,
        gettext("Ons antwoord volgt nog op de pagina van uw verzoek."),
    ]


def _answer(letter: Letter) -> tuple[str, list[str]]:
    row = letter.request
    objection = gettext("Bent u het er niet mee eens? Dan kunt u binnen zes weken bezwaar maken.")
    return gettext("ons antwoord"), [
        gettext("Wij hebben uw verzoek behandeld. De vraag, zoals die nu op onze site staat:"),
        row.public_question,
        gettext("Ons antwoord:"),
        row.answer,
        *([objection] if row.outcome in REFUSING else []),
    ]


def _sender(letter: Letter) -> str:
    body = letter.request.organisation
    english = (translation.get_language() or "").startswith("en")
    return body.name_en if english and body.name_en else body.name


def _due(letter: Letter) -> str:
    return str(formats.date_format(due_date_of(letter.request), "j F Y"))


def url_of(route: str, *args: str) -> str:
    return settings.SLUIS.url + reverse(route, args=args)


_WORDS = {
    LetterKind.RECEIPT: _receipt,
    LetterKind.QUESTION: _question,
    LetterKind.EXTENSION: _extension,
    LetterKind.REFERRAL: _referral,
    LetterKind.ANSWER: _answer,
}
