"""The menu of the desk: one line for whoever may open most, one word on a phone, and all of it without JavaScript."""

from typing import Any

import pytest

from tests.journeys.test_desk import sign_in, sign_in_anew

pytestmark = pytest.mark.journey
LINE = 60  # px: one line of links, with its border
HEIGHT = "document.querySelector('.sluis-nav').offsetHeight"


@pytest.mark.parametrize("width", [1024, 1201])
def test_on_a_tablet_it_is_one_line_too_also_for_a_long_name(browse: Any, width: int) -> None:
    page = sign_in(browse, "eigenaar", width=width)
    for language in ("", "/en"):
        page.goto(f"{language}/desk/dossiers")
        assert page.evaluate(HEIGHT) <= LINE
        if width < 1200:
            page.locator(".sluis-nav__end summary").evaluate("e => e.firstChild.data = 'Annemarie van den Heuvel '")
            assert page.evaluate(HEIGHT) <= LINE
        browse.check(page)


@pytest.mark.parametrize("role", ["steward", "coordinator"])
def test_on_a_wide_screen_it_is_one_line_and_the_rest_unfolds_below(browse: Any, role: str) -> None:
    page = sign_in(browse, role)
    for language, more, own in (("", "Meer", "Uitloggen"), ("/en", "More", "Sign out")):
        page.goto(f"{language}/desk/dossiers")
        assert page.evaluate(HEIGHT) <= LINE
        fold = page.locator(".sluis-nav summary", has_text=more)
        fold.click()
        browse.check(page)
        page.locator(".sluis-nav__end summary").click()
        assert page.get_by_role("button", name=own).is_visible()
        assert page.locator(".sluis-nav details[name][open]").count() == 1, "one unfolds, the other folds"
        page.keyboard.press("Escape")
        assert not page.get_by_role("button", name=own).is_visible()
        fold.click()
        page.locator(".sluis-nav details[open] a").last.click()
        assert page.locator(".sluis-nav summary[aria-current]").inner_text().startswith(more)
        assert page.locator(".sluis-nav a[aria-current=page]").count() == 1


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "zonder"])
def test_on_a_phone_it_stands_under_one_word(browse: Any, script: bool) -> None:
    page = sign_in_anew(browse, "coordinator", width=320, script=script)
    link, word = page.locator(".sluis-nav a", has_text="Bronnen"), page.locator(".sluis-nav summary", has_text="Menu")
    assert not link.is_visible()
    assert script is False or page.evaluate(HEIGHT) <= LINE
    word.click()
    page.locator(".sluis-nav summary", has_text="Meer").click()
    if script:
        browse.check(page)
    assert page.locator(".sluis-nav a", has_text="Achtergrondtaken").is_visible()
    link.click()
    page.wait_for_url("**/desk/bronnen")
    word.click()
    page.locator(".sluis-nav__end summary").click()
    page.get_by_role("button", name="Uitloggen").click()
    page.wait_for_url(lambda url: "/desk" not in url)


def test_that_of_visitors_too(browse: Any) -> None:
    page = browse("/datasets", width=320, script=False)
    data = page.locator(".sluis-nav a[aria-current]")
    assert not data.is_visible()
    page.locator(".sluis-nav summary").click()
    assert data.is_visible()
