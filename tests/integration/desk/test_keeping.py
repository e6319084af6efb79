"""The rule for keeping at the desk and on the command line, and that what was released stays."""

import json

import pytest
from typer.testing import CliRunner

from sluis.cli.main import app
from sluis.foundation.service import run_until_idle
from sluis.kernel.actor import SYSTEM
from sluis.lake import service as lake
from sluis.lake.models import TableVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three(steward, dataset, tmp_path):
    for count in (3, 4, 5):
        path = tmp_path / "straten.csv"
        path.write_text("straat;aantal\n" + "".join(f"Kade {i};{i}\n" for i in range(count)))
        lake.ingest_now(by=steward.actor, dataset_id=dataset.id, path=path)
    run_until_idle()
    return f"/desk/datasets/{dataset.id}/data/bewaren"


def test_try_save_and_let_go(three, person, merwede, steward, dataset):
    manager = person(merwede, "data_manager")
    assert "Er is geen regel: alle versies blijven." in manager.client.get(three).content.decode()
    assert "Kijk wat er weg zou gaan" not in steward.client.get(three).content.decode()
    tried = manager.client.post(three, {"action": "try", "last": "1"}).content.decode()
    assert "Met deze regel gaan 2 versies weg." in tried
    assert "Dit is de nieuwste versie." in tried
    assert lake.rule_of(by=SYSTEM, dataset_id=dataset.id) is None
    refused = manager.client.post(three, {"action": "save", "last": "0"})
    assert refused.status_code == 422
    assert "Noem een aantal van 1 tot en met 100000." in refused.content.decode()
    assert steward.client.post(three, {"action": "save", "last": "1"}).status_code == 403
    assert manager.client.post(three, {"action": "save", "last": "2"}).status_code == 302
    dry = CliRunner().invoke(app, ["table", "expire", dataset.slug, "--dry-run", "--json"])
    assert dry.exit_code == 0, dry.output
    assert [(row["version"], row["goes"]) for row in json.loads(dry.output)] == [(3, False), (2, False), (1, True)]
    assert TableVersion.objects.filter(status="ready").count() == 3
    done = CliRunner().invoke(app, ["table", "expire"])
    assert done.exit_code == 0, done.output
    gone = TableVersion.objects.get(status="expired")
    page = steward.client.get(f"/desk/tabellen/{gone.id}", follow=True).content.decode()
    assert "De rijen zijn weg sinds" in page
    assert "straten.csv" in page
    assert "Opgeruimd" in steward.client.get(f"/desk/datasets/{dataset.id}/data").content.decode()


def test_the_command_sets_the_rule(three, dataset):
    done = CliRunner().invoke(app, ["table", "keep", dataset.slug, "--last", "1", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == {"last": 1, "days": None, "goes": [2, 1]}
