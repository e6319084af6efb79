"""A data request from the form to its public answer, by nothing but the inbox, the mail and the clock."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.release.conftest import PALEN, PLAIN, decided, describe, hand_in, ready
from tests.integration.requests.conftest import ANSWER, CLEAR, SECRETS, Desk

from sluis.foundation.service import run_until_idle
from sluis.kernel.errors import Conflict, Gone, Invalid, NotFound, TooMany, Unavailable
from sluis.process import service as process
from sluis.process.jobs import fire_timers
from sluis.register import service as register
from sluis.release import service as release
from sluis.release.types import Outcome as ReleaseOutcome
from sluis.release.types import Stage
from sluis.requests import service as requests
from sluis.requests.models import DataRequest, Letter
from sluis.requests.types import Outcome, Status

Asking = Callable[..., Desk]
WHO = {"trigger": "data-request"}


def later(clock: Any, days: int) -> None:
    clock.advance(timedelta(days=days))
    fire_timers.func()
    run_until_idle()


def link(message: Any) -> dict[str, str]:
    found = re.search(r"/verzoeken/(?P<number>[^/]+)/uitleg/(?P<token>[0-9a-f]+)", message.body)
    assert found, message.body
    return found.groupdict()


def test_data_that_stands_outside_already(asked: Asking, mails: list[Any]) -> None:
    desk = asked()
    assert (desk.public().status, desk.public().due_date) == (Status.HANDLED, date(2026, 12, 21))
    assert [step.element for step in desk.public().steps] == ["Acknowledge", "Triage"]
    assert "21 december 2026" in mails[0].body
    desk.do("Triage", **CLEAR | {"alreadyPublic": "yes", "publicAddress": "https://merwede.example/fietsers"})
    desk.do("WriteAnswer", **ANSWER)
    shown = desk.public()
    assert (shown.status, shown.outcome) == (Status.ANSWERED, Outcome.FOUND)
    assert (shown.question, shown.answer) == (ANSWER["publicQuestion"], ANSWER["answer"])
    assert shown.address == "https://merwede.example/fietsers"
    assert sorted(step.role for step in shown.steps) == ["", "", "", "coordinator", "coordinator"]
    assert [mail.to for mail in mails] == [["piet@kanarie.example"]] * 2
    assert ANSWER["answer"] in mails[1].body
    assert "bezwaar" not in mails[1].body
    assert requests.answered().rows[0].number == desk.number
    assert desk.instance.outcome == "answered"


def test_mails_repeat_nothing_that_the_visitor_typed(asked: Asking, mails: list[Any]) -> None:
    desk = asked(name="Koop nu http://spam.example\nBcc: ander@voorbeeld.example")
    desk.do("Triage", **CLEAR | {"clear": "no", "question": "Welke weg bedoelt u?"})
    for mail in mails:
        said = str(mail.message())
        assert "spam" not in said
        assert not any(word in mail.subject + mail.body for word in SECRETS)
        assert mail.recipients() == ["piet@kanarie.example"]


def test_a_question_back_is_answered_through_the_link_in_the_mail(
    asked: Asking, mails: list[Any], fixed_clock: Any
) -> None:
    desk = asked(language="en")
    desk.do("Triage", **CLEAR | {"clear": "no", "question": "Welke weg bedoelt u?"})
    assert desk.public().status is Status.WAITING
    way = re.search(r"/en/verzoeken/\S+", mails[1].body)
    assert way
    assert "Our question" in mails[1].body or "question" in mails[1].subject
    given = link(mails[1])
    assert requests.question_for(**given) == "Welke weg bedoelt u?"
    later(fixed_clock, 5)
    for wrong in ({"number": desk.number, "token": "0" * 64}, {"number": "V-22222222", "token": given["token"]}):
        with pytest.raises(NotFound):
            requests.clarify(**wrong, text="Hallo")
    with pytest.raises(Invalid):
        requests.clarify(**given, text="  ")
    requests.clarify(**given, text="De Dijkweg bij Kanarie, Kerkstraat 9.")
    assert desk.public().status is Status.HANDLED
    assert desk.public().due_date == date(2026, 12, 21) + timedelta(days=4), "the days in between do not count"
    with pytest.raises(Gone):
        requests.clarify(**given, text="Nog iets.")
    seen = requests.data_request(by=desk.people["coordinator"], request_id=desk.row.id)
    assert [letter.reply for letter in seen.letters if letter.kind == "question"] == [
        "De Dijkweg bij Kanarie, Kerkstraat 9."
    ]
    assert "Kanarie" not in str(desk.instance.variables)
    desk.do("Triage", **CLEAR | {"clear": "no", "question": "Welk jaar?"})
    with pytest.raises(Gone):
        requests.question_for(**given)
    assert link(mails[2])["token"] != given["token"]
    assert list(desk.todo) == []


def test_without_an_explanation_it_is_refused_after_fourteen_days(
    asked: Asking, mails: list[Any], fixed_clock: Any
) -> None:
    desk = asked()
    desk.do("Triage", **CLEAR | {"clear": "no", "question": "Welke weg bedoelt u?"})
    later(fixed_clock, 14)
    assert list(desk.todo) == ["Refuse"]
    assert desk.public().status is Status.HANDLED
    with pytest.raises(Gone):
        requests.clarify(**link(mails[1]), text="Toch nog.")
    desk.do("Refuse", legalGround="Awb 4:5", motivation="De vraag was niet duidelijk.")
    desk.do("WriteAnswer", **ANSWER)
    shown = desk.public()
    assert (shown.outcome, shown.ground, shown.motivation) == (
        Outcome.REFUSED,
        "Awb 4:5",
        "De vraag was niet duidelijk.",
    )
    assert "bezwaar" in mails[-1].body


def test_three_questions_back_is_the_most(asked: Asking, mails: list[Any]) -> None:
    desk = asked()
    for turn in range(1, 5):
        desk.do("Triage", **CLEAR | {"clear": "no", "question": f"Vraag {turn}?"})
        requests.clarify(**link(mails[-1]), text="Uitleg.")
    assert list(desk.todo) == ["Refuse"]


def test_another_body_has_it(asked: Asking, mails: list[Any]) -> None:
    desk = asked()
    desk.do("Triage", **CLEAR | {"heldHere": "no"})
    desk.do("FindHolder", holder="Gemeente Gorinchem", holderNote="In het register van de gemeente.")
    assert "Gemeente Gorinchem" in mails[1].body
    desk.do("WriteAnswer", **ANSWER)
    assert (desk.public().outcome, desk.public().holder) == (Outcome.REFERRED, "Gemeente Gorinchem")


def test_nobody_has_it(asked: Asking) -> None:
    desk = asked()
    desk.do("Triage", **CLEAR | {"heldHere": "no"})
    desk.do("FindHolder", holderNote="Overal gezocht.")
    desk.do("Refuse", legalGround="Who artikel 2", motivation="Niemand heeft deze data.")
    desk.do("WriteAnswer", **ANSWER)
    assert desk.public().outcome is Outcome.REFUSED


def test_it_falls_outside_the_act(asked: Asking) -> None:
    desk = asked()
    desk.do("Triage", **CLEAR | {"reuse": "no"})
    assert list(desk.todo) == ["Refuse"]


def opened(desk: Desk, **choice: str) -> Any:
    desk.do("Triage", **CLEAR)
    desk.do("AskOwner", ownerAnswer="release", motivation="Dit kan open.", **choice)
    assert list(desk.todo) == []
    found = desk.row.dossier_id
    assert found
    return release.dossier(by=desk.people["data_steward"], dossier_id=found)


@pytest.mark.parametrize("outcome", [ReleaseOutcome.OPEN, ReleaseOutcome.RESTRICTED])
def test_a_dossier_is_opened_and_its_decision_comes_back(
    asked: Asking, people: Any, merwede: Any, outcome: ReleaseOutcome, tmp_path: Path
) -> None:
    dataset = describe(people["data_steward"], merwede, title="Fietsers op de Dijkweg")
    hand_in(people["data_steward"], dataset, PALEN, tmp_path)
    desk = asked()
    dossier = opened(desk, dataset=f"https://merwede.example/datasets/{dataset.slug}/")
    assert (dossier.dataset_id, dossier.stage) == (dataset.id, Stage.INTAKE)
    started = process.instance(by=people["data_steward"], instance_id=dossier.instance_id).variables
    assert (started["trigger"], started["reuse"], started["heldHere"]) == ("data-request", "yes", "yes")
    assert desk.public().dataset_slug == ""
    release.answer(by=people["data_steward"], dossier_id=dossier.id, element="Intake", answers=PLAIN | WHO)
    run_until_idle()
    lying = release.dossier(by=people["data_steward"], dossier_id=dossier.id)
    assert lying.stage is Stage.READY_TO_DECIDE, [task.element for task in lying.tasks]
    decided(people["data_owner"], lying, outcome)
    run_until_idle()
    assert desk.instance.variables["datasetOutcome"] == outcome.value
    desk.do("WriteAnswer", **ANSWER)
    assert desk.public().outcome == outcome.value
    assert desk.public().dataset_slug == dataset.slug


def test_a_dataset_that_is_not_there_yet_becomes_a_draft(asked: Asking, people: Any) -> None:
    desk = asked()
    dossier = opened(desk, datasetTitle="Fietstellingen")
    draft = register.get(by=people["data_steward"], dataset_id=dossier.dataset_id)
    assert (draft.title, draft.description) == ("Fietstellingen", "")
    assert not any(word in str(draft) for word in SECRETS)


def test_an_open_dossier_of_the_dataset_is_taken(asked: Asking, people: Any, merwede: Any) -> None:
    dataset = describe(people["data_steward"], merwede)
    standing = ready(people["data_steward"], dataset)
    desk = asked()
    assert opened(desk, dataset=dataset.slug).id == standing.id


def test_a_dossier_that_stops_leaves_nobody_waiting(asked: Asking, people: Any, merwede: Any) -> None:
    dataset = describe(people["data_steward"], merwede)
    desk = asked()
    dossier = opened(desk, dataset=dataset.slug)
    release.stop(by=people["data_steward"], dossier_id=dossier.id, reason="Dubbel.")
    run_until_idle()
    assert desk.instance.variables["datasetOutcome"] == "undecided"
    desk.do("WriteAnswer", **ANSWER)
    assert desk.public().outcome is Outcome.UNDECIDED


def test_two_requests_hear_the_same_decision(asked: Asking, people: Any, merwede: Any) -> None:
    dataset = describe(people["data_steward"], merwede)
    first, second = asked(), asked()
    dossier = opened(first, dataset=dataset.slug)
    opened(second, dataset=dataset.slug)
    release.stop(by=people["data_steward"], dossier_id=dossier.id, reason="Dubbel.")
    run_until_idle()
    assert list(first.todo) == list(second.todo) == ["WriteAnswer"]


def test_after_three_weeks_somebody_looks_at_the_term(asked: Asking, mails: list[Any], fixed_clock: Any) -> None:
    desk = asked()
    later(fixed_clock, 20)
    assert list(desk.todo) == ["Triage"]
    later(fixed_clock, 1)
    assert set(desk.todo) == {"Triage", "Extend"}
    with pytest.raises(Invalid) as wrong:
        desk.do("Extend", extend="yes")
    assert wrong.value.faults[0].field == "extendReason"
    desk.do("Extend", extend="yes", extendReason="De teller was stuk.")
    shown = desk.public()
    assert (shown.extended, shown.due_date) == (True, date(2027, 1, 18))
    assert "De teller was stuk." in mails[-1].body
    assert "18 januari 2027" in mails[-1].body
    assert "SendExtension" in [step.element for step in shown.steps]


def test_without_more_time_the_term_stays(asked: Asking, mails: list[Any], fixed_clock: Any) -> None:
    desk = asked()
    later(fixed_clock, 21)
    desk.do("Extend", extend="no")
    assert (desk.public().extended, desk.public().due_date) == (False, date(2026, 12, 21))
    assert len(mails) == 1


def test_with_the_answer_nobody_watches_the_term_any_more(asked: Asking, mails: list[Any], fixed_clock: Any) -> None:
    desk = asked()
    later(fixed_clock, 21)
    desk.do("Triage", **CLEAR | {"alreadyPublic": "yes", "publicAddress": "https://merwede.example/fietsers"})
    desk.do("WriteAnswer", **ANSWER)
    assert not desk.todo
    assert (desk.instance.state, desk.instance.outcome) == ("ended", "answered")
    assert not desk.public().extended
    assert len(mails) == 2


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"clear": "no"}, "question"),
        ({"alreadyPublic": "unknown"}, "question"),
        ({"alreadyPublic": "yes"}, "publicAddress"),
        ({"alreadyPublic": "yes", "publicAddress": "javascript:alert(1)"}, "publicAddress"),
    ],
)
def test_a_triage_that_leads_nowhere_is_refused(asked: Asking, answers: dict[str, str], field: str) -> None:
    desk = asked()
    with pytest.raises(Invalid) as wrong:
        desk.do("Triage", **CLEAR | answers)
    assert [fault.field for fault in wrong.value.faults] == [field]
    assert list(desk.todo) == ["Triage"]


def test_a_dossier_needs_a_dataset_of_this_organisation(asked: Asking, stranger_dataset: Any) -> None:
    desk = asked()
    desk.do("Triage", **CLEAR)
    for choice in ({}, {"dataset": "bestaat-niet"}, {"dataset": stranger_dataset.slug}):
        with pytest.raises(Invalid) as wrong:
            desk.do("AskOwner", ownerAnswer="release", motivation="Ja.", **choice)
        assert wrong.value.faults[0].field == "dataset"
    desk.do("AskOwner", ownerAnswer="refuse", motivation="Nee.")
    assert list(desk.todo) == ["Refuse"]


@pytest.fixture
def stranger_dataset() -> Any:
    from tests.integration.release.conftest import person

    from sluis.foundation.service import create_organisation
    from sluis.kernel.actor import SYSTEM

    other = create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")
    return register.create(by=person(other, "data_steward"), organisation_id=other.id, title="Van een ander")


def test_the_form_says_what_is_wrong_and_a_machine_leaves_nothing(people: Any) -> None:
    with pytest.raises(Invalid) as wrong:
        requests.ask(organisation_slug="merwede", topic=" ", question="", email="geen adres")
    assert [fault.field for fault in wrong.value.faults] == ["topic", "question", "email"]
    good = {"organisation_slug": "merwede", "topic": "Data", "question": "Welke?", "email": "a@b.example"}
    assert requests.ask(**good, trap="x").startswith("V-")
    assert not DataRequest.objects.exists()
    for host in range(5):
        requests.ask(**good, ip=f"2001:db8:1:2::{host}")
    with pytest.raises(TooMany):
        requests.ask(**good, ip="2001:db8:1:2::99")
    assert DataRequest.objects.count() == 5


def test_nothing_is_half_there_when_the_process_cannot_start(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise Conflict("process.policy.missing", "weg")

    monkeypatch.setattr(process, "start", broken)
    with pytest.raises(Conflict):
        requests.ask(organisation_slug="merwede", topic="Data", question="Welke?", email="a@b.example")
    assert not DataRequest.objects.exists()


def test_a_mail_that_is_refused_is_tried_again_and_sent_once(
    asked: Asking, mails: list[Any], fixed_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sluis.requests import letters

    send, wrong = letters.send_mail, [True]

    def shaky(**given: Any) -> None:
        if wrong:
            wrong.pop()
            raise Unavailable("mail.refused", "even niet")
        send(**given)

    monkeypatch.setattr(letters, "send_mail", shaky)
    asked()
    assert mails == []
    fixed_clock.advance(timedelta(minutes=30))
    run_until_idle()
    assert len(mails) == 1
    letters.mail(Letter.objects.get().id)
    assert len(mails) == 1


def test_without_a_mail_server_the_request_goes_on(asked: Asking) -> None:
    desk = asked()
    assert list(desk.todo) == ["Triage"]
    assert Letter.objects.get().mailed_at is None
