"""A new officer changes the policy only by the pages, as docs/how-to/wijzig-het-beleid.md says it."""

from pathlib import Path
from typing import Any

import pytest

from sluis.cli.releases import PLAIN
from sluis.process.shipped import shipped
from tests.journeys.inbox import do_task, open_dossier, open_task, outside, shown_at
from tests.journeys.test_desk import press, sign_in
from tests.waiting import until

pytestmark = pytest.mark.journey
CASES = shipped("policies") / "cases"
PLATES = "Kenteken;Merk;Bouwjaar\nGB-123-H;Volvo;2019\nHX-456-K;Opel;2020\nRT-789-L;Ford;2021\n"


def propose(browse: Any, page: Any, folder: Path, table: str, cells: dict[str, str], cases: str, why: str) -> None:
    """From the list of tables to the comparison: every page is looked at on the way."""
    page.goto("/desk/")
    page.locator(".sluis-nav summary", has_text="Meer").click()
    page.get_by_role("link", name="Beleid", exact=True).first.click()
    browse.check(page)
    page.get_by_role("link", name=table).first.click()
    browse.check(page)
    page.get_by_role("link", name="Bewerk in de browser").click()
    page.locator("form[data-ready]").wait_for()
    for cell, text in cells.items():
        editable = page.locator(f'td[data-element-id="{cell}"] .content-editable')
        editable.click()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    file = folder / "gevallen.csv"
    file.write_text(cases, encoding="utf-8")
    page.set_input_files("#id_cases_file", str(file))
    page.fill("textarea[name=motivation]", why)
    press(page, "Nakijken en vergelijken")
    page.get_by_role("heading", name="Wat er verandert").wait_for()
    # dmn-js writes styles into the page, which our content security policy keeps out; it works without them.
    browse.wrongs[:] = [wrong for wrong in browse.wrongs if "inline style" not in wrong]
    browse.check(page)


def handed_in(page: Any) -> None:
    page.select_option("#id_organisation", label="Provincie Merwede")
    press(page, "Stel voor")
    page.get_by_role("heading", name="Voorstel:").wait_for()


def decide(browse: Any, page: Any, table: str) -> None:
    """A data owner finds the proposal among the policies, reads it and agrees, once the comparison is kept."""

    def asked() -> int:
        page.goto("/desk/beleid")
        page.get_by_role("link", name=f"{table}, versie 2").click()
        return int(page.get_by_role("button", name="Leg het besluit vast").count())

    until(asked, every=0.5)
    browse.check(page)
    page.check("input[name=decision][value=approve]")
    page.fill("textarea[name=answer]", "Eens.")
    press(page, "Leg het besluit vast")
    page.get_by_text("Uw besluit staat vast.").wait_for()


def test_licence_plates_become_personal_data(browse: Any, tmp_path: Path) -> None:
    steward, privacy = sign_in(browse, "steward"), sign_in(browse, "privacy")
    officer, owner = sign_in(browse, "coordinator"), sign_in(browse, "eigenaar")
    open_dossier(browse, steward, tmp_path, "kentekens-eerst", PLATES)
    do_task(browse, steward, "Kentekens eerst", "1 Aanvraag invullen", PLAIN)
    open_task(privacy, "Kentekens eerst", "4 Privacy beoordelen")
    assert "Iemand moet dit met een reden beoordelen" in privacy.content()

    table, why = "Wat zijn voor ons persoonsgegevens", "Kentekens zijn voor ons persoonsgegevens."
    lines = (CASES / "personal-data.csv").read_text(encoding="utf-8").splitlines()
    cases = "\n".join(line.replace(",judge,", ",blocks,") if "licence_plate" in line else line for line in lines)
    propose(browse, officer, tmp_path, table, {"PersonalData_17_out1": '"blocks"'}, cases, why)
    changed = officer.locator("section[aria-labelledby=verandert] li li")
    assert " ".join(changed.inner_text().split()) == "behandeling: was een mens beoordeelt → wordt houdt tegen"
    earlier = officer.locator("section[aria-labelledby=eerder] li", has_text="Kentekens eerst")
    assert "houdt tegen" in earlier.inner_text()
    handed_in(officer)
    assert officer.get_by_role("button", name="Leg het besluit vast").count() == 0
    decide(browse, owner, table)

    visitor = browse("/")
    shown_at(visitor, "/beleid/tabellen/personal-data", why)
    assert "houdt tegen" in visitor.locator("tr", has=visitor.get_by_text("kenteken", exact=True)).inner_text()
    open_dossier(browse, steward, tmp_path, "kentekens-daarna", PLATES.replace("2021", "2022"))
    do_task(browse, steward, "Kentekens daarna", "1 Aanvraag invullen", PLAIN)
    open_task(privacy, "Kentekens daarna", "4 Privacy beoordelen")
    assert "Verwijder of bewerk deze kolom" in privacy.content()
    open_task(privacy, "Kentekens eerst", "4 Privacy beoordelen")
    assert "Iemand moet dit met een reden beoordelen" in privacy.content()


def test_we_look_twice_a_year(browse: Any, tmp_path: Path) -> None:
    steward, owner = sign_in(browse, "steward"), sign_in(browse, "eigenaar")
    officer = sign_in(browse, "coordinator")
    table, why = "Herbeoordeling (D13)", "Wij kijken twee keer per jaar."
    cases = (CASES / "review.csv").read_text(encoding="utf-8").replace(",P1Y,", ",P6M,")
    cells = {f"ReviewInterval_{rule}_out2": '"P6M"' for rule in (1, 2, 3)}
    propose(browse, officer, tmp_path, table, cells, cases, why)
    assert "6 maanden" in officer.locator("section[aria-labelledby=verandert]").inner_text()
    assert "6 maanden" in officer.locator("section[aria-labelledby=eerder]").inner_text()
    handed_in(officer)
    decide(browse, owner, table)

    visitor = browse("/")
    shown_at(visitor, "/beleid/tabellen/review", why)
    open_dossier(browse, steward, tmp_path, "straten-halfjaar")
    do_task(browse, steward, "Straten halfjaar", "1 Aanvraag invullen", PLAIN)
    do_task(browse, owner, "Straten halfjaar", "11 Besluiten", {"decision": "open", "motivation": "Over straten."})
    outside(visitor, "straten-halfjaar", "Over straten.")
    visitor.get_by_text("Welke versie van het proces en het beleid is gevolgd").click()
    followed = visitor.locator("details dl > div", has=visitor.get_by_role("link", name="review", exact=True))
    assert "versie 2" in followed.inner_text()
    followed.get_by_role("link").click()
    assert visitor.get_by_text("6 maanden").first.is_visible()
