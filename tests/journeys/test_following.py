"""A visitor asks for mail about a dataset and confirms it, on a phone and on a desk, with and without scripts."""

import re
from typing import Any

import pytest

from tests.waiting import until

pytestmark = pytest.mark.journey
WORDS = {
    "": ("Krijg een mail als een belofte vervalt", "Vraag mail aan", "Kijk in uw mailbox", "Bevestig", "Gelukt"),
    "/en": ("Get a mail when a promise is dropped", "Ask for mail", "Look in your mailbox", "Confirm", "Done"),
}


@pytest.mark.parametrize(("language", "width", "script"), [("", 320, True), ("/en", 1280, True), ("", 1280, False)])
def test_from_the_form_to_the_confirmation(browse: Any, language: str, width: int, script: bool) -> None:
    heading, send, look, confirm, done = WORDS[language]
    email = f"bouwer{width}{script}@voorbeeld.example".lower()
    page = browse(f"{language}/datasets/zwemwaterkwaliteit/follow", width=width, script=script)
    page.get_by_role("heading", name=heading).wait_for()
    page.fill("#id_email", "geen adres")
    page.get_by_role("button", name=send).click()
    page.locator(".sluis-field__error").wait_for()
    if script:
        browse.check(page)
    page.fill("#id_email", email)
    page.get_by_role("button", name=send).click()
    page.get_by_role("heading", name=look).wait_for()
    if script:
        browse.check(page)

    text = until(lambda: browse.site.mail.read.get(email))[0].get_content()  # a job sends it
    page.goto(re.search(rf"{browse.site.url}(/\S*follow/\S+)", text)[1])  # type: ignore[index]
    assert email in page.content()
    if script:
        browse.check(page)
    page.get_by_role("button", name=confirm).click()
    page.get_by_role("heading", name=done).wait_for()
    if script:
        browse.check(page)
