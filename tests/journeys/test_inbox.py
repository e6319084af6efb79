"""Work that people carry only by their inbox: a dataset to open, another refused, and a document that is approved."""

import re
from pathlib import Path
from typing import Any

import pytest

from sluis.cli.releases import PLAIN
from tests.journeys.inbox import do_task, open_dossier, open_task, outside, shown_at
from tests.journeys.test_desk import press, sign_in

pytestmark = pytest.mark.journey
WHY = "De lijst gaat over straten en panden, niet over mensen."
REFUSAL = "Wie de panden kent, weet waar vertrouwelijk wordt overlegd."
JUDGED = {
    "absoluteGrounds": "none", "relativeGrounds": ("5.1.2i",), "publicInterestOutweighs": "no",
    "confidentialActs": "no", "environmental": "no", "disproportionateHarm": "no", "policyViews": "no",
    "olderThanFiveYears": "no", "groundsConcern": "all", "groundsRemoved": "no", "thirdParties": "no",
    "opennessMotivation": REFUSAL,
}  # fmt: skip


def test_one_dataset_to_open_and_another_refused(browse: Any, tmp_path: Path) -> None:
    steward, owner = sign_in(browse, "steward"), sign_in(browse, "eigenaar")
    open_dossier(browse, steward, tmp_path, "straten-open")
    open_dossier(browse, steward, tmp_path, "straten-dicht", kept_in=REFUSAL)
    do_task(browse, steward, "Straten open", "1 Aanvraag invullen", PLAIN)
    do_task(browse, steward, "Straten dicht", "1 Aanvraag invullen", PLAIN | {"interestsTouched": "yes"})
    do_task(browse, sign_in(browse, "jurist"), "Straten dicht", "3 Openheid beoordelen", JUDGED)

    do_task(browse, owner, "Straten open", "11 Besluiten", {"decision": "open", "motivation": WHY})
    open_task(owner, "Straten dicht", "11 Besluiten")
    assert "Woo art. 5.1.2i" in owner.content()
    closed = {"decision": "closed", "legalGround": "Woo artikel 5.1 lid 2 onder i", "motivation": REFUSAL}
    do_task(browse, owner, "Straten dicht", "11 Besluiten", closed)

    visitor = browse("/")
    outside(visitor, "straten-open", WHY)
    browse.check(visitor)
    visitor.goto("/en/datasets/straten-open/decision")
    assert visitor.get_by_text("No interest of article 5.1 or 5.2 is touched.").count() == 1
    outside(visitor, "straten-dicht", REFUSAL)
    browse.check(visitor)
    assert "onder i" in visitor.content()
    for page, mine in ((steward, "Straten "), (owner, "Straten ")):
        page.goto(f"/desk/?q={mine}")
        assert not page.locator(".sluis-tasks li", has_text=re.compile("Aanvraag|Besluiten")).count()


def test_a_document_is_approved_by_somebody_else(browse: Any) -> None:
    steward = sign_in(browse, "steward")
    steward.goto("/desk/")
    steward.get_by_role("link", name="Nieuw proces starten").click()
    browse.check(steward)
    steward.get_by_role("link", name="Start Document laten goedkeuren", exact=True).click()
    browse.check(steward)
    steward.fill("#id_title", "Handreiking telpunten")
    press(steward, "Start")
    subject = "Handreiking telpunten"
    made = {"document": "https://intranet.example/telpunten", "documentKind": "advice", "impact": "low"}
    do_task(browse, steward, subject, "Document klaarzetten", made)

    reviewer, owner = sign_in(browse, "coordinator"), sign_in(browse, "eigenaar")
    do_task(browse, reviewer, subject, "Beoordelen op inhoud", {"review": "object", "remarks": "De bron ontbreekt."})
    open_task(steward, subject, "Document klaarzetten")
    assert "De bron ontbreekt." in steward.content()
    do_task(browse, steward, subject, "Document klaarzetten", made | {"changes": "De bron staat erbij."})
    do_task(browse, reviewer, subject, "Beoordelen op inhoud", {"review": "agree"})
    do_task(browse, owner, subject, "Goedkeuren", {"approved": "yes", "motivation": "Duidelijk en volledig."})

    shown_at(steward, "/desk/berichten", subject)
    owner.goto(f"/desk/processen?toon=team&q={subject}")
    owner.goto(str(owner.locator("tbody th a").first.get_attribute("href")))
    browse.check(owner)
    assert owner.get_by_text("Goedgekeurd").count()
