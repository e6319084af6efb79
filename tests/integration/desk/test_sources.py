"""The pages of sources: choose, fill in, try out, save, follow, stop; and who sees them."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from tests.integration.lake.sources import CSV, settle

from sluis.lake import service as lake
from sluis.lake.models import Source, SourceRun, SourceSecret

pytestmark = pytest.mark.django_db(transaction=True)
DEMO = {"title": "Waterstanden", "station": "Kade", "days": "2", "mode": "replace", "every": "day", "at": "06:30",
        "attempts": "5"}  # fmt: skip


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def made(steward: Any, dataset: Any, **more: str) -> UUID:
    answer = steward.client.post(f"/desk/datasets/{dataset.id}/bronnen/nieuw/demo", DEMO | {"action": "save"} | more)
    assert answer.status_code == 302, text(answer)[:3000]
    return UUID(answer["Location"].rsplit("/", 1)[-1])


def test_from_choosing_to_a_version(steward: Any, dataset: Any) -> None:
    home = f"/desk/datasets/{dataset.id}/bronnen"
    assert "koppel een bron" in text(steward.client.get(f"/desk/datasets/{dataset.id}"))
    assert "Nog geen bronnen" in text(steward.client.get(home))
    assert "Tabel in een database" in text(steward.client.get(f"{home}/nieuw"))
    form = text(steward.client.get(f"{home}/nieuw/demo"))
    assert "<title>Bron koppelen: Voorbeeld: verzonnen waterstanden, " in form
    assert "Meetpunt" in form
    checked = steward.client.post(f"{home}/nieuw/demo", DEMO | {"action": "check"})
    assert "Het meetpunt Kade kan waterstanden geven." in text(checked)
    shown = text(steward.client.post(f"{home}/nieuw/demo", DEMO | {"action": "preview"}))
    assert "Eerste rijen van waterstanden.csv" in shown
    assert shown.count("<tr>") > 20
    assert not Source.objects.exists()
    source = made(steward, dataset)
    page = text(steward.client.get(f"/desk/bronnen/{source}"))
    assert "elke dag om 06:30" in page
    assert "Nog niet opgehaald" in page
    answer = steward.client.post(f"/desk/bronnen/{source}/doe", {"action": "run"})
    run = answer["Location"]
    waiting = text(steward.client.get(run))
    assert "Staat in de rij" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert steward.client.get(f"{run}/voortgang").status_code == 200
    settle()
    assert steward.client.get(f"{run}/voortgang")["HX-Redirect"] == run
    done = text(steward.client.get(run))
    assert "Nieuwe versie" in done
    assert "Versie 1 is klaar: 48 rijen." in done
    assert "In orde" in text(steward.client.get(home))


def test_when_it_is_due_stands_in_both_languages(steward: Any, dataset: Any) -> None:
    for minutes, dutch, english in (("60", "elk uur", "every hour"), ("90", "elke 90 minuten", "every 90 minutes")):
        made(steward, dataset, every="minutes", count=minutes)
        assert dutch in text(steward.client.get("/desk/bronnen"))
        assert english in text(steward.client.get("/en/desk/bronnen"))


def test_what_is_wrong_stands_at_its_field(steward: Any, dataset: Any) -> None:
    address = f"/desk/datasets/{dataset.id}/bronnen/nieuw/demo"
    for more, said in (
        ({"days": "900"}, "Kies ten hoogste 366 dagen."),
        ({"days": "veel"}, "Vul een heel getal boven nul in."),
        ({"station": ""}, "Meetpunt"),
        ({"every": "week", "count": "9"}, "Vul een getal in van 1 tot en met 7."),
        ({"at": "half zeven"}, "Vul een tijd in, zoals 06:30."),
        ({"attempts": "veel"}, "Vul een getal in van 1 tot en met 10."),
    ):
        answer = steward.client.post(address, DEMO | {"action": "save"} | more)
        assert answer.status_code == 422
        assert said in text(answer)
    assert not Source.objects.exists()


def test_the_sheet_of_a_workbook_is_chosen_and_stays_when_something_else_is_changed(
    steward: Any, dataset: Any, settings: Any, tmp_path_factory: Any
) -> None:
    root = tmp_path_factory.mktemp("opened")
    settings.SLUIS = replace(settings.SLUIS, folders=(str(root),))
    book = openpyxl.Workbook()
    large = book.create_sheet("Groot", 0)
    for number in range(50):
        large.append([f"groot{number}", number])
    small = book.create_sheet("Tellingen")
    for row in (["uitleg"], ["plaats", "aantal"], ["Tiel", 3], ["Buren", 4]):
        small.append(row)
    book.save(root / "tellingen.xlsx")
    form = {"title": "Map", "folder": str(root), "pattern": "*.xlsx", "which": "newest", "max_mb": "10",
            "mode": "replace", "every": "never", "attempts": "5", "sheet": "Tellingen", "header_row": "2"}  # fmt: skip
    address = f"/desk/datasets/{dataset.id}/bronnen/nieuw/folder"
    shown = text(steward.client.post(address, form | {"action": "preview"}))
    assert "Tiel" in shown
    assert "groot" not in shown
    home = steward.client.post(address, form | {"action": "save"})["Location"]
    source = Source.objects.get()
    assert source.options == {"sheet": "Tellingen", "header_row": 2}
    assert "<dt>Werkblad</dt><dd>Tellingen</dd>" in text(steward.client.get(home)).replace("> <", "><")
    Source.objects.update(options=source.options | {"types": {"aantal": "text"}})
    assert 'value="Tellingen"' in text(steward.client.get(f"{home}/wijzigen"))
    assert steward.client.post(f"{home}/wijzigen", form | {"every": "day", "at": "06:30"}).status_code == 302
    assert Source.objects.get().options == source.options | {"types": {"aantal": "text"}}
    steward.client.post(f"/desk/bronnen/{source.id}/doe", {"action": "run"})
    settle()
    (version,) = lake.versions(by=steward.actor, dataset_id=dataset.id)
    assert (version.rows_total, [one["type"] for one in (version.report or {})["columns"]]) == (2, ["text", "text"])


def test_a_stored_secret_never_reaches_a_page_and_stays_when_left_empty(steward: Any, dataset: Any) -> None:
    address = f"/desk/datasets/{dataset.id}/bronnen/nieuw/http-file"
    web = {"title": "Web", "url": "https://bron.example/x.csv", "token": "zeer-geheim-31", "max_mb": "10",
           "mode": "replace", "every": "never", "attempts": "5"}  # fmt: skip
    source = steward.client.post(address, web)["Location"]
    sealed = SourceSecret.objects.get().sealed
    for page in (source, f"{source}/wijzigen", f"/desk/datasets/{dataset.id}/bronnen"):
        assert "zeer-geheim-31" not in text(steward.client.get(page))
    assert "Er is er al een" in text(steward.client.get(f"{source}/wijzigen"))
    changed = steward.client.post(f"{source}/wijzigen", web | {"token": "", "max_mb": "20"})
    assert changed.status_code == 302
    assert SourceSecret.objects.get().names == ["token"]
    assert SourceSecret.objects.get().sealed != sealed
    moved = steward.client.post(f"{source}/wijzigen", web | {"token": "", "url": "https://elders.example/x.csv"})
    assert moved.status_code == 422
    assert "Het adres is gewijzigd. Vul Toegangscode (token) opnieuw in." in text(moved)


def test_a_source_that_was_given_up_is_work_in_the_inbox(
    steward: Any, dataset: Any, settings: Any, tmp_path_factory: Any
) -> None:
    root = Path(tmp_path_factory.mktemp("folders"))
    settings.SLUIS = replace(settings.SLUIS, folders=(str(root),))
    answer = steward.client.post(
        f"/desk/datasets/{dataset.id}/bronnen/nieuw/folder",
        {"title": "Map", "folder": str(root), "pattern": "*.csv", "which": "newest", "max_mb": "10", "mode": "replace",
         "every": "never", "attempts": "1"},
    )  # fmt: skip
    source = answer["Location"]
    steward.client.post(f"{source}/doe", {"action": "run"})
    settle()
    assert SourceRun.objects.get().state == "dead"
    assert "Herstel de bron Map" in text(steward.client.get("/desk/"))
    assert "De bron Map van Straten van Merwede is gestopt" in text(steward.client.get("/desk/berichten"))
    page = text(steward.client.get(source))
    assert "staat geen bestand met de naam *.csv" in page
    assert "Probeer opnieuw" in page
    (root / "a.csv").write_bytes(CSV)
    steward.client.post(f"{source}/doe", {"action": "retry"})
    settle()
    assert "In orde" in text(steward.client.get(source))
    assert "Herstel de bron" not in text(steward.client.get("/desk/"))


def test_who_may_look_and_who_may_manage(
    steward: Any, owner: Any, stranger: Any, dataset: Any, person: Any, merwede: Any
) -> None:
    source = made(steward, dataset)
    page = text(owner.client.get(f"/desk/bronnen/{source}"))
    assert "Haal nu op" not in page
    assert owner.client.post(f"/desk/bronnen/{source}/doe", {"action": "run"}).status_code == 403
    assert owner.client.get(f"/desk/bronnen/{source}/wijzigen").status_code == 403
    for address in ("", "/wijzigen", "/verwijderen"):
        assert stranger.client.get(f"/desk/bronnen/{source}{address}").status_code == 404
    assert "Waterstanden" not in text(stranger.client.get("/desk/bronnen"))
    keeper = person(merwede, "administrator")
    assert "Waterstanden" in text(keeper.client.get("/desk/bronnen"))
    assert keeper.client.post(f"/desk/bronnen/{source}/doe", {"action": "pause"}).status_code == 302
    assert "Gepauzeerd" in text(keeper.client.get(f"/desk/datasets/{dataset.id}/bronnen"))
    assert keeper.client.post(f"/desk/bronnen/{source}/doe", {"action": "branden"}).status_code == 404
    assert "verdwijnen" in text(keeper.client.get(f"/desk/bronnen/{source}/verwijderen"))
    keeper.client.post(f"/desk/bronnen/{source}/verwijderen")
    assert lake.sources(by=steward.actor)[1] == 0


def test_pages_are_there_in_english(steward: Any, dataset: Any) -> None:
    source = made(steward, dataset)
    steward.client.post(f"/desk/bronnen/{source}/doe", {"action": "run"})
    settle()
    page = text(steward.client.get(f"/en/desk/bronnen/{source}"))
    assert "every day at 06:30" in page
    assert "Example: made-up water levels" in page
    run = SourceRun.objects.get().id
    assert "Version 1 is ready: 48 rows." in text(steward.client.get(f"/en/desk/bronnen/keren/{run}"))
