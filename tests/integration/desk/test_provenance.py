"""Where a version comes from: at the desk, as JSON, and outside without what is only for inside."""

import json

import pytest

from sluis.foundation.service import run_until_idle
from sluis.lake import service as lake
from sluis.lake.models import TableVersion

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_and_the_json_tell_source_ledger_parts_and_history(table, steward, stranger):
    page = f"/desk/tabellen/{table.id}/herkomst"
    html = steward.client.get(page).content.decode()
    assert table.source_sha256 in html
    assert "straten.csv" in html
    assert "Ingelezen, " in html
    found = json.loads(steward.client.get(f"{page}.json").content)
    assert found["derived_from"]["kind"] == "file"
    assert found["derived_from"]["dialect"]["delimiter"] == ";"
    assert found["generated_by"]["rows"] == {
        "rows_read": 3, "rows_loaded": 3, "rows_rejected": 0, "rows_total": 3
    }  # fmt: skip
    assert found["generated_by"]["by"] == steward.actor.key
    assert found["generated_by"]["software"].startswith("sluis ")
    assert found["parts"] == table.parts
    assert [one["action"] for one in found["history"]] == ["lake.table.ready"]
    assert found["releases"] == []
    assert stranger.client.get(page).status_code == stranger.client.get(f"{page}.json").status_code == 404
    assert page in steward.client.get(f"/desk/tabellen/{table.id}").content.decode()


def test_an_addition_names_what_it_was_put_on(table, steward, tmp_path):
    path = tmp_path / "meer.csv"
    path.write_text("straat;aantal;datum\nPlein;4;09-10-2026\n")
    made = lake.ingest_now(by=steward.actor, dataset_id=table.dataset_id, path=path, mode="append")
    run_until_idle()
    found = lake.provenance(by=steward.actor, table_version_id=made)
    assert found["revision_of"] == {"id": str(table.id), "number": 1}
    assert len(found["parts"]) == 2
    html = steward.client.get(f"/desk/tabellen/{made}/herkomst").content.decode()
    assert "Gezet op versie 1" in html
    assert "toegevoegd aan versie 1" in html


def test_nothing_of_inside_is_in_the_public_part(table, steward):
    TableVersion.objects.filter(id=table.id).update(options={"without": ["bsn"]})
    found = lake.public_provenance(table.dataset_id, table.data_sha256)
    text = json.dumps(found)
    for inside in ("straten.csv", steward.actor.key, str(table.id), str(table.dataset_id), "bsn", "merwede"):
        assert inside not in text
    assert (found["kind"], found["rows_read"], found["dialect"]["delimiter"]) == ("file", 3, ";")
    assert lake.public_provenance(table.dataset_id, "0" * 64) is None
