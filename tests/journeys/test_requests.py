"""Somebody asks for data and reads the answer; a coordinator handles it, only by the inbox."""

import re
from typing import Any

import pytest

from tests.journeys.inbox import open_task
from tests.journeys.site import RUN
from tests.journeys.test_desk import press, sign_in
from tests.waiting import until

pytestmark = pytest.mark.journey
WORDS = {
    "": ("Verstuur verzoek", "In behandeling", "Beantwoord", "Het antwoord"),
    "/en": ("Send request", "Being handled", "Answered", "The answer"),
}


@pytest.mark.parametrize(("language", "width", "script"), [("", 320, True), ("/en", 1280, True), ("", 1280, False)])
def test_from_the_form_to_the_answer(browse: Any, language: str, width: int, script: bool) -> None:
    send, handled, answered, heading = WORDS[language]
    page = browse(f"{language}/verzoeken/nieuw", width=width, script=script)
    page.fill("#id_topic", f"Fietstellingen {RUN}")
    page.fill("#id_question", f"Hoeveel fietsers? {RUN}")
    page.get_by_role("button", name=send).click()
    if script:
        browse.check(page)
    page.fill("#id_email", "fietser@voorbeeld.example")
    page.get_by_role("button", name=send).click()
    number = re.search(r"V-[2-9A-Z]{8}", page.url)
    assert number
    page.get_by_text(handled, exact=True).wait_for()
    if script:
        browse.check(page)

    desk = sign_in(browse, "coordinator", width=width)
    task = _task(browse, desk, number[0], "Verzoek bekijken")
    assert "fietser@voorbeeld.example" in task
    assert RUN not in task
    for field, value in (
        ("clear", "yes"), ("alreadyPublic", "yes"), ("reuse", "yes"), ("requesterPublicBody", "no"),
        ("publicBody", "yes"), ("heldHere", "yes"), ("publicTask", "yes"), ("excludedCategory", "none"),
    ):  # fmt: skip
        desk.check(f"input[name=veld-{field}][value={value}]")
    press(desk, "Taak afronden")
    desk.get_by_text("met https:// of http:// ervoor").first.wait_for()
    desk.fill("input[name=veld-publicAddress]", f"{browse.site.url}/datasets")
    press(desk, "Taak afronden")
    _task(browse, desk, number[0], "Antwoord schrijven")
    desk.fill("textarea[name=veld-publicQuestion]", f"Hoeveel fietsers reden er? {RUN}")
    desk.fill("textarea[name=veld-answer]", f"Gemiddeld 812 per dag. {RUN}")
    press(desk, "Taak afronden")

    def is_answered() -> int:
        page.goto(f"{language}/verzoeken/{number[0]}")
        return int(page.get_by_text(answered, exact=True).count())

    until(is_answered, every=0.5)
    assert page.get_by_role("heading", name=heading).is_visible()
    assert "812 per dag" in page.content()
    assert "fietser@" not in page.content()
    if script:
        assert not page.evaluate("window.attacked")
        browse.check(page)
        page.goto(f"{language}/verzoeken")
        browse.check(page)
    assert "812 per dag" in page.content() or not script


def _task(browse: Any, desk: Any, number: str, title: str) -> str:
    open_task(desk, number, title)
    browse.check_once(desk, f"{title} {desk.viewport_size['width']}")
    return str(desk.content())
