"""The desk in a real browser: from a messy file to the outside by two people, and every page as everybody sees it."""

from typing import Any

import pytest

from sluis.cli.releases import PLAIN
from tests.journeys.spacing import cut_off

pytestmark = pytest.mark.journey
MESSY = (
    "Straten van Merwede, voorjaar\n\nStraat;Panden;Waarde;Geteld op\nDijkweg;012;1.234,50;03-04-2026\n"
    "Kade;7;99,00;05-06-2026\nSluisplein;9;10,25;07-08-2026\n"
)
MOTIVATION = "De lijst gaat over straten en panden, niet over mensen."


def sign_in(browse: Any, role: str, **how: Any) -> Any:
    """A page on the desk of somebody of the demo province; who signed in for an earlier story still is."""
    known = browse.site.signed_in
    if role not in known:
        known[role] = sign_in_anew(browse, role).context.cookies()
    return browse("/desk/", who=role, **how)


def sign_in_anew(browse: Any, role: str, **how: Any) -> Any:
    """With name and password, in a session of its own; for who signs out again."""
    accounts = dict(line.split("\t") for line in (browse.site.data / "demo-accounts.txt").read_text().splitlines())
    page = browse("/inloggen/", anew=True, **how)
    page.fill("#id_login", f"{role}@merwede.example")
    page.fill("#id_password", accounts[f"{role}@merwede.example"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk/")
    return page


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def until(page: Any, text: str) -> None:
    """Wait for what a job has to finish first; the page reloads itself."""
    page.get_by_text(text).first.wait_for()


def hand_in(page: Any, folder: Any, name: str, rows: str = MESSY) -> None:
    file = folder / f"{name}.csv"
    file.write_bytes(rows.encode("cp1252"))
    page.goto("/desk/datasets/nieuw")
    page.set_input_files("#id_file", str(file))
    press(page, "Maak dataset")
    until(page, "Dit begreep Sluis")


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "zonder"])
def test_from_a_messy_file_to_the_outside(browse: Any, tmp_path: Any, script: bool) -> None:
    name = f"straten-{'met' if script else 'zonder'}"
    steward = sign_in(browse, "steward", script=script)
    sent: list[str] = []
    steward.on("request", lambda request: sent.append(request.method))
    hand_in(steward, tmp_path, name)
    assert ("PATCH" in sent) is script, "with JavaScript the file travels in pieces"
    look(browse, steward, script)
    assert steward.get_by_text("puntkomma (;)").count() == 1

    steward.get_by_role("link", name="Klopt iets niet? Corrigeer").click()
    steward.select_option("#type-panden", "text")
    look(browse, steward, script)
    press(steward, "Lees opnieuw in")
    until(steward, "Dit begreep Sluis van versie 2")
    assert "012" in steward.locator("tr", has_text="Panden").first.inner_text()

    describe(browse, steward, script)
    dossier = through_the_checks(browse, steward, script)

    owner = sign_in(browse, "eigenaar", script=script)
    owner.goto(dossier)
    look(browse, owner, script)
    owner.get_by_role("link", name="Doe deze taak").click()
    look(browse, owner, script)
    owner.check("input[name=veld-decision][value=open]")
    owner.fill("#id_veld-motivation", MOTIVATION)
    owner.locator("main form button[type=submit]").first.click()
    owner.goto(dossier)
    until(owner, "staat buiten")
    look(browse, owner, script)
    owner.get_by_role("link", name="Bekijk de pagina voor bezoekers").click()
    assert owner.locator("h1").inner_text().startswith("Straten")


def describe(browse: Any, steward: Any, script: bool) -> None:
    steward.get_by_role("link", name="Beschrijving", exact=True).click()
    steward.fill("#id_description", "Alle straten van Merwede met het aantal panden en hun waarde, geteld in 2026.")
    steward.check("input[name=themes] >> nth=0")
    steward.select_option("#id_openness", "open")
    steward.select_option("#id_contact", index=1)
    steward.fill("#id_licence", "CC0: publiek")
    if script:
        steward.locator("#gaps").get_by_text("Alles wat verplicht is, staat erin.").wait_for()
        browse.check_once(steward, "description")
    press(steward, "Opslaan")
    assert "De beschrijving is opgeslagen." in steward.locator("#status").inner_text()


def through_the_checks(browse: Any, steward: Any, script: bool) -> str:
    steward.get_by_role("link", name="Overzicht", exact=True).click()
    press(steward, "Open een dossier")
    dossier = str(steward.url)
    steward.get_by_role("link", name="Doe deze taak").click()
    for name, value in PLAIN.items():
        field = steward.locator(f"[name=veld-{name}]")
        if field.first.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            steward.check(f"input[name=veld-{name}][value={value}]")
    look(browse, steward, script)
    steward.locator("main form button[type=submit]").first.click()
    steward.goto(dossier)
    until(steward, "11 Besluiten")
    look(browse, steward, script)
    return dossier


def look(browse: Any, page: Any, script: bool) -> None:
    """axe itself needs JavaScript."""
    if script:
        browse.check(page)


@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("theme", ["merwede", "duin"])
def test_every_page_is_for_everybody(browse: Any, theme: str, turn: int) -> None:
    """At both widths, in both themes and both languages. The two themes see a page each in another language, and the
    next page the other way about; `turn` is what is left then."""
    visitor = browse("/", width=320, theme=theme)
    steward, admin = (sign_in(browse, role, width=320, theme=theme) for role in ("steward", "beheerder"))
    pages = [(visitor, "/inloggen/"), *((steward, path) for path in places(steward, ""))]
    pages += [
        (admin, f"/desk/beheer/{path}") for path in ("personen", "personen/nieuw", "taken", "logboek?controleer=1")
    ]
    languages = ("", "/en") if (theme == "merwede") is (turn == 0) else ("/en", "")
    seen = {walk(browse, page, languages[number % 2] + path) for number, (page, path) in enumerate(pages)}
    assert len(seen) == len(pages), "two pages have the same title"


def walk(browse: Any, page: Any, path: str) -> str:
    """On a phone, and after that as wide as on a desk: what differs then is how it is laid out."""
    page.goto(path)
    browse.check(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    browse.check(page)
    page.set_viewport_size({"width": 320, "height": 900})
    assert cut_off(page) == [], path
    return str(page.title())


def test_a_list_needs_no_scrolling_sideways_on_a_phone(browse: Any) -> None:
    """Each row is a block of cells with their heads; on a wide screen it is a row, and the heads stand above it."""
    page = sign_in(browse, "steward", width=320)
    for path in ("datasets", "dossiers", "kwaliteit"):
        page.goto(f"/desk/{path}")
        assert page.locator(".sluis-stacked").evaluate("e => e.scrollWidth <= e.clientWidth"), path
        heads, first = page.locator("thead th").all_text_contents(), page.locator("tbody tr").first.locator("td")
        assert [cell.get_attribute("data-label") for cell in first.all()] == heads[1:]
        assert heads[1] in first.first.evaluate("e => getComputedStyle(e, '::before').content")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert first.first.evaluate("e => getComputedStyle(e, '::before').content") == "none"


def places(page: Any, language: str, slug: str = "gemeentegrenzen") -> list[str]:
    """Pages of the steward, with those of one dataset, table and dossier that stand in the catalogue."""
    desk = f"{language}/desk"
    page.goto(f"{desk}/datasets?q={slug}")
    dataset = page.locator("tbody th a").first.get_attribute("href")
    page.goto(f"{dataset}/data")
    table = page.locator("tbody th a").first.get_attribute("href")
    page.goto(f"{desk}/dossiers?q={slug}")
    dossier = page.locator("tbody th a").first.get_attribute("href")
    parts = ("", "/beschrijving", "/kolommen", "/toegang", "/data", "/data/nieuw", "/distributies/nieuw")
    return [
        f"{desk}/", f"{desk}/datasets", f"{desk}/datasets/nieuw", f"{desk}/dossiers", f"{desk}/meldingen",
        f"{desk}/account", f"{language}/wachtwoord/", dossier,
        *(dataset + part for part in parts), *(table + part for part in ("", "/rijen", "/profiel", "/correcties")),
    ]  # fmt: skip


def test_faults_take_the_focus_and_are_tied_to_their_field(browse: Any) -> None:
    steward = sign_in(browse, "steward")
    steward.goto("/desk/datasets/nieuw")
    press(steward, "Maak dataset")
    assert steward.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert steward.locator("#id_title").get_attribute("aria-invalid") == "true"
    browse.check(steward)
