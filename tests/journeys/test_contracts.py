"""The contract of a dataset, from a proposal to what visitors read, on a phone and on a desk."""

from typing import Any

import pytest

from tests.journeys.inbox import shown_at
from tests.journeys.test_desk import press, sign_in

pytestmark = pytest.mark.journey
SLUG = "gemeentegrenzen"


def contract_page(page: Any) -> str:
    page.goto(f"/desk/datasets?q={SLUG}")
    page.locator("tbody th a").first.click()
    page.get_by_role("link", name="Afspraken", exact=True).click()
    return str(page.url)


def test_a_contract_from_proposal_to_public(browse: Any) -> None:
    steward = sign_in(browse, "steward", width=320)
    here = contract_page(steward)
    browse.check(steward)
    press(steward, "Maak een voorstel uit de data")
    browse.check(steward)
    for name in ("Bewerken", "Als tekst (YAML)"):
        steward.goto(here)
        steward.get_by_role("link", name=name).click()
        browse.check(steward)
        steward.set_viewport_size({"width": 1280, "height": 900})
        browse.check(steward)
        steward.set_viewport_size({"width": 320, "height": 900})
    steward.goto(here)
    press(steward, "Wat zegt de data van nu?")
    assert steward.get_by_text("Nagekomen").count()
    browse.check(steward)

    owner = sign_in(browse, "eigenaar")
    owner.goto(here)
    press(owner, "In werking laten gaan")
    owner.get_by_text("In werking: versie 1.0.0").wait_for()
    browse.check(owner)
    for width in (320, 1280):
        page = browse("/", width=width)
        shown_at(page, f"/datasets/{SLUG}", "Afspraken over deze data")
        page.get_by_text("afspraken", exact=False).last.click()
        assert page.get_by_text("Download het contract (YAML)").count() == 1
        browse.check(page)
        follow = page.get_by_role("link", name="Volg wijzigingen (Atom-feed)")
        assert follow.get_attribute("href") == f"/datasets/{SLUG}/changes.atom"
        plain = browse(f"/datasets/{SLUG}/versions", width=width, script=False)
        told = plain.request.get(plain.get_by_role("link", name="Volg wijzigingen (Atom-feed)").get_attribute("href"))
        assert "Afspraken 1.0.0: de eerste versie" in told.text()
        versions = browse(f"/datasets/{SLUG}/versions", width=width)
        browse.check(versions)
