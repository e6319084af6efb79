"""What axe does not see (WCAG 2.2): forced colours, the order of the stops, and the focus on each; `spacing` too.

Faults of these kinds stood in pages where axe found nothing, so each look is made in the browser itself.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.journeys.test_desk import places, sign_in
from tests.journeys.test_portal_pages import OPEN, PAGES

pytestmark = pytest.mark.journey
# Every stop for the Tab key in the order of the page; a group of radio buttons is one stop.
STOPS = """() => { window.stops = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.checkVisibility() && !e.disabled); return window.stops.length; }"""
HERE = """() => {
    const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
    const over = document.elementFromPoint(
        Math.min(r.left + r.width / 2, innerWidth - 1), r.top + Math.min(r.height / 2, 12));
    return { at: window.stops.indexOf(e), ring: s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth),
        seen: !over || e.contains(over) || over.contains(e) || e.labels?.[0]?.contains(over) || r.height === 0
            || r.bottom > 0 && r.top < innerHeight && !over.closest('.sluis-savebar'),
        html: e.outerHTML.slice(0, 120) }; }"""
ABOVE_MAIN = """() => { const main = document.getElementById('main');
    return window.stops.filter(e => main.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING).length; }"""
MOST = 60
# How something looks, to compare with how its neighbour looks.
LOOK = """e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.fontWeight, s.outline,
    s.textDecorationLine, s.borderBlockEnd, s.borderBlockStart, s.borderInlineStart].join(' '); }"""


def here_after_scrolling(page: Any) -> dict[str, Any]:
    """A browser scrolls what gets the focus into sight some frames later; it has half a minute."""
    for _ in range(300):
        here = page.evaluate(HERE)
        if here["seen"]:
            break
        page.wait_for_timeout(100)
    return here


def walk_with_tab(page: Any, *, from_main: bool = False) -> list[str]:
    """What goes wrong on the way down: order, ring, or something in front of it. `from_main`: by the first link past
    what stands above every page."""
    stops, passed = min(page.evaluate(STOPS), MOST), 0
    if from_main:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        passed = page.evaluate(ABOVE_MAIN)
    wrong, last = [], passed - 1
    for _ in range(stops - passed):
        page.keyboard.press("Tab")
        here = here_after_scrolling(page)
        if here["at"] == last:  # a date is several stops, each with a mark of the browser's own
            continue
        if here["at"] < last:
            wrong.append(f"order {last} -> {here['at']}: {here['html']}")
        if here["ring"] < 2:
            wrong.append(f"ring {here['ring']}: {here['html']}")
        if not here["seen"]:
            wrong.append(f"behind something: {here['html']}")
        last = here["at"]
    return wrong


def wrong_on_the_way(page: Any, paths: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        page.goto(path)
        found[path] = walk_with_tab(page, from_main=bool(found))
    return {path: wrong for path, wrong in found.items() if wrong}


WALKED = ("home", "all data", "dataset", "table", "feedback", "request form", "decision", "developers", "not open")


@pytest.mark.parametrize(("width", "theme"), [(1280, "merwede"), (320, "duin")])
def test_tab_goes_down_the_page_and_is_always_seen(browse, width, theme):
    assert wrong_on_the_way(browse("/", width=width, theme=theme), [PAGES[name] for name in WALKED]) == {}


@pytest.mark.parametrize(("width", "theme"), [(1280, "duin"), (320, "merwede")])
def test_tab_goes_down_the_desk_and_is_always_seen(browse, width, theme):
    page = sign_in(browse, "steward", width=width, theme=theme)
    assert wrong_on_the_way(page, places(page, "")) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestForcedColours:
    """Windows high contrast: backgrounds and shadows go, so state must not stand in those alone."""

    def open(self, browse: Any, path: str, scheme: str) -> Any:
        return browse(path, forced_colors="active", color_scheme=scheme)

    def test_the_current_page_and_tab_differ_from_the_others(self, browse, scheme):
        page = self.open(browse, f"{OPEN}/table", scheme)
        for place in (".sluis-nav__link", ".sluis-tabs a"):
            links = page.locator(place)
            current = [link for link in links.all() if link.get_attribute("aria-current")]
            others = [link for link in links.all() if not link.get_attribute("aria-current")]
            assert len(current) == 1, place
            assert current[0].evaluate(LOOK) not in {link.evaluate(LOOK) for link in others}, place

    def test_a_ticked_box_differs_from_an_empty_one(self, browse, scheme):
        page = self.open(browse, f"{OPEN}/table", scheme)
        boxes = page.locator(".sluis-filters input[type=checkbox]")
        boxes.first.check()
        boxes.first.evaluate("e => e.blur()")
        assert boxes.first.evaluate("e => getComputedStyle(e).appearance") == "auto"
        assert boxes.first.screenshot() != boxes.nth(1).screenshot()

    def test_a_fault_is_told_in_words_and_with_a_border(self, browse, scheme):
        page = self.open(browse, f"{OPEN}/feedback", scheme)
        page.locator("main form button[type=submit]").click()
        assert page.locator(".sluis-field__error").first.inner_text().startswith("Fout:")
        styles = """e => { const s = getComputedStyle(e);
            return [s.borderInlineStartStyle, parseFloat(s.borderInlineStartWidth)]; }"""
        style, size = page.locator(".sluis-field--invalid").first.evaluate(styles)
        assert style != "none"
        assert size >= 2

    def test_buttons_and_the_focus_keep_an_edge(self, browse, scheme):
        page = self.open(browse, "/datasets", scheme)
        button = page.locator("main button.nl-button").first
        assert button.evaluate("e => parseFloat(getComputedStyle(e).borderBlockStartWidth)") >= 1
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    def test_the_current_step_of_a_dossier_differs(self, browse, scheme):
        page = sign_in(browse, "steward", forced_colors="active", color_scheme=scheme)
        page.goto("/desk/dossiers")
        rows = page.locator("main a[href*='/desk/dossiers/']").evaluate_all("all => all.map(e => e.pathname)")
        current = page.locator(".sluis-bpmn--current > .sluis-bpmn__shape").first
        for path in rows:
            page.goto(path)
            if current.count():
                break
        page.locator("summary", has_text="stappen in een lijst").click()
        assert page.locator("ol.sluis-steps [aria-current=step]").first.is_visible()
        others = page.locator(".sluis-bpmn__node:not(.sluis-bpmn--current) > .sluis-bpmn__shape")
        drawn = set(others.evaluate_all("all => all.map(e => getComputedStyle(e).stroke)"))
        assert all(stroke.startswith("rgb") for stroke in drawn)
        assert current.evaluate("e => getComputedStyle(e).stroke") not in drawn

    def test_the_text_of_a_chart_is_read(self, browse, scheme):
        page = sign_in(browse, "steward", forced_colors="active", color_scheme=scheme)
        dataset = next(path for path in places(page, "") if path.endswith("/beschrijving"))
        page.goto(dataset.replace("/beschrijving", "/kwaliteit"))
        drawn = page.locator(".sluis-chart text").first.evaluate("e => getComputedStyle(e).fill")
        assert drawn == page.evaluate("getComputedStyle(document.body).color")


def test_a_dossier_on_paper_has_nothing_folded_and_nothing_to_press(browse):
    page = sign_in(browse, "steward")
    page.goto(next(path for path in places(page, "") if "/dossiers/" in path))
    folded = page.locator("main details:not([open]) > :not(summary)").first
    button = page.locator("main .nl-button").first
    assert (folded.is_visible(), button.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (folded.is_visible(), button.is_visible()) == (True, False)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_list_to_choose_from_has_its_arrow(browse):
    page = sign_in(browse, "steward")
    page.goto("/desk/datasets")
    shown = page.locator("select").evaluate_all("all => all.map(e => getComputedStyle(e).backgroundImage)")
    assert shown
    assert all(image.startswith("url(") for image in shown)


def test_long_lists_are_searched_and_the_rest_of_the_description_is_folded(browse):
    page = sign_in(browse, "steward")
    page.goto(next(path for path in places(page, "") if path.endswith("/beschrijving")))
    assert page.locator("#metadata details.sluis-group[open]").count() == 0
    page.locator("#gaps a[href$='#id_limits'], .sluis-parts a[href='#part-content']").first.click()
    assert page.locator("#part-content[open]").count() == 1
    page.locator("#id_languages_more").fill("Pools")
    page.keyboard.press("Tab")
    assert page.get_by_role("checkbox", name="Pools").is_checked()
    page.locator("#id_licence").fill("bestaat niet")
    page.locator("#gaps").get_by_text("staat niet in de lijst").wait_for()
    page.locator("#id_licence").fill("")
    page.locator("#gaps-short").get_by_text("Nog één ding nodig").wait_for()
    browse.check(page)
