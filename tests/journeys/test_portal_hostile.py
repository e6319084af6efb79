"""Texts and cells that attack stay texts."""

import json

import pytest

from tests.conftest import shared_path
from tests.journeys.site import ATTACKS, RUN
from tests.journeys.test_desk import places, sign_in

pytestmark = pytest.mark.journey

PAGES = (
    "",
    "/table",
    "/table/0",
    "/table/4",
    "/api",
    "/versions",
    "/versions/1",
    "/decision",
    "/feedback",
)
HOVER = """() => document.querySelectorAll('main a, main [onmouseover]').forEach(
    e => e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true, cancelable: true, composed: true })))"""


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_it_runs(browse, path):
    page = browse(f"/datasets/hostile{path}")
    page.evaluate(HOVER)
    assert page.evaluate("window.attacked") is None
    assert page.locator("a[href^='javascript:' i]").count() == 0
    assert page.locator("main [onerror], main [onload], main [onmouseover]").count() == 0
    assert RUN in page.locator("h1").inner_text() or path == "/feedback"
    assert not browse.wrongs


def test_the_cells_show_the_attack_as_it_is(browse):
    page = browse("/datasets/hostile/table")
    shown = page.locator("#table tbody td").all_inner_texts()
    assert {attack for attack in ATTACKS if attack in shown} == set(ATTACKS)


def test_search_repeats_what_was_typed_as_text(browse):
    payloads = shared_path("data/5-robustness/xss/RSNAKE_XSS.txt").read_text(errors="replace").splitlines()
    naughty = json.loads(shared_path("data/5-robustness/blns/blns.json").read_text())
    page = browse("/")
    page.on("dialog", lambda dialog: browse.wrongs.append(dialog.message))
    chosen = [text for text in [*payloads, *naughty] if "<" in text or "script" in text.lower()][::6]
    assert len(chosen) > 20
    for text in chosen:
        page.goto("/datasets?" + _query(text))
        assert page.locator("h1").count() == 1
    assert not browse.wrongs


def _query(text: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"q": text.encode("utf-8", "replace").decode()})


def test_nothing_of_it_runs_on_the_desk(browse):
    """Every page of the desk about this dataset, its table and its dossier."""
    page = sign_in(browse, "steward")
    for path in places(page, "", "vijandig"):
        page.goto(path)
        page.evaluate(HOVER)
        assert page.evaluate("window.attacked") is None, path
        assert page.locator("main :is([onerror], [onload], [onmouseover], a[href^='javascript:' i])").count() == 0, path
    page.goto("/desk/datasets?q=vijandig")
    assert RUN in page.locator("main").inner_text()
    assert not browse.wrongs
