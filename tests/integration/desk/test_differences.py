"""The page on what differs between two versions, and the files that come with it."""

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sluis.foundation.service import run_until_idle
from sluis.lake import service as lake

pytestmark = pytest.mark.django_db(transaction=True)
OLD = "straat;aantal\nDijkweg;1\nKade;7\nSluisplein;9\n"
NEW = "straat;aantal\nDijkweg;2\nKade;7\nVeerweg;4\n"


def versions(steward: Any, dataset: Any, tmp_path: Path) -> list[Any]:
    made = []
    for text in (OLD, NEW):
        path = tmp_path / "straten.csv"
        path.write_text(text)
        made.append(lake.ingest_now(by=steward.actor, dataset_id=dataset.id, path=path))
    return made


def body(client: Any, url: str, **given: Any) -> str:
    answer = client.get(url, **given)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_asking_to_the_rows(steward: Any, dataset: Any, tmp_path: Path) -> None:
    old, new = versions(steward, dataset, tmp_path)
    url = f"/desk/tabellen/{new}/verschil"
    assert "nog niet vergeleken" in body(steward.client, url)
    asked = steward.client.post(url, {"met": "1"})
    assert asked.status_code == 302
    page = body(steward.client, asked["Location"])
    assert "Van versie 1 naar versie 2" in page
    for figure in ("rijen erbij</dt><dd>1", "rijen weg</dt><dd>1", "rijen gewijzigd</dt><dd>1"):
        assert figure in page
    assert "Gewijzigde rijen per kolom" in page
    table = pq.read_table(BytesIO(b"".join(steward.client.get(f"{url}/{old}.parquet"))))
    assert sorted(table.column("verschil").to_pylist()) == ["added", "after", "before", "removed"]
    answer = steward.client.get(f"{url}/{old}.csv")
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert {(row["verschil"], row["straat"], row["aantal"]) for row in rows} == {
        ("before", "Dijkweg", "1"), ("after", "Dijkweg", "2"), ("removed", "Sluisplein", "9"), ("added", "Veerweg", "4")
    }  # fmt: skip
    assert steward.client.get(f"{url}/{old}.xml").status_code == 404
    assert "Welke rijen verschillen?" in body(steward.client, f"/desk/tabellen/{new}")


def test_rows_that_differ_are_written_as_in_every_table(steward: Any, dataset: Any, tmp_path: Path) -> None:
    path = tmp_path / "metingen.csv"
    for rows in ("Kade;2026-01-02 10:00:00;1,5\n", "Kade;2026-01-02 10:00:00;1,5\nVeer;2026-07-03 11:30:00;1.234,5\n"):
        path.write_text("punt;moment;waarde\n" + rows)
        new = lake.ingest_now(by=steward.actor, dataset_id=dataset.id, path=path)
    url = f"/desk/tabellen/{new}/verschil"
    page = body(steward.client, steward.client.post(url, {"met": "1"})["Location"])
    assert '<td class="sluis-number">1234,5</td>' in page
    assert re.search(r"<td>03-07-2026 \d\d:30</td>", page)


def test_of_a_large_table_it_comes_in_the_background(
    steward: Any, dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, new = versions(steward, dataset, tmp_path)
    monkeypatch.setattr("sluis.lake.differing._FEW_ROWS", 0)
    url = f"/desk/tabellen/{new}/verschil"
    steward.client.post(url, {"met": "1"})
    assert "Sluis vergelijkt de versies" in body(steward.client, f"{url}?met=1")
    run_until_idle()
    assert "rijen erbij</dt><dd>1" in body(steward.client, f"{url}?met=1")


def test_the_first_version_has_nothing_to_compare_with(steward: Any, dataset: Any, tmp_path: Path) -> None:
    old, _ = versions(steward, dataset, tmp_path)
    assert "Van versie" not in body(steward.client, f"/desk/tabellen/{old}/verschil?met=99")
    assert "Van versie 2 naar versie 1" in body(steward.client, f"/desk/tabellen/{old}/verschil?met=2")
