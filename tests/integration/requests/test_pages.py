"""The pages of a data request, as a visitor and a colleague get them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.integration.requests.conftest import ANSWER, ASKED, CLEAR, Desk

from sluis.foundation.service import run_until_idle
from sluis.requests.models import DataRequest, Letter
from sluis.requests.operations import token_of

Asking = Callable[..., Desk]
GIVEN = ASKED | {"organisation": "merwede"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}{% debug %}"


def test_the_form_gives_a_number_and_a_page(people: Any, client: Any) -> None:
    shown = client.get("/verzoeken/nieuw").content.decode()
    assert "de wet vraagt geen reden" in shown
    assert "365 dagen" in shown
    answer = client.post("/verzoeken/nieuw", GIVEN)
    assert answer.status_code == 302
    number = DataRequest.objects.get().number
    page = client.get(answer["Location"]).content.decode()
    assert number in page
    assert "Bedankt" in page
    assert client.get("/verzoeken/V-22222222").status_code == 404


def test_the_form_in_english(people: Any, client: Any) -> None:
    shown = client.get("/en/verzoeken/nieuw").content.decode()
    assert "the law does not ask for a reason" in shown
    assert "365 days" in shown
    client.post("/en/verzoeken/nieuw", GIVEN)
    row = DataRequest.objects.get()
    assert row.language == "en"
    run_until_idle()
    page = client.get(f"/en/verzoeken/{row.number}").content.decode()
    assert "Look at the request" in page


def test_what_is_wrong_stands_at_its_field_and_keeps_the_words(people: Any, client: Any) -> None:
    answer = client.post("/verzoeken/nieuw", GIVEN | {"email": "geen adres", "topic": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_topic"' in page
    assert 'href="#id_email"' in page
    assert "buurtkrant" in page
    assert client.post("/verzoeken/nieuw", GIVEN | {"organisation": "elders"}).status_code == 422
    assert not DataRequest.objects.exists()


def test_a_machine_a_forger_and_a_flood_are_stopped(people: Any, client: Any) -> None:
    assert client.post("/verzoeken/nieuw", GIVEN | {"website": "spam"}).status_code == 302
    assert not DataRequest.objects.exists()
    assert Client(enforce_csrf_checks=True).post("/verzoeken/nieuw", GIVEN).status_code == 403
    for _ in range(5):
        assert client.post("/verzoeken/nieuw", GIVEN).status_code == 302
    flooded = client.post("/verzoeken/nieuw", GIVEN)
    assert flooded.status_code == 429
    assert "buurtkrant" in flooded.content.decode()
    assert DataRequest.objects.count() == 5


def test_hostile_words_are_shown_as_words(asked: Asking, client: Any, signed_in: Any) -> None:
    desk = asked(topic=HOSTILE[:120], question=HOSTILE, purpose=HOSTILE, name=HOSTILE)
    task = desk.todo["Triage"]
    inside = [signed_in.get(path).content.decode() for path in (f"/desk/taken/{task.id}", "/desk/")]
    desk.do("Triage", **CLEAR | {"heldHere": "no"})
    desk.do("FindHolder", holder=HOSTILE, holderNote=HOSTILE)
    desk.do("WriteAnswer", publicQuestion=HOSTILE, answer=HOSTILE)
    outside = [
        client.get(path).content.decode() for path in (f"/verzoeken/{desk.number}", "/verzoeken", "/en/verzoeken")
    ]
    for page in (*inside, *outside):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"(?<=&gt;)\d+", page)
    assert "&lt;script&gt;alert(1)" in outside[0]


def test_the_link_in_the_mail_opens_the_question(asked: Asking, client: Any) -> None:
    desk = asked()
    desk.do("Triage", **CLEAR | {"clear": "no", "question": "Welke weg bedoelt u?"})
    path = f"/verzoeken/{desk.number}/uitleg/{token_of(Letter.objects.get(kind='question'))}"
    shown = client.get(path)
    assert "Welke weg bedoelt u?" in shown.content.decode()
    assert (shown["Referrer-Policy"], shown["Cache-Control"]) == ("same-origin", "private, no-store")
    assert client.get(path[:-1] + "x").status_code == 404
    assert client.post(path, {"text": ""}).status_code == 422
    assert "wachten op de aanvrager" in client.get(f"/verzoeken/{desk.number}").content.decode()
    answer = client.post(path, {"text": "De Dijkweg."})
    assert answer.status_code == 302
    assert "Bedankt voor uw uitleg" in client.get(answer["Location"]).content.decode()
    assert client.get(path).status_code == 410
    assert list(desk.todo) == ["Triage"]


def test_the_task_shows_the_request_beside_its_form(asked: Asking, signed_in: Any, owner_in: Any) -> None:
    desk = asked()
    task = desk.todo["Triage"]
    page = signed_in.get(f"/desk/taken/{task.id}").content.decode()
    for said in (ASKED["question"], ASKED["email"], "21 december 2026", "Er is geen mailserver"):
        assert said in page
    assert "Verzoek bekijken" in signed_in.get("/desk/").content.decode()
    seen = owner_in.get(f"/desk/taken/{task.id}").content.decode()
    assert ASKED["question"] in seen
    assert ASKED["email"] not in seen
    answer = {f"veld-{name}": value for name, value in CLEAR.items()} | {"version": task.version, "expected": ""}
    wrong = signed_in.post(f"/desk/taken/{task.id}", answer | {"veld-clear": "no"})
    assert wrong.status_code == 422
    assert "Schrijf wat u de aanvrager wilt vragen" in wrong.content.decode()
    assert signed_in.post(f"/desk/taken/{task.id}", answer).status_code == 302
    assert list(desk.todo) == ["AskOwner"]


def test_answers_stand_in_a_list(asked: Asking, client: Any) -> None:
    assert "Er is nog geen verzoek beantwoord" in client.get("/verzoeken").content.decode()
    desk = asked()
    desk.do("Triage", **CLEAR | {"reuse": "no"})
    desk.do("Refuse", legalGround="Who artikel 2", motivation="Geen hergebruik.")
    desk.do("WriteAnswer", **ANSWER)
    page = client.get("/verzoeken").content.decode()
    assert ANSWER["publicQuestion"] in page
    assert "Het verzoek is afgewezen" in page
    assert "Request refused" in client.get("/en/verzoeken").content.decode()


@pytest.fixture
def signed_in(merwede: Any) -> Client:
    return _signed_in(merwede, "coordinator")


@pytest.fixture
def owner_in(merwede: Any) -> Client:
    return _signed_in(merwede, "data_owner")


def _signed_in(organisation: Any, role: str) -> Client:
    from sluis.foundation.service import create_person, grant
    from sluis.kernel.actor import SYSTEM

    user = create_person(by=SYSTEM, email=f"{role}@merwede.example", name=role, password="een-lange-zin-om-te-doen")
    grant(by=SYSTEM, user_id=user.id, organisation_id=organisation.id, role=role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
