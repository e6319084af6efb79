"""A transformation in a real browser: written, tried out, made and followed back, on a wide and a narrow screen."""

from typing import Any

import pytest

from tests.journeys.test_desk import look, press, sign_in

pytestmark = pytest.mark.journey
SQL = "SELECT gemeentecode, gemeentenaam FROM gemeentegrenzen"


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "zonder"])
def test_from_sql_to_a_version_and_its_way_back(browse: Any, script: bool) -> None:
    page = sign_in(browse, "steward", script=script)
    page.goto("/desk/datasets/nieuw")
    page.fill("#id_title", f"Metingen {'met' if script else 'zonder'}")
    press(page, "Maak dataset")
    page.get_by_role("link", name="Transformatie", exact=True).click()
    look(browse, page, script)
    page.get_by_role("link", name="Transformatie maken").click()
    look(browse, page, script)
    page.fill("#id_sql", SQL)
    page.select_option("#id_example", "pseudonymise")
    press(page, "Voeg een voorbeeld toe")
    page.locator("#id_steps").filter(has_text="klantnummer").wait_for()
    page.fill("#id_steps", page.input_value("#id_steps").replace("klantnummer", "gemeentecode"))
    press(page, "Bekijk de eerste rijen")
    page.get_by_text("Hoe herkenbaar zijn mensen?").wait_for()
    look(browse, page, script)
    press(page, "Opslaan")
    look(browse, page, script)
    press(page, "Maak nu")
    page.get_by_text("is klaar:").wait_for()
    look(browse, page, script)
    page.get_by_role("link", name="Terug naar de transformatie").click()
    page.get_by_role("region", name="Tekening: van bron tot uitgave").wait_for()
    look(browse, page, script)
    page.goto("/desk/transformaties")
    look(browse, page, script)
    page.goto("/en/desk/transformaties")
    look(browse, page, script)
