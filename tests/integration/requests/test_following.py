"""Following an open dataset by mail, through a real mail server: ask, confirm, be told once, stop."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.integration.release import test_contracts as contracts
from tests.integration.release.conftest import manager, merwede, owner, palen, publish, steward  # noqa: F401 - fixtures
from tests.mail_server import Kept, mail_server

from sluis.foundation import audit
from sluis.foundation.jobs.recurring import known
from sluis.foundation.models import Job, OutboxEvent
from sluis.foundation.service import run_until_idle
from sluis.lake import service as lake
from sluis.release import service as release
from sluis.requests import telling
from sluis.requests.models import Follower, Tiding

pytestmark = pytest.mark.django_db
PIET, ANN = "piet@goudvink.example", "ann@merel.example"
ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture
def mail(settings: Any) -> Iterator[Kept]:
    with mail_server(settings) as kept:
        yield kept


@pytest.fixture
def laadpalen(palen, steward, owner, manager) -> Any:  # noqa: F811
    """Open, with agreements in force."""
    contracts.in_force(steward, manager, palen.id)
    publish(steward, owner, palen)
    return palen


@pytest.fixture
def in_force(steward, manager, laadpalen, fixed_clock) -> Callable[..., Any]:  # noqa: F811
    """Put a version of the contract in force, a day later."""

    def put(version: str, most: int) -> Any:
        fixed_clock.advance(timedelta(days=1))
        return contracts.in_force(steward, manager, laadpalen.id, version=version, most=most)

    return put


@pytest.fixture
def following(laadpalen, mail, client) -> Callable[..., None]:
    """Somebody follows, through the pages; the first mail is forgotten."""

    def follow(email: str, start: str = "") -> None:
        ask(client, laadpalen.slug, email, start)
        assert client.post(link_in(mail.read[email][-1])).status_code == 302
        mail.mails.clear()

    return follow


def ask(client: Any, slug: str, email: str, start: str = "", **more: str) -> Any:
    return client.post(f"{start}/datasets/{slug}/follow", {"email": email} | more)


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://testserver(/\S*follow/\S+)", message.get_content())
    assert found
    return found[1]


def test_only_a_confirmed_address_is_kept(laadpalen, mail, client):
    shown = client.get(f"/datasets/{laadpalen.slug}/follow").content.decode()
    assert "U krijgt eerst een mail om te bevestigen." in shown
    answer = ask(client, laadpalen.slug, " Piet@Goudvink.example ")
    told = client.get(answer["Location"]).content.decode()
    assert "Kijk in uw mailbox" in told
    message = mail.read[PIET][0]
    assert message["Subject"] == "Bevestig uw e-mailadres: Laadpalen in Merwede"
    path = link_in(message)
    page = client.get(path)
    assert PIET in page.content.decode()
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("same-origin", "private, no-store")
    assert not Follower.objects.exists(), "what opens the link does not confirm it"
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert _tables_with("goudvink") == [], "nothing is kept of an address that nobody confirmed"
    assert "Gelukt" in client.post(path, follow=True).content.decode()
    row = Follower.objects.get()
    assert (row.email, row.dataset_slug, row.language) == (PIET, laadpalen.slug, "nl")
    assert _tables_with("goudvink") == ["requests_follower"]

    again = ask(client, laadpalen.slug, PIET)
    assert again["Location"] == answer["Location"], "who follows already gets the same answer"
    assert client.get(again["Location"]).content.decode() == told
    assert len(mail.read[PIET]) == 2
    client.post(link_in(mail.read[PIET][1]))
    assert Follower.objects.get() == row


def test_a_wrong_link_and_one_that_is_too_old(laadpalen, owner, mail, client, fixed_clock):  # noqa: F811
    ask(client, laadpalen.slug, PIET)
    path = link_in(mail.read[PIET][0])
    start, _, token = path.rpartition("/")
    payload, _, signature = token.partition(".")
    wrong = (token[:-1], f"{payload[:-2]}.{signature}", f"x{token}", payload, "a.b", "é")
    for one in wrong:
        assert client.get(f"{start}/{one}").status_code == 404, one
        assert client.post(f"{start}/{one}").status_code == 404, one
    fixed_clock.advance(timedelta(hours=48))
    assert client.get(path).status_code == 200
    fixed_clock.advance(timedelta(seconds=1))
    for late in (client.get(path), client.post(path)):
        assert late.status_code == 410
        assert "hij gold 48 uur" in late.content.decode()
    ask(client, laadpalen.slug, PIET)
    fresh = link_in(mail.read[PIET][1])
    release.withdraw(by=owner, dataset_id=laadpalen.id, reason="Een fout.")
    assert client.post(fresh).status_code == 410
    assert not Follower.objects.exists()


def test_a_dropped_promise_is_told_once_in_the_chosen_language(following, in_force, laadpalen, mail, fixed_clock):
    following(PIET)
    following(ANN, "/en")
    in_force("1.1.0", 50)
    assert mail.mails == [], "a promise more breaks nothing"
    in_force("2.0.0", 70)
    dutch, english = mail.read[PIET][0], mail.read[ANN][0]
    assert dutch["Subject"] == "Laadpalen in Merwede: een belofte vervalt"
    body = dutch.get_content()
    assert "Over de data: Laadpalen in Merwede" in body
    assert "Sinds 25 november 2026 gelden andere afspraken over deze data: versie 2.0.0." in body
    assert "Dit vervalt:\n- vermogen: De waarde is hoogstens 50." in body
    assert f"http://testserver/datasets/{laadpalen.slug}#contract" in body
    assert english["Subject"] == "Laadpalen in Merwede: a promise is dropped"
    assert "- vermogen: The value is at most 50." in english.get_content()
    assert f"http://testserver/en/datasets/{laadpalen.slug}#contract" in english.get_content()

    OutboxEvent.objects.filter(type="contract.changed").update(sent_at=None)
    later(fixed_clock, timedelta(hours=1))
    assert len(mail.mails) == 2, "an event that comes twice tells nothing twice"
    in_force("3.0.0", 80)
    assert len(mail.mails) == 4


def test_who_follows_later_is_not_told(following, in_force, laadpalen, mail, fixed_clock):
    made = in_force("2.0.0", 70)
    fixed_clock.advance(timedelta(seconds=1))
    following(PIET)
    facts = {"dataset_id": laadpalen.id, "contract_id": made.id, "status": "in_force", "change": "breaking"}
    assert telling.tell_contract(**facts) == 0
    run_until_idle()
    assert mail.mails == []


def test_what_stayed_inside_is_not_told(steward, owner, manager, palen, mail, fixed_clock):  # noqa: F811
    contracts.in_force(steward, manager, palen.id)
    made = contracts.in_force(steward, manager, palen.id, version="2.0.0", most=70)
    facts = {"dataset_id": palen.id, "contract_id": made.id, "status": "in_force", "change": "breaking"}
    assert telling.tell_contract(**facts) == 0
    publish(steward, owner, palen)
    Follower.objects.create(dataset_slug=palen.slug, email=PIET, language="nl", confirmed_at=made.in_force_at)
    assert telling.tell_contract(**facts) == 0, "outside it is the first version"


def test_it_does_not_matter_whether_the_projection_is_first(following, laadpalen, steward, manager, fixed_clock):  # noqa: F811
    following(PIET)
    fixed_clock.advance(timedelta(days=1))
    saved = lake.save_contract(by=steward, dataset_id=laadpalen.id, text=contracts.text("2.0.0", most=70))
    lake.put_in_force(by=manager, contract_id=saved.id, sha256=saved.sha256)  # nobody handled the event yet
    facts = {"dataset_id": laadpalen.id, "contract_id": saved.id, "status": "in_force", "change": "breaking"}
    assert telling.tell_contract(**facts) == 1
    assert telling.tell_contract(**facts) == 0


def test_the_end_of_the_agreements_is_told(following, laadpalen, steward, manager, mail, fixed_clock):  # noqa: F811
    following(PIET)
    held = lake.contract_in_force(by=steward, dataset_id=laadpalen.id)
    fixed_clock.advance(timedelta(days=1))
    lake.retire_contract(by=manager, contract_id=held.id)
    run_until_idle()
    assert mail.read[PIET][0]["Subject"] == "Laadpalen in Merwede: de afspraken zijn beëindigd"


def test_who_stops_is_forgotten_with_one_click(following, in_force, mail, client):
    following(PIET)
    following(ANN, "/en")
    in_force("2.0.0", 70)
    raw = next(one.content for one in mail.mails if one.rcpt_tos == [PIET])
    message = mail.read[PIET][0]
    path = re.search(r"Stop op deze pagina: http://testserver(/follow/stop/\S+)", message.get_content())[1]
    assert f"List-Unsubscribe: <http://testserver{path}>".encode() in raw, "whole, on one line, in plain signs"
    assert f"List-Unsubscribe-Post: {ONE_CLICK}".encode() in raw
    page = client.get(path).content.decode()
    assert "Laadpalen in Merwede" in page
    assert PIET not in page
    assert Follower.objects.count() == 2, "what opens the link stops nothing"

    program = Client(enforce_csrf_checks=True)  # a mail program: no cookie, no token
    for _ in range(2):
        answer = program.post(path, ONE_CLICK, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200, "no redirect (RFC 8058)"
        assert "Wij hebben uw adres gewist" in answer.content.decode()
    assert "U krijgt geen mail meer" in client.get(path).content.decode()
    assert list(Follower.objects.values_list("email", flat=True)) == [ANN]
    assert _tables_with("goudvink") == []
    assert client.get(path[:-1]).status_code == 404
    assert program.post(path[:-1] + "!").status_code == 404
    mail.mails.clear()
    in_force("3.0.0", 80)
    assert list(mail.read) == [ANN]
    english = re.search(r"http://testserver(/en/follow/stop/\S+)", mail.read[ANN][0].get_content())[1]
    assert "You get no more mail" in program.post(english).content.decode()
    assert not Follower.objects.exists()


def test_an_address_that_is_refused_holds_up_nobody(following, in_force, mail, fixed_clock, caplog):
    following(PIET)
    following(ANN)
    mail.unknown = {PIET}
    in_force("2.0.0", 70)
    assert list(mail.read) == [ANN]
    assert "550" in caplog.text
    assert "goudvink" not in caplog.text
    later(fixed_clock, timedelta(minutes=4))
    tries = Tiding.objects.get(follower__email=PIET)
    assert tries.tries == 1, "it waits"
    for wait in telling.WAITS:
        later(fixed_clock, wait + timedelta(minutes=5))
    tries.refresh_from_db()
    assert (tries.tries, tries.next_at) == (7, None), "and is given up in the end"
    mail.unknown = set()
    later(fixed_clock, timedelta(days=9))
    assert list(mail.read) == [ANN]
    in_force("3.0.0", 80)
    assert len(mail.read[PIET]) == 1, "the next one is tried again"
    assert not Job.objects.filter(state=Job.State.FAILED).exists()


def test_a_mail_server_that_is_away_for_days_delays_and_loses_nothing(following, in_force, mail, settings, fixed_clock):
    following(PIET)
    there = settings.MAILERS
    settings.MAILERS = {"default": there["default"] | {"OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1}}}
    in_force("2.0.0", 70)
    for _ in range(10):
        later(fixed_clock, timedelta(hours=12))
    assert mail.mails == []
    settings.MAILERS = there
    later(fixed_clock, timedelta(minutes=5))
    assert len(mail.read[PIET]) == 1
    later(fixed_clock, timedelta(days=1))
    assert len(mail.mails) == 1


def test_the_same_mail_has_the_same_number_at_each_try(following, in_force, mail, fixed_clock):
    following(PIET)
    in_force("2.0.0", 70)
    Tiding.objects.update(next_at=fixed_clock.now())  # as after a crash between sending and writing that down
    later(fixed_clock, timedelta(minutes=5))
    first, second = mail.read[PIET]
    assert first["Message-ID"] == second["Message-ID"]


def test_a_refused_address_goes_with_its_dataset_too(following, laadpalen, owner, mail, fixed_clock):  # noqa: F811
    following(PIET)
    mail.unknown = {PIET}
    release.withdraw(by=owner, dataset_id=laadpalen.id, reason="Een fout.")
    run_until_idle()
    for wait in telling.WAITS[:-1]:
        later(fixed_clock, wait)
    assert Follower.objects.count() == 1
    Tiding.objects.update(tries=7)  # as after a crash in the last try
    later(fixed_clock, telling.WAITS[-1])
    assert not Follower.objects.exists()


def test_a_dataset_that_goes_takes_the_addresses_along(following, in_force, laadpalen, owner, mail, client):  # noqa: F811
    following(PIET)
    following(ANN, "/en")
    release.withdraw(by=owner, dataset_id=laadpalen.id, reason="Een fout.")
    run_until_idle()
    assert mail.read[PIET][0]["Subject"] == "Laadpalen in Merwede: niet meer open"
    assert "Wij wissen uw e-mailadres" in mail.read[PIET][0].get_content()
    assert "We erase your address" in mail.read[ANN][0].get_content().replace("e-mail ", "")
    assert not Follower.objects.exists()
    assert not Tiding.objects.exists()
    OutboxEvent.objects.filter(type="release.withdrawn").update(sent_at=None)
    run_until_idle()
    assert len(mail.mails) == 2
    assert client.get(f"/datasets/{laadpalen.slug}/follow").status_code == 410


def test_open_again_before_the_last_mail_left(following, laadpalen, steward, owner, mail, fixed_clock):  # noqa: F811
    following(PIET)
    mail.refuse = True
    release.withdraw(by=owner, dataset_id=laadpalen.id, reason="Een fout.")
    run_until_idle()
    assert Tiding.objects.count() == 1
    publish(steward, owner, laadpalen)
    mail.refuse = False
    later(fixed_clock, telling.WAITS[0])
    assert mail.mails == [], "it is open"
    assert Follower.objects.get().email == PIET
    release.withdraw(by=owner, dataset_id=laadpalen.id, reason="Nog een fout.")
    run_until_idle()
    assert mail.read[PIET][0]["Subject"] == "Laadpalen in Merwede: niet meer open"
    assert not Follower.objects.exists()


def test_withdrawn_while_somebody_confirms(laadpalen, owner, mail, client, monkeypatch):  # noqa: F811
    ask(client, laadpalen.slug, PIET)
    mine, waiting = audit.locked_head, [release.withdraw]

    def after_another(*args: Any, **more: Any) -> Any:
        if waiting:
            waiting.pop()(by=owner, dataset_id=laadpalen.id, reason="Een fout.")
        return mine(*args, **more)

    monkeypatch.setattr(audit, "locked_head", after_another)
    assert client.post(link_in(mail.read[PIET][0])).status_code == 410
    assert not Follower.objects.exists(), "nobody would erase it"


def test_one_mailbox_written_in_other_ways_is_one(laadpalen, mail, client):
    boxes = ["piet@bücher.example", "piet@xn--bcher-kva.example", "piet@ｂücher.example", "piet@bücher.ｅxample"]
    assert [ask(client, laadpalen.slug, box).status_code for box in [*boxes, boxes[1]]] == [302] * 5
    assert ask(client, laadpalen.slug, "piet@bücher.exampｌe").status_code == 429
    assert len(mail.mails) == 5
    for wrong in ('"piet"@goudvink.example', '"p\\iet"@goudvink.example', "ſam@goudvink.example"):
        assert ask(client, laadpalen.slug, wrong).status_code == 422, wrong
    assert len(mail.mails) == 5


def test_nobody_is_flooded(laadpalen, mail, client, fixed_clock):
    boxes = [PIET, "PIET@goudvink.example", "piet+1@goudvink.example", "piet+2@goudvink.example", PIET]
    assert [ask(client, laadpalen.slug, box).status_code for box in boxes] == [302] * 5
    refused = ask(Client(REMOTE_ADDR="192.0.2.9"), laadpalen.slug, "piet+3@goudvink.example")
    assert refused.status_code == 429
    assert "Wij stuurden vandaag al een paar mails naar dit adres." in refused.content.decode()
    assert len(mail.mails) == 5
    assert [ask(client, laadpalen.slug, f"p{n}@goudvink.example").status_code for n in range(6)] == [302] * 5 + [429]
    fixed_clock.advance(timedelta(days=1))
    assert ask(client, laadpalen.slug, PIET).status_code == 302


def test_a_machine_a_forger_and_what_is_no_address(laadpalen, mail, client):
    for wrong in ("geen adres", "", "a@b", "a@b.example\nBcc: c@d.example", f"{'a' * 250}@b.example"):
        answer = ask(client, laadpalen.slug, wrong)
        assert answer.status_code == 422, wrong
        assert 'href="#id_email"' in answer.content.decode()
    assert ask(client, laadpalen.slug, PIET, website="spam").status_code == 302
    assert ask(Client(enforce_csrf_checks=True), laadpalen.slug, PIET).status_code == 403
    assert ask(client, "nergens", PIET).status_code == 404
    assert mail.mails == []


def test_a_mail_server_that_says_no_is_told_at_once(laadpalen, mail, client):
    mail.refuse = True
    answer = ask(client, laadpalen.slug, PIET)
    assert answer.status_code == 503
    assert "De mailserver nam een bericht niet aan (451)." in answer.content.decode()


def test_without_a_mail_server_there_is_only_the_feed(laadpalen, mail, client, settings, owner):  # noqa: F811
    page, api = f"/datasets/{laadpalen.slug}", f"/api/v1/datasets/{laadpalen.slug}/contract"
    feed, form = f"http://testserver{page}/changes.atom", f"http://testserver{page}/follow"
    assert f'href="{page}/follow"' in client.get(page).content.decode()
    assert {feed, form} <= set(client.get(api).json()["links"].values())
    ask(client, laadpalen.slug, PIET)
    client.post(link_in(mail.read[PIET][0]))

    settings.SLUIS = replace(settings.SLUIS, mail_host="")
    assert f"{page}/follow" not in client.get(page).content.decode()
    links = client.get(api).json()["links"]
    assert (links["feed"], "mail" in links) == (feed, False)
    shown = client.get(f"{page}/follow").content.decode()
    assert "Deze site verstuurt geen mail" in shown
    assert 'name="email"' not in shown
    assert f"{page}/changes.atom" in shown
    assert "This site sends no mail" in client.get(f"/en{page}/follow").content.decode()
    assert ask(client, laadpalen.slug, PIET).status_code == 409
    release.withdraw(by=owner, dataset_id=laadpalen.id, reason="Een fout.")
    run_until_idle()
    assert not Follower.objects.exists(), "an address without a use is not kept"


def later(fixed_clock: Any, length: timedelta) -> None:
    """Time goes by, and the work that comes back is done."""
    fixed_clock.advance(length)
    work = known()["sluis.requests.jobs.mail_tidings"]
    if work.when and work.when():
        work.task.enqueue()
    run_until_idle()


def _tables_with(word: str) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if word in str(cursor.fetchall()):
                found.append(table)
    return found
