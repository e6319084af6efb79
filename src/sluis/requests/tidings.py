"""The mails to followers, in the language they chose.

A mail holds nothing that a visitor typed. Each one but the first tells how to stop: on a page, and for mail programs in
its headers (RFC 8058).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from django.utils import formats, translation
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from sluis.foundation.service import send_mail
from sluis.kernel import ids
from sluis.kernel.errors import Gone, NotFound
from sluis.lake.contracts.types import Rule
from sluis.lake.contracts.wording import promises
from sluis.release import public
from sluis.release.types import ContractNews, PublicDatasetRecord
from sluis.requests.letters import url_of
from sluis.requests.links import HOURS, stop_token
from sluis.requests.models import Tiding
from sluis.requests.queries import outside
from sluis.requests.types import Followed, TidingKind

MOST = 40


class Written(TypedDict):
    subject: str
    body: str
    headers: Mapping[str, str]


def mail_link(asked: Followed, token: str) -> None:
    """Send the link that confirms an address. Raises Unavailable when the mail server does not take it."""
    with translation.override(asked.language):
        title, url = _title(asked.dataset), url_of("portal:follow-confirm", token)
        lines = [
            gettext("Iemand gaf dit e-mailadres op. Het gaat om mail over de afspraken bij deze data:"),
            title,
            gettext("Was u dat? Bevestig het binnen {hours} uur op deze pagina: {url}").format(hours=HOURS, url=url),
            gettext("Was u dat niet? Dan hoeft u niets te doen. Wij hebben uw adres niet bewaard."),
        ]
        subject, body = gettext("Bevestig uw e-mailadres"), _body(asked.dataset, lines)
    send_mail(key=str(ids.new_id()), to=asked.email, subject=f"{subject}: {title}", body=body)


def written(row: Tiding) -> Written | None:
    """None when there is nothing to tell any more: what was dropped stands outside no longer."""
    with translation.override(row.follower.language):
        if row.kind == TidingKind.GONE:
            dataset = outside(row.follower.dataset_slug)
            subject, lines = _gone(dataset)
        else:
            found = _news(row)
            if found is None:
                return None
            dataset, one = found
            subject, lines = (_ended if row.kind == TidingKind.ENDED else _breaking)(dataset, one)
        about = f"{gettext('Over de data:')} {_title(dataset)}"
        stop = url_of("portal:follow-stop", stop_token(row.follower_id))
        lines.append(gettext("Wilt u deze mails niet meer? Stop op deze pagina: {url}").format(url=stop))
        return {
            "subject": f"{_title(dataset)}: {subject}",
            "body": _body(dataset, [about, *lines]),
            "headers": {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        }


def _breaking(dataset: PublicDatasetRecord, one: ContractNews) -> tuple[str, list[str]]:
    return gettext("een belofte vervalt"), [
        gettext("Sinds {day} gelden andere afspraken over deze data: versie {version}.").format(
            day=_day(one.at), version=one.version
        ),
        gettext("Gebruikt u de data in een programma? Kijk dan of dat nog goed gaat."),
        *_listed(gettext("Dit vervalt:"), one.dropped),
        *_listed(gettext("Dit komt erbij:"), one.added),
        gettext("Alle afspraken staan op {url}").format(url=url_of("portal:dataset", dataset.slug) + "#contract"),
    ]


def _ended(dataset: PublicDatasetRecord, one: ContractNews) -> tuple[str, list[str]]:
    return gettext("de afspraken zijn beëindigd"), [
        gettext("Sinds {day} wordt over deze data niets meer beloofd.").format(day=_day(one.ended_at)),
        gettext("Gebruikt u de data in een programma? Kijk dan of dat nog goed gaat."),
        gettext("De data staat op {url}").format(url=url_of("portal:dataset", dataset.slug)),
    ]


def _gone(dataset: PublicDatasetRecord) -> tuple[str, list[str]]:
    return gettext("niet meer open"), [
        gettext("Deze dataset is niet meer open. Waarom, leest u op {url}").format(
            url=url_of("portal:dataset", dataset.slug)
        ),
        gettext("Dit is de laatste mail. Wij wissen uw e-mailadres."),
    ]


def _news(row: Tiding) -> tuple[PublicDatasetRecord, ContractNews] | None:
    try:
        told = public.news(row.follower.dataset_slug)
    except (Gone, NotFound):
        return None
    one = next((one for one in told.contracts if one.id == row.about), None)
    return (told.dataset, one) if one else None


def _listed(head: str, rules: Sequence[Rule]) -> list[str]:
    lines = [f"- {line}" for line in promises(rules, gettext)]
    return ["\n".join([head, *lines[:MOST], *(["- …"] if len(lines) > MOST else [])])] if lines else []


def _body(dataset: PublicDatasetRecord, lines: Sequence[str]) -> str:
    return "\n\n".join([gettext("Goedendag,"), *lines, dataset.organisation_name, ""])


def _title(dataset: PublicDatasetRecord) -> str:
    english = (get_language() or "").startswith("en")
    return " ".join((dataset.title_en if english and dataset.title_en else dataset.title).split())


def _day(at: datetime | None) -> str:
    return str(formats.date_format(localtime(at), "j F Y"))
