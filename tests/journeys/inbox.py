"""What somebody does who works only from the inbox: find a task by its subject, answer its questions, finish it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journeys.test_desk import MESSY, describe, hand_in, press
from tests.waiting import until

Answer = str | tuple[str, ...]


def open_dossier(browse: Any, steward: Any, folder: Path, name: str, rows: str = MESSY, kept_in: str = "") -> None:
    """Hand in, describe, and open the dossier: its first task lies in the inbox.

    Each name has data of its own; the same data twice is a duplicate, and that dossier ends by itself. `kept_in` is why
    the data should stay inside.
    """
    steward.goto("/desk/")
    steward.get_by_role("link", name="Nieuwe dataset").click()
    hand_in(steward, folder, name, rows.replace("Kade", name))
    describe(browse, steward, True)
    if kept_in:
        describe_as_closed(steward, kept_in)
    steward.get_by_role("link", name="Overzicht", exact=True).click()
    press(steward, "Open een dossier")


def describe_as_closed(steward: Any, why: str) -> None:
    steward.select_option("#id_openness", "closed")
    steward.fill("#id_licence", "Niet open: gesloten licentie")
    steward.locator("details:has(#id_openness_ground) > summary").click()
    steward.fill("#id_openness_ground", why)
    press(steward, "Opslaan")
    steward.get_by_text("De beschrijving is opgeslagen.").wait_for()


def outside(page: Any, slug: str, text: str) -> None:
    """Wait until the site shows what was decided, and why."""
    shown_at(page, f"/datasets/{slug}/decision", text)


def shown_at(page: Any, path: str, text: str) -> None:
    """Ask for a page that does not reload itself until it shows what a job makes."""

    def shown() -> int:
        page.goto(path)
        return int(page.get_by_text(text).count())

    until(shown, lambda: f"{path}: {page.locator('main').inner_text()[:400]}", every=0.5)


def open_task(page: Any, subject: str, title: str) -> None:
    """The page of an open task about `subject`, as soon as it stands in the inbox."""
    row = page.locator(".sluis-tasks li", has_text=title)

    def there() -> int:
        page.goto(f"/desk/?q={subject}")
        return int(row.count())

    until(there, lambda: f"{title}: {page.locator('main').inner_text()[:400]}", every=0.5)
    row.locator("a.nl-button").first.click()
    page.get_by_role("heading", level=1).wait_for()
    leads_nowhere = "all => all.filter(a => !document.querySelector(a.hash)).map(a => a.hash)"
    assert page.locator(".sluis-parts a").evaluate_all(leads_nowhere) == []


def do_task(browse: Any, page: Any, subject: str, title: str, answers: Mapping[str, Answer]) -> None:
    open_task(page, subject, title)
    browse.check_once(page, title)
    finish(page, answers)


def finish(page: Any, answers: Mapping[str, Answer]) -> None:
    """Fill in the form of the task that stands open, whatever its fields look like."""
    for name, value in answers.items():
        fields = page.locator(f"[name=veld-{name}]")
        kind = fields.first.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName")
        if kind in ("radio", "checkbox"):
            for one in (value,) if isinstance(value, str) else value:
                page.check(f'input[name=veld-{name}][value="{one}"]')
        elif kind == "SELECT":
            fields.select_option(value)
        else:
            fields.fill(value)
    press(page, "Taak afronden")
    page.get_by_text("Klaar:").or_(page.locator("[data-error-summary]")).first.wait_for()
    assert page.locator("[data-error-summary]").count() == 0, page.locator("[data-error-summary]").inner_text()
