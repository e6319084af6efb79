"""The inbox, the pages of tasks and processes, and what people are told: on the process that comes with Sluis."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.mail_server import Kept, mail_server
from tests.processes import deployed

from sluis.foundation.jobs.recurring import enqueue_due
from sluis.foundation.service import run_until_idle
from sluis.kernel.clock import FixedClock
from sluis.kernel.errors import Conflict, Invalid, NotAllowed
from sluis.process import service as process
from sluis.process.jobs import fire_timers, make_digests
from sluis.process.models import Instance, Notice, Task
from sluis.process.types import InstanceRecord, InstanceState, TaskFilter, TaskRecord

pytestmark = pytest.mark.django_db
DOCUMENT = {"document": "https://example.org/nota.pdf", "documentKind": "advice", "impact": "medium", "changes": ""}
OBJECTS = {"review": "object", "remarks": "Paragraaf 3 klopt niet."}
AGREES = {"review": "agree", "remarks": ""}


@pytest.fixture(autouse=True)
def _shipped(fixed_clock: FixedClock, db: None) -> None:
    deployed()


@pytest.fixture
def team(merwede: Any, person: Any) -> Any:
    return SimpleNamespace(
        ann=person(merwede, "data_steward", email="ann@merwede.example"),
        bob=person(merwede, "data_owner", email="bob@merwede.example"),
        lea=person(merwede, "lawyer", email="lea@merwede.example"),
        cor=person(merwede, "coordinator", email="cor@merwede.example"),
        # Also an owner, but she prepared it: four eyes.
        eve=person(merwede, "data_steward", "data_owner", email="eve@merwede.example"),
    )


@pytest.fixture
def begin(team: Any, merwede: Any) -> Callable[..., InstanceRecord]:
    def make(title: str = "Nota bermbeheer", by: Any = None) -> InstanceRecord:
        return process.start(
            by=(by or team.eve).actor,
            key="document-goedkeuren",
            subject="document-goedkeuren:1",
            organisation_id=merwede.id,
            title=title,
        )

    return make


def task(someone: Any, element: str, view: str = "mine") -> TaskRecord:
    rows = process.tasks(by=someone.actor, filters=TaskFilter(view=view)).rows
    return next(row for row in rows if row.element == element)


def do(someone: Any, element: str, **answers: Any) -> TaskRecord:
    return process.complete(by=someone.actor, task_id=task(someone, element).id, answers=answers)


def wait_for(fixed_clock: FixedClock, length: timedelta) -> None:
    fixed_clock.advance(length)
    fire_timers.func()
    run_until_idle()


def test_a_document_is_approved_after_a_return_a_late_review_and_with_four_eyes(
    team: Any, begin: Any, fixed_clock: FixedClock
) -> None:
    made = begin()
    with pytest.raises(Invalid) as refused:
        do(team.eve, "Prepare", **{**DOCUMENT, "impact": ""})
    assert [fault.field for fault in refused.value.faults] == ["impact"]
    do(team.eve, "Prepare", **DOCUMENT)

    # Two reviewers at the same time; one objects, so it goes back by itself.
    do(team.cor, "ReviewCoordinator", **AGREES)
    do(team.lea, "ReviewLawyer", **OBJECTS)
    do(team.eve, "Prepare", **{**DOCUMENT, "changes": "Paragraaf 3 is herschreven."})

    # Nobody looks for too long: the coordinator is asked to speak to them, and the reviews go on.
    wait_for(fixed_clock, timedelta(days=11))
    do(team.cor, "Escalate", escalationNote="Lea kijkt vandaag.")
    do(team.cor, "ReviewCoordinator", **AGREES)
    do(team.lea, "ReviewLawyer", **AGREES)

    # The owner sends it back with a reason; the new task says why.
    process.return_task(by=team.bob.actor, task_id=task(team.bob, "Approve").id, to="Prepare", reason="Datum mist.")
    again = task(team.eve, "Prepare")
    assert again.return_reason == "Datum mist."
    do(team.eve, "Prepare", **DOCUMENT)
    do(team.cor, "ReviewCoordinator", **AGREES)
    do(team.lea, "ReviewLawyer", **AGREES)

    hers = task(team.eve, "Approve")
    assert "vier ogen" in hers.hindrance
    with pytest.raises(NotAllowed):
        process.complete(by=team.eve.actor, task_id=hers.id, answers={"approved": "yes", "motivation": "Goed."})
    assert [one.name for one in process.candidates(by=team.cor.actor, task_id=hers.id)] == [team.bob.user.name]

    # The approver is late and is reminded, and nobody else.
    wait_for(fixed_clock, timedelta(days=6))
    assert set(Notice.objects.filter(kind="step").values_list("user_id", flat=True)) == {team.bob.user.id}

    do(team.bob, "Approve", approved="yes", motivation="Helder.")
    run_until_idle()
    ended = process.instance(by=team.ann.actor, instance_id=made.id)
    assert (ended.state, ended.outcome) == (InstanceState.ENDED, "approved")
    told = Notice.objects.filter(content__name="Goedkeuring melden").values_list("user_id", flat=True)
    assert set(told) == {one.user.id for one in (team.eve, team.cor, team.lea, team.bob)}
    actions = [line.action for line in process.trail(by=team.ann.actor, instance_id=made.id)]
    assert actions.count("process.task.completed") == 11
    assert "process.task.returned" in actions


def test_what_comes_next_is_told_per_choice(team: Any, begin: Any) -> None:
    begin()
    first = task(team.eve, "Prepare")
    coming = process.ahead(by=team.eve.actor, task_id=first.id)
    assert [one.element for one in coming.always] == ["Reviewers"]
    do(team.eve, "Prepare", **{**DOCUMENT, "impact": "low"})
    review = process.ahead(by=team.cor.actor, task_id=task(team.cor, "ReviewCoordinator").id)
    assert [(one.element, one.kind) for one in review.always] == [("Review", "together")]
    do(team.cor, "ReviewCoordinator", **AGREES)
    coming = process.ahead(by=team.bob.actor, task_id=task(team.bob, "Approve").id)
    assert coming.decided_by == "approved"
    assert {value: [one.element for one in then.always] for value, then in coming.by_choice.items()} == {
        "yes": ["NotifyApproved"],
        "return": ["Prepare"],
        "no": ["NotifyRejected"],
    }


def test_somebody_starts_and_does_a_task_through_the_pages(team: Any) -> None:
    page = team.eve.client.get("/desk/processen/nieuw").content.decode()
    assert "/desk/processen/nieuw/document-goedkeuren" in page
    where = str(team.eve.organisation.id)
    answer = team.eve.client.post("/desk/processen/nieuw/document-goedkeuren", {"title": "", "place": where})
    assert answer.status_code == 422
    answer = team.eve.client.post("/desk/processen/nieuw/document-goedkeuren", {"title": "Nota", "place": where})
    url = answer["Location"]
    assert url.startswith("/desk/taken/")
    form = team.eve.client.get(url).content.decode()
    assert "Stap 1 van" in form
    assert 'aria-current="step"' in form
    assert "Datasteward" in form or "datasteward" in form

    wrong = team.eve.client.post(url, {"version": "1", "veld-document": "M:/nota <1>.docx", "veld-documentKind": "x"})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert 'value="M:/nota &lt;1&gt;.docx"' in text, "what was typed is kept"
    assert "data-error-summary" in text
    for label in ("Wat is het?", "Hoe groot zijn de gevolgen?"):
        assert label in re.sub(r"\s+", " ", text).split("data-error-summary")[1].split("</ul>")[0]
    english = team.eve.client.post("/en" + url, {"version": "1"}).content.decode()
    assert "Where is the document?" in english.split("data-error-summary")[1].split("</ul>")[0]

    good = {"version": "1", **{f"veld-{key}": value for key, value in DOCUMENT.items()}}
    assert team.eve.client.post(url, good).status_code == 302
    stale = team.eve.client.post(url, good)
    assert stale.status_code in (409, 412)
    review = task(team.lea, "ReviewLawyer")
    shown = team.lea.client.get(f"/desk/taken/{review.id}").content.decode()
    assert 'href="https://example.org/nota.pdf"' in shown, "what was filled in before stands beside the form"
    assert "Zodra iedereen klaar is" in shown


def test_take_up_put_back_and_hand_over(team: Any, begin: Any) -> None:
    begin()
    found = task(team.ann, "Prepare")
    url = f"/desk/taken/{found.id}"
    team.ann.client.post(f"{url}/oppakken")
    assert not task(team.eve, "Prepare", "team").may_complete
    page = team.eve.client.get(url).content.decode()
    assert "Een collega heeft deze taak opgepakt." in page
    team.ann.client.post(f"{url}/terugleggen")
    team.ann.client.post(f"{url}/oppakken")
    assert team.ann.client.post(f"{url}/overdragen", {"geef-to": ""}).status_code == 422
    team.ann.client.post(f"{url}/overdragen", {"geef-to": str(team.eve.user.id)})
    assert task(team.eve, "Prepare").claimed_by == team.eve.actor.key
    assert team.lea.client.post(f"{url}/overdragen", {"geef-to": str(team.ann.user.id)}).status_code in (403, 422)


def test_many_tasks_go_to_one_colleague_and_what_cannot_is_told(team: Any, begin: Any) -> None:
    for number in range(3):
        begin(f"Nota {number}")
    do(team.eve, "Prepare", **DOCUMENT)
    rows = process.tasks(by=team.cor.actor, filters=TaskFilter(view="team")).rows
    chosen = {"taak": [str(row.id) for row in rows], "aan": str(team.ann.user.id), "lijst": "toon=team"}
    answer = team.cor.client.post("/desk/taken/overdragen", chosen, follow=True)
    text = answer.content.decode()
    assert "2 taken zijn overgedragen." in text
    assert "2 taken gingen niet mee:" in text
    assert process.tasks(by=team.ann.actor).total == 2


def test_tabs_filters_and_pages_stand_in_the_address(team: Any, begin: Any, fixed_clock: FixedClock) -> None:
    for number in range(30):
        begin(f"Nota {number}")
    fixed_clock.advance(timedelta(days=6))
    first = team.ann.client.get("/desk/").content.decode()
    assert first.count('class="nl-heading nl-heading--level-3"') == 25
    assert "?page=2" in first
    assert team.ann.client.get("/desk/?page=2").content.decode().count("nl-heading--level-3") == 5
    assert "Nota 7" in team.ann.client.get("/desk/?toon=laat&q=nota+7").content.decode()
    assert "Geen taak past" in team.ann.client.get("/desk/?proces=bestaat-niet").content.decode()
    assert "Geen taak past" in team.ann.client.get("/desk/?rol=lawyer").content.decode()
    assert team.lea.client.get("/desk/").content.decode().count("nl-heading--level-3") == 0
    assert team.lea.client.get("/desk/?toon=team").content.decode().count("nl-heading--level-3") == 25


def test_the_inbox_asks_the_same_number_of_questions_however_long_it_is(team: Any, begin: Any) -> None:
    begin()
    team.ann.client.get("/desk/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        team.ann.client.get("/desk/")
    for number in range(24):
        begin(f"Nota {number}")
    with CaptureQueriesContext(connection) as many:
        team.ann.client.get("/desk/")
    assert len(many) == len(few)


def test_a_process_that_hangs_says_where_and_is_tried_again(team: Any, begin: Any, monkeypatch: Any) -> None:
    made = begin()
    Instance.objects.filter(id=made.id).update(
        state=InstanceState.STUCK,
        failure={"code": "x", "kind": "unavailable", "message": "De dienst antwoordt niet.", "element": "Prepare"},
    )
    url = f"/desk/processen/{made.id}"
    seen = team.ann.client.get(url).content.decode()
    assert "Document klaarzetten" in seen
    assert "De dienst antwoordt niet." in seen
    assert "Probeer opnieuw" not in seen
    assert "Probeer opnieuw" in team.cor.client.get(url).content.decode()
    assert str(made.id) in team.cor.client.get("/desk/processen?toon=vast").content.decode()
    team.cor.client.post(f"{url}/opnieuw")
    assert process.instance(by=team.cor.actor, instance_id=made.id).state is InstanceState.RUNNING

    assert team.cor.client.post(f"{url}/stoppen", {"reason": " "}).status_code == 422
    assert team.ann.client.post(f"{url}/stoppen", {"reason": "Dubbel."}).status_code == 403
    team.cor.client.post(f"{url}/stoppen", {"reason": "Dubbel."})
    stopped = team.ann.client.get(url).content.decode()
    assert "Gestopt" in stopped
    assert "Dubbel." in stopped
    with pytest.raises(Conflict):
        process.retry(by=team.cor.actor, instance_id=made.id)


def test_a_digest_comes_once_a_day_and_not_with_the_same_news(team: Any, begin: Any, fixed_clock: FixedClock) -> None:
    begin()
    assert make_digests.func() == 0, "due in five days: no news yet"
    fixed_clock.advance(timedelta(days=4))
    assert make_digests.func() == 2, "both stewards"
    assert make_digests.func() == 0
    fixed_clock.advance(timedelta(hours=23))
    assert make_digests.func() == 0, "the next day with the same news"
    fixed_clock.advance(timedelta(days=1))
    assert make_digests.func() == 2, "now it is late"
    page = team.ann.client.get("/desk/berichten").content.decode()
    assert "1 taak is te laat" in page
    assert "geen mailserver" in page
    assert "2 nieuwe berichten" in team.ann.client.get("/desk/").content.decode()
    team.ann.client.post("/desk/berichten/gelezen")
    assert process.unread(by=team.ann.actor) == 0


def test_the_digests_are_made_in_the_morning_only_when_something_is_due(
    team: Any, begin: Any, fixed_clock: FixedClock
) -> None:
    begin()
    fixed_clock.advance(timedelta(days=4, hours=-4))  # 06:00 in the Netherlands
    enqueue_due()
    run_until_idle()
    assert not Notice.objects.exists()
    fixed_clock.advance(timedelta(hours=2))
    enqueue_due()
    run_until_idle()
    assert Notice.objects.count() == 2


@pytest.fixture
def mail(settings: Any) -> Iterator[Kept]:
    with mail_server(settings) as kept:
        yield kept


def test_reminders_are_mailed_in_the_language_of_the_reader_unless_they_want_none(
    team: Any, begin: Any, fixed_clock: FixedClock, mail: Kept, merwede: Any, person: Any
) -> None:
    nan = person(merwede, "data_steward", email="nan@merwede.example")
    begin("Nota bermbeheer")
    team.ann.client.post("/desk/berichten/keuze", {"by_mail": "on", "language": "en"})
    nan.client.post("/desk/berichten/keuze", {"language": "nl"})
    fixed_clock.advance(timedelta(days=4))
    make_digests.func()
    run_until_idle()
    got = {one.rcpt_tos[0]: one.content.decode() for one in mail.mails}
    assert set(got) == {"ann@merwede.example", "eve@merwede.example"}
    assert "This is waiting for you" in got["ann@merwede.example"]
    assert "/en/desk/taken/" in got["ann@merwede.example"]
    assert "Dit wacht op u" in got["eve@merwede.example"]
    assert "Nota bermbeheer" in got["eve@merwede.example"]
    run_until_idle()
    assert len(mail.mails) == 2
    assert Notice.objects.exclude(mailed_at=None).count() == 2


def test_a_mail_server_that_says_no_is_asked_again_and_no_address_is_logged(
    team: Any, begin: Any, fixed_clock: FixedClock, mail: Kept, caplog: Any
) -> None:
    begin()
    mail.refuse = True
    fixed_clock.advance(timedelta(days=4))
    make_digests.func()
    run_until_idle()
    assert not mail.mails
    assert "merwede.example" not in caplog.text
    mail.refuse = False
    fixed_clock.advance(timedelta(hours=1))
    run_until_idle()
    assert len(mail.mails) == 2
    assert Task.objects.count() == 1
