"""What happens to a request from outside: it comes in, is explained, and who asked is forgotten in the end."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from sluis.foundation.service import is_mailbox, limit, organisation, reference, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, VISITOR
from sluis.kernel.errors import Conflict, Fault, Gone, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.requests import policy, rules
from sluis.requests.models import DataRequest, Letter
from sluis.requests.types import LetterKind

PROCESS = "dataverzoek"
PER_HOUR = 5
TOPIC_LIMIT, TEXT_LIMIT = 120, 4_000
BATCH = 200


def ask(
    *,
    organisation_slug: str,
    topic: str,
    question: str,
    email: str,
    purpose: str = "",
    name: str = "",
    language: str = "nl",
    trap: str = "",
    ip: str = "",
) -> str:
    """Take a request by a visitor and start its process; returns the public number.

    `trap` is a field people do not see: what fills it is a machine, which gets a number and nothing is kept. Why
    somebody wants data is never needed (the Who asks for no interest). Raises Invalid with a fault per field, NotFound
    for the organisation, TooMany (five an hour per address or /64).
    """
    said = {"topic": topic, "question": question, "purpose": purpose, "name": name, "email": email}
    said = {field: text.strip() for field, text in said.items()}
    _require_complete(said)
    body = organisation(organisation_slug)
    number = reference("V")
    if trap:
        return number
    limit("request", ip, PER_HOUR)
    _start(body.id, number, "en" if language.startswith("en") else "nl", said)
    return number


def _start(organisation_id: UUID, number: str, language: str, said: Mapping[str, str]) -> None:
    """The row and its process, in one transaction."""
    row = DataRequest(
        id=ids.new_id(),
        number=number,
        organisation_id=organisation_id,
        language=language,
        received_at=clock.now(),
        **said,
    )
    with writing(by=VISITOR, action="requests.received", subject=(policy.KIND, row.id)) as w:
        instance = process.start(
            by=SYSTEM,
            key=PROCESS,
            subject=policy.subject_of(row.id),
            organisation_id=organisation_id,
            variables={"trigger": "data-request", "publicBody": "yes"},
            title=f"{number}: {said['topic']}",
        )
        row.instance_id = instance.id
        row.save(force_insert=True)
        w.note(number=number, organisation=organisation_id)
        w.emit("request.received", {"request_id": str(row.id), "number": number})


def _require_complete(said: dict[str, str]) -> None:
    limits = {"topic": TOPIC_LIMIT, "question": TEXT_LIMIT, "purpose": TEXT_LIMIT, "name": TOPIC_LIMIT}
    long = N_("Dit is te lang: hoogstens {limit} tekens.")
    faults = [Fault(long, field, params={"limit": most}) for field, most in limits.items() if len(said[field]) > most]
    if not said["topic"]:
        faults.append(Fault(N_("Schrijf in een paar woorden welke data u zoekt."), "topic"))
    if not said["question"]:
        faults.append(Fault(N_("Beschrijf welke data u zoekt."), "question"))
    if not is_mailbox(said["email"]):
        faults.append(Fault(N_("Vul een e-mailadres in, zoals naam@voorbeeld.nl."), "email"))
    if faults:
        raise Invalid("request.incomplete", N_("Het formulier is niet goed ingevuld."), faults=faults)


def open_question(row: DataRequest) -> Letter | None:
    """The question that who asked can still answer."""
    if row.closed_at:
        return None
    asked = Letter.objects.filter(request=row, kind=LetterKind.QUESTION, replied_at=None)
    return asked.filter(at__gt=clock.now() - rules.CLARIFY).order_by("-at").first()


def token_of(letter: Letter) -> str:
    """The part of the address that only the mail holds. Made from the signing key, so that no table keeps it."""
    return salted_hmac("sluis.requests.reply", str(letter.id), algorithm="sha256").hexdigest()


def question_for(*, number: str, token: str) -> str:
    """The question that this link lets somebody answer. Raises NotFound for a wrong link, Gone for one of before."""
    return _question(number, token).text


def clarify(*, number: str, token: str, text: str) -> None:
    """Who asked explains what they mean; the process goes on.

    Raises NotFound for a wrong link, Gone when the question was answered or its time is over, Invalid for the text.
    """
    found = _question(number, token)
    said = text.strip()
    if not said or len(said) > TEXT_LIMIT:
        fault = Fault(N_("Schrijf uw uitleg in hoogstens {limit} tekens."), "text", params={"limit": TEXT_LIMIT})
        raise Invalid("request.explanation", N_("Het formulier is niet goed ingevuld."), faults=[fault])
    with writing(by=VISITOR, action="requests.clarified", subject=(policy.KIND, found.request_id)):
        row = Letter.objects.select_for_update().get(id=found.id)
        if row.replied_at:
            raise _too_late()
        row.reply, row.replied_at = said, clock.now()
        row.save(update_fields=["reply", "replied_at"])
        try:
            process.send_message(by=SYSTEM, message="request-clarified", instance_id=_instance(row))
        except (Conflict, NotFound) as error:
            raise _too_late() from error


def _question(number: str, token: str) -> Letter:
    row = DataRequest.objects.filter(number=number.strip().upper()).first()
    asked = Letter.objects.filter(request=row, kind=LetterKind.QUESTION) if row else Letter.objects.none()
    found = next((letter for letter in asked if constant_time_compare(token_of(letter), token)), None)
    if row is None or found is None:
        raise NotFound("request.link", N_("Deze link klopt niet."), way_out=N_("Gebruik de hele link uit de e-mail."))
    now = open_question(row)
    if now is None or now.id != found.id:
        raise _too_late()
    return found


def _instance(letter: Letter) -> UUID:
    found = DataRequest.objects.values_list("instance_id", flat=True).get(id=letter.request_id)
    assert found is not None  # noqa: S101 - a request stands with its instance, in one transaction
    return found


def _too_late() -> Gone:
    return Gone(
        "request.question-closed",
        N_("Deze vraag is al beantwoord, of de tijd om te antwoorden is voorbij."),
        way_out=N_("Op de pagina van uw verzoek ziet u hoe het verder gaat."),
    )


def anything_to_forget() -> bool:
    return _old().exists()


def forget_old() -> int:
    """Remove who asked and what they wrote of requests that closed longer ago than the setting; returns how many."""
    ids_ = list(_old().values_list("id", flat=True)[:BATCH])
    for request_id in ids_:
        _forget(request_id)
    return len(ids_)


def _old():
    edge = clock.now() - timedelta(days=settings.SLUIS.request_days)
    return DataRequest.objects.filter(closed_at__lt=edge, forgotten_at=None)


def _forget(request_id: UUID) -> None:
    with writing(by=SYSTEM, action="requests.forgotten", subject=(policy.KIND, request_id)):
        row = DataRequest.objects.select_for_update().get(id=request_id)
        row.topic = row.question = row.purpose = row.name = row.email = ""
        row.forgotten_at = clock.now()
        row.save()
        Letter.objects.filter(request=row).update(text="", reply="")
        if row.instance_id:
            process.rename(by=SYSTEM, instance_id=row.instance_id, title=row.number)
