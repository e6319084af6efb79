"""A source in a real browser: chosen, tried out, saved and fetched, on a wide and a narrow screen."""

import re
from typing import Any

import pytest

from tests.journeys.test_desk import look, press, sign_in

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "zonder"])
def test_from_a_source_to_a_version(browse: Any, script: bool) -> None:
    page = sign_in(browse, "steward", script=script)
    page.goto("/desk/datasets/nieuw")
    page.fill("#id_title", f"Waterstanden {'met' if script else 'zonder'}")
    press(page, "Maak dataset")
    page.get_by_role("link", name="Bronnen").last.click()
    look(browse, page, script)
    page.get_by_role("link", name="Bron koppelen").click()
    look(browse, page, script)
    page.get_by_role("link", name=re.compile("Kies.*Tabel in een database")).click()
    look(browse, page, script)
    page.go_back()
    page.get_by_role("link", name=re.compile("Kies.*Voorbeeld")).click()
    press(page, "Opslaan")
    look(browse, page, script)
    page.fill("#id_title", "Kade")
    page.fill("#id_station", "Kade")
    page.select_option("#id_every", "day")
    page.fill("#id_at", "06:30")
    press(page, "Bekijk de eerste rijen")
    page.get_by_text("De bron doet het.").wait_for()
    look(browse, page, script)
    press(page, "Opslaan")
    look(browse, page, script)
    press(page, "Haal nu op")
    page.get_by_text("is klaar: 168 rijen").wait_for()
    look(browse, page, script)
    page.get_by_role("link", name="Terug naar de bron").click()
    look(browse, page, script)
    page.goto("/desk/bronnen")
    look(browse, page, script)
    page.get_by_role("link", name="Kade").first.click()
    page.get_by_role("link", name="Verwijderen").click()
    look(browse, page, script)
