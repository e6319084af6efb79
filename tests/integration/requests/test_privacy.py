"""Who asked: never outside, only for who answers, and gone after the term."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.integration.release.conftest import person
from tests.integration.requests.conftest import ANSWER, ASKED, CLEAR, SECRETS, Desk

from sluis.foundation.service import create_organisation
from sluis.kernel.actor import SYSTEM, VISITOR
from sluis.kernel.errors import NotFound
from sluis.process import service as process
from sluis.process.types import TaskFilter
from sluis.requests import service as requests
from sluis.requests.jobs import forget_old
from sluis.requests.models import DataRequest, Letter
from sluis.requests.types import Status

Asking = Callable[..., Desk]
OUTSIDE = ("/verzoeken", "/verzoeken/{number}", "/en/verzoeken/{number}", "/en/verzoeken", "/")


def answered(asked: Asking) -> Desk:
    desk = asked()
    desk.do("Triage", **CLEAR | {"clear": "no", "question": "Welke weg, meneer Kanarie?"})
    _explain(desk)
    desk.do("Triage", **CLEAR | {"alreadyPublic": "yes", "publicAddress": "https://merwede.example/fietsers"})
    desk.do("WriteAnswer", **ANSWER)
    return desk


def _explain(desk: Desk) -> None:
    from sluis.requests.operations import token_of

    letter = Letter.objects.get(request__number=desk.number, kind="question")
    requests.clarify(number=desk.number, token=token_of(letter), text="De Kerkstraat, voor mijn buurtkrant.")


def test_nothing_of_the_person_stands_outside(asked: Asking, client: Any) -> None:
    first, second = asked(), answered(asked)
    for desk in (first, second):
        for path in OUTSIDE:
            page = client.get(path.format(number=desk.number), headers={"accept": "text/html"})
            assert page.status_code == 200
            assert not [word for word in SECRETS if word in page.content.decode()], path
    shown = client.get(f"/verzoeken/{second.number}").content.decode()
    assert ANSWER["answer"] in shown
    assert ASKED["topic"] not in shown


def test_a_request_without_an_answer_is_in_no_list(asked: Asking, client: Any) -> None:
    desk = asked()
    assert requests.answered().total == 0
    assert desk.number not in client.get("/verzoeken").content.decode()
    assert desk.public().question == ""


def test_name_and_address_only_for_who_answers(asked: Asking, people: Any) -> None:
    desk = asked()
    for role, actor in people.items():
        seen = requests.data_request(by=actor, request_id=desk.row.id)
        assert seen.question == ASKED["question"]
        assert (seen.name, seen.email) == ((ASKED["name"], ASKED["email"]) if role == "coordinator" else ("", ""))


def test_strangers_see_nothing(asked: Asking) -> None:
    desk = asked()
    other = create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")
    for actor in (VISITOR, person(other, "coordinator", "data_owner", "administrator")):
        with pytest.raises(NotFound):
            requests.data_request(by=actor, request_id=desk.row.id)
        assert process.tasks(by=actor, filters=TaskFilter(view="team")).rows == ()


def test_who_asked_is_forgotten_after_the_term_and_the_answer_stays(asked: Asking, fixed_clock: Any) -> None:
    running, done = asked(), answered(asked)
    fixed_clock.advance(timedelta(days=365))
    assert forget_old.func() == 0
    fixed_clock.advance(timedelta(days=1))
    assert forget_old.func() == 1
    assert forget_old.func() == 0
    row = done.row
    assert (row.topic, row.question, row.purpose, row.name, row.email) == ("",) * 5
    assert row.forgotten_at
    assert [(letter.text, letter.reply) for letter in Letter.objects.filter(request=row)] == [("", "")] * 3
    assert done.instance.title == done.number
    assert done.public().answer == ANSWER["answer"]
    assert running.row.email == ASKED["email"], "one that still runs is kept"
    seen = requests.data_request(by=done.people["coordinator"], request_id=row.id)
    assert (seen.name, seen.email, seen.topic) == ("", "", "")


def test_the_person_stands_in_no_other_table(asked: Asking, fixed_clock: Any) -> None:
    """After forgetting, a search through every table finds the requester nowhere but in what a colleague wrote."""
    answered(asked)
    fixed_clock.advance(timedelta(days=366))
    forget_old.func()
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text = str(cursor.fetchall())
            found += [(table, word) for word in ("Kerkstraat", "buurtkrant", "piet@") if word in text]
    assert found == []


def test_a_stopped_request_closes_too(asked: Asking, fixed_clock: Any) -> None:
    desk = asked()
    process.cancel(by=desk.people["coordinator"], instance_id=desk.instance.id, reason="Reclame.")
    assert desk.public().status is Status.STOPPED
    fixed_clock.advance(timedelta(days=366))
    assert forget_old.func() == 1


def test_the_database_refuses_half_forgetting(asked: Asking, fixed_clock: Any) -> None:
    desk = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(id=desk.row.id).update(forgotten_at=fixed_clock.now())
