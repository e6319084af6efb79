"""Every public page, at two widths, in two languages and two themes: accessible, whole and quiet."""

import re

import pytest

from tests.journeys.spacing import cut_off

pytestmark = pytest.mark.journey

ALWAYS = ((1280, "merwede", "nl"), (320, "duin", "en"))
OPEN = "/datasets/zwemwaterkwaliteit"
PAGES = {
    "home": "/",
    "all data": "/datasets",
    "found": "/datasets?q=zwemwater",
    "filtered": "/datasets?kind=open&sort=title",
    "nothing found": "/datasets?q=qqxyzzy&format=csv",
    "dataset": OPEN,
    "map dataset": "/datasets/gemeentegrenzen",
    "interface": f"{OPEN}/api",
    "table": f"{OPEN}/table",
    "map table": "/datasets/gemeentegrenzen/table",
    "wide table": "/datasets/wide/table?columns=13",
    "row": f"{OPEN}/table/0",
    "versions": f"{OPEN}/versions",
    "version": f"{OPEN}/versions/1",
    "decision": f"{OPEN}/decision",
    "feedback": f"{OPEN}/feedback",
    "mail": f"{OPEN}/follow",
    "closed": "/datasets/kwetsbare-soorten",
    "closed decision": "/datasets/kwetsbare-soorten/decision",
    "restricted": "/datasets/inspectie-kunstwerken",
    "planned dataset": "/datasets/energieverbruik-gebouwen",
    "withdrawn dataset": "/datasets/reizigers-veerponten",
    "hostile": "/datasets/hostile",
    "hostile table": "/datasets/hostile/table",
    "not open": "/not-open",
    "planned": "/planned",
    "withdrawn": "/withdrawn",
    "questions": "/sql",
    "kept questions": "/sql/saved",
    "requests": "/verzoeken",
    "request form": "/verzoeken/nieuw",
    "about": "/about",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "security": "/security",
    "process": "/process",
    "developers": "/developers",
    "problem": "/problemen/query.invalid",
    "unknown": "/bestaat-niet",
}


# Two looks that differ in everything run always; the other combinations take minutes.
LOOKS = [
    pytest.param(
        width, theme, language, marks=[] if (width, theme, language) in ALWAYS else pytest.mark.slow,
        id=f"{width}-{theme}-{language}",
    )
    for width in (320, 1280)
    for theme in ("merwede", "duin")
    for language in ("nl", "en")
]  # fmt: skip


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_page(browse, name, width, theme, language):
    prefix = "/en" if language == "en" else ""
    page = browse(prefix + PAGES[name], width=width, theme=theme)
    assert page.locator("html").get_attribute("lang") == language
    browse.check(page)
    page.set_viewport_size({"width": 320, "height": 900})
    assert cut_off(page) == []


def test_titles_are_unique(browse):
    page, titles = browse("/"), {}
    for name, path in PAGES.items():
        text = page.request.get(path, headers={"Accept": "text/html"}).text()
        titles.setdefault(re.search(r"<title>(.+?)</title>", text, re.DOTALL)[1], []).append(name)
    assert [names for names in titles.values() if len(names) > 1] == []


def test_the_skip_link_is_the_first_stop_and_moves_the_focus(browse):
    page = browse(f"{OPEN}/table")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("nl-skip-link")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_tab_order_is_the_order_of_the_page(browse):
    page = browse(f"{OPEN}/table")
    order = page.evaluate("""() => {
        const ours = 'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]';
        const all = [...document.querySelectorAll(ours)];
        window.places = new Map(all.map((e, i) => [e, i])); return all.length; }""")
    assert order > 20
    places = []
    for _ in range(40):
        page.keyboard.press("Tab")
        places.append(page.evaluate("window.places.get(document.activeElement) ?? -1"))
    assert -1 not in places
    assert places == sorted(places)


def test_the_focus_is_visible(browse):
    page = browse("/datasets")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("""() => { const s = getComputedStyle(document.activeElement);
            return [s.outlineStyle, parseFloat(s.outlineWidth)]; }""")
        assert style[0] != "none"
        assert style[1] >= 2
