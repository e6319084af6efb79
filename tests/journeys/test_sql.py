"""Asking in SQL in a real browser: the answer, a refusal, completion by keyboard, stopping without script, keeping."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.journeys.test_desk import press, sign_in
from tests.waiting import until

pytestmark = pytest.mark.journey
SQL = "SELECT * FROM zwemwaterkwaliteit ORDER BY 1"
SLOW = "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(i), range(1000000) c(i) WHERE a.i + b.i = c.i + 7"


def ask(sql: str, start: str = "", **more: str) -> str:
    return f"{start}/sql?{urlencode({'sql': sql, **more})}"


@pytest.mark.parametrize(("width", "language"), [(320, ""), (320, "/en"), (1280, ""), (1280, "/en")])
def test_an_answer_and_a_refusal_are_accessible_at_every_width(browse: Any, width: int, language: str) -> None:
    page = browse(ask(SQL, language), width=width)
    page.locator("#antwoord").wait_for()
    browse.check(page)
    page.locator("#antwoord thead a").first.click()
    page.locator("th[aria-sort=ascending]").wait_for()
    page.goto(ask("SELECT nope FROM zwemwaterkwaliteit", language))
    page.locator("[data-error-summary]").wait_for()
    assert "nope" in page.locator("[data-error-summary]").inner_text()
    browse.check(page)


def test_names_are_completed_with_the_keyboard(browse: Any) -> None:
    page = browse("/sql")
    page.locator("#sql").press_sequentially("SELECT * FROM zwemw")
    page.locator("#sql-words li").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator("#sql").get_attribute("aria-activedescendant") == "sql-word-0"
    browse.check(page)
    page.keyboard.press("Enter")
    assert page.locator("#sql").input_value() == "SELECT * FROM zwemwaterkwaliteit"
    page.locator("#sql").press_sequentially(" WHERE loc")
    page.locator("#sql-words li", has_text="locatie").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#sql-words").is_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_a_late_answer_takes_no_choice_away_and_opens_nothing_again(browse: Any) -> None:
    page, held = browse("/sql"), list[Any]()
    page.route("**/sql/words?*", lambda route: held.append(route))
    words = page.locator("#sql-words li")

    def type_and_hold(text: str) -> Any:
        with page.expect_request("**/sql/words?*"):
            page.locator("#sql").press_sequentially(text)
        until(lambda: page.evaluate("true") and held)
        return held.pop()

    def answer(route: Any) -> None:
        with page.expect_response("**/sql/words?*") as answered:
            route.continue_()
        answered.value.finished()
        page.evaluate("new Promise(go => setTimeout(go, 100))")  # what the page does with it

    answer(type_and_hold("zw"))
    words.first.wait_for()
    late = type_and_hold("e")
    page.keyboard.press("ArrowDown")
    answer(late)
    assert page.locator("#sql").get_attribute("aria-activedescendant") == "sql-word-0"
    late = type_and_hold("m")
    page.keyboard.press("Escape")
    answer(late)
    assert words.first.is_hidden()
    answer(type_and_hold("w"))
    words.first.wait_for()


def test_a_long_question_moves_and_stops_without_script(browse: Any) -> None:
    page = browse(ask(SLOW), script=False, width=320)
    assert page.locator("progress").count() == 1
    press(page, "Stop deze vraag")
    page.get_by_text("Uw vraag is gestopt.").wait_for()


def test_a_steward_keeps_a_question_and_makes_it_public(browse: Any) -> None:
    page = sign_in(browse, "steward", width=320)
    page.goto(ask("SELECT count(*) AS gemeenten FROM gemeentegrenzen", "/desk"))
    page.locator("#antwoord").wait_for()
    browse.check(page)
    page.get_by_role("link", name="Bewaar deze vraag").click()
    page.fill("#id_title", "Hoeveel gemeenten er zijn")
    browse.check(page)
    press(page, "Bewaar")
    page.get_by_role("heading", level=1, name="Hoeveel gemeenten er zijn").wait_for()
    page.locator("#antwoord").wait_for()
    browse.check(page)
    press(page, "Zet openbaar")
    page.get_by_text("De vraag staat openbaar.").wait_for()
    visitor = browse("/sql/saved")
    browse.check(visitor)
    visitor.get_by_role("link", name="Hoeveel gemeenten er zijn").click()
    visitor.locator("#antwoord").wait_for()
    browse.check(visitor)
