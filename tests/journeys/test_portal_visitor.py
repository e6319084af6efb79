"""What visitors come to do, with and without a script."""

import re
import urllib.request

import pytest

pytestmark = pytest.mark.journey

TABLE = "/datasets/zwemwaterkwaliteit/table"


def test_from_landing_to_rows_in_two_clicks(browse):
    page = browse("/")
    page.get_by_role("link", name="Kwaliteit van zwemwater").first.click()
    page.get_by_role("link", name="Tabel", exact=True).click()
    assert page.locator("#table tbody tr").count() == 25
    assert not browse.wrongs


@pytest.mark.parametrize("script", [True, False])
def test_search_filter_sort_page_and_row(browse, script):
    page = browse("/", script=script)
    page.get_by_role("searchbox").fill("zwemwater")
    page.get_by_role("button", name="Zoeken").click()
    assert "zwemwater" in page.url
    page.locator(".sluis-result a").first.click()
    page.get_by_role("link", name="Tabel", exact=True).click()
    total = _total(page)
    page.locator(".sluis-filters input[type=checkbox]").first.check()
    page.get_by_role("button", name="Filter", exact=True).click()
    assert 0 < _total(page) < total
    assert page.locator(".sluis-filters input[type=checkbox]").first.is_checked()
    page.locator("#table thead a").first.click()
    assert page.locator("#table th[aria-sort=ascending]").count() == 1
    filtered = page.url
    page.get_by_role("link", name="Wis filters").first.click()
    assert _total(page) == total
    page.get_by_role("link", name="Volgende").click()
    assert "Rij 26 tot en met 50" in page.locator("#table caption").inner_text()
    page.goto(filtered)  # the whole state stands in the address
    assert 0 < _total(page) < total
    page.locator("#table tbody th a").first.click()
    assert "/table/" in page.url


def _total(page):
    return int(re.match(r"[\d.]+", page.locator("p[role=status]").inner_text())[0].replace(".", ""))


def test_pages_of_the_table_hold_every_row_once(browse):
    page = browse(f"{TABLE}?sort=-datum&datum__lt=2026-06-15")
    seen = []
    while True:
        seen += page.locator("#table tbody th a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        following = page.get_by_role("link", name="Volgende", exact=True)
        if not following.count():
            break
        following.click()
    assert len(seen) == len(set(seen)) == 6 * 24  # weeks and places


def test_the_copied_command_gives_the_rows_that_were_shown(browse):
    page = browse(TABLE)
    page.locator(".sluis-filters input[type=checkbox]").first.check()
    page.get_by_role("button", name="Filter", exact=True).click()
    shown = _total(page)
    address = re.search(r"'(http[^']+)'", page.locator("#curl").inner_text())[1]
    with urllib.request.urlopen(address) as answer:
        lines = answer.read().decode().strip().splitlines()
    assert len(lines) - 1 == shown


def test_feedback_without_a_script(browse):
    page = browse("/datasets/zwemwaterkwaliteit/feedback", script=False)
    assert page.locator("main form :is(input:not([type=hidden]), textarea)").count() == 2
    page.get_by_role("button", name="Stuur melding").click()
    assert page.locator("[data-error-summary]").is_visible()
    page.get_by_label("Wat wilt u melden?").fill("Rij 3 klopt niet.")
    page.get_by_role("button", name="Stuur melding").click()
    assert page.get_by_role("heading", name="Bedankt voor uw melding").is_visible()
    assert re.search(r"M-[2-9A-HJ-NP-Z]{8}", page.locator("main").inner_text())
    assert "Rij 3 klopt niet" not in page.content()


def test_pages_for_reading_set_no_cookie(browse):
    page = browse("/")
    for path in ("/datasets", "/datasets/zwemwaterkwaliteit", TABLE, "/not-open"):
        page.goto(path)
    assert page.context.cookies() == []


def test_nothing_found_offers_at_least_three_ways_forward(browse):
    page = browse("/datasets?q=qqxyzzy")
    assert page.locator("main .utrecht-unordered-list a").count() >= 3


def test_a_typing_error_is_understood(browse):
    page = browse("/datasets?q=zwemwatre")
    assert "zwemwatre" in page.locator("[role=note]").inner_text()
    assert page.locator(".sluis-result").count() >= 1
