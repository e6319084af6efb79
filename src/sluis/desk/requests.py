"""A data request as it stands beside its tasks: what was asked, what came back, and until when."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from sluis.desk.subjects import Beside, Fact, subject
from sluis.foundation.service import mails_go_out
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.process.types import InstanceRecord, TaskRecord
from sluis.release import service as release
from sluis.requests import service as requests
from sluis.requests.types import LetterKind, RequestRecord
from sluis.web.formats import day
from sluis.web.shapes import Link

LETTERS = {
    LetterKind.RECEIPT: N_("Ontvangst gemeld"),
    LetterKind.QUESTION: N_("Uitleg gevraagd"),
    LetterKind.EXTENSION: N_("Verlenging gemeld"),
    LetterKind.REFERRAL: N_("Doorverwezen"),
    LetterKind.ANSWER: N_("Antwoord gestuurd"),
}


@subject("dataverzoek")
def beside(actor: Actor, instance: InstanceRecord, task: TaskRecord | None) -> Beside:
    """What stands beside a task of a data request; who asked only for who answers."""
    request_id = requests.request_id_of(instance.subject)
    if request_id is None:
        return Beside(title=instance.title)
    found = requests.data_request(by=actor, request_id=request_id)
    return Beside(
        title=instance.title,
        facts=tuple(_facts(found, actor)),
        links=tuple(_links(found)),
        notes=tuple(_notes(found)),
        template="desk/parts/request.html",
        data={"request": found, "letters": [(gettext(LETTERS[one.kind]), one) for one in found.letters]},
    )


def _facts(found: RequestRecord, actor: Actor) -> list[Fact]:
    due = day(found.due_date)
    rows: list[tuple[str, Any, str]] = [
        (gettext("Nummer"), found.number, reverse("portal:request", args=[found.number])),
        (gettext("Ontvangen"), day(found.received_at), ""),
        (gettext("Antwoord uiterlijk"), f"{due} ({gettext('verlengd')})" if found.extended else due, ""),
        (gettext("Onderwerp"), found.topic, ""),
        (gettext("Naam"), found.name, ""),
        (gettext("E-mailadres"), found.email, ""),
        (gettext("Dossier"), *_dossier(found, actor)),
    ]
    return [Fact(label, value, url) for label, value, url in rows if value]


def _dossier(found: RequestRecord, actor: Actor) -> tuple[str, str]:
    if found.dossier_id is None:
        return "", ""
    try:
        dossier = release.dossier(by=actor, dossier_id=found.dossier_id)
    except NotFound:
        return "", ""
    return dossier.dataset_title, reverse("desk:dossier", args=[dossier.id])


def _links(found: RequestRecord) -> list[Link]:
    return [
        Link(gettext("Zoek in wat al openbaar is"), reverse("portal:search")),
        Link(gettext("Datasets in het register"), reverse("desk:datasets")),
    ]


def _notes(found: RequestRecord) -> list[str]:
    notes: list[str] = []
    if found.forgotten_at:
        notes.append(
            gettext("Wie dit vroeg en wat die schreef, is gewist op {day}.").format(day=day(found.forgotten_at))
        )
    elif not mails_go_out():
        notes.append(gettext("Er is geen mailserver ingesteld. Laat de aanvrager zelf weten wat hieronder staat."))
    return notes
