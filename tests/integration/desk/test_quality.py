"""Quality over time at the desk: the overview, the page of one table, the limits, and who may."""

import re

import pytest

from sluis.foundation.service import run_until_idle
from sluis.lake import service as lake
from sluis.lake.models import TableAlert, TableWatch
from sluis.lake.watching.types import Trouble

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/desk/datasets/{}/kwaliteit"


@pytest.fixture
def fewer(steward, dataset, tmp_path):
    """Four versions of fifty rows and one of ten."""
    for count in (50, 50, 50, 50, 10):
        path = tmp_path / "straten.csv"
        path.write_text("straat;aantal\n" + "".join(f"Kade {i};{i % 5}\n" for i in range(count)))
        lake.ingest_now(by=steward.actor, dataset_id=dataset.id, path=path)
    run_until_idle()
    return PAGE.format(dataset.id)


def test_the_page_shows_charts_with_their_table_and_what_is_wrong(fewer, steward):
    html = steward.client.get(fewer).content.decode()
    assert html.count('class="sluis-figure"') == 4
    assert html.count('class="sluis-chart"') == 1, "of what is nought in every version only the sentence stands"
    assert 'aria-label="Omvang. De nieuwste versie heeft 10 rijen. Verwacht: 38 tot en met 62."' in html
    assert html.count('class="is-odd"') == 1
    assert "Onverwacht aantal rijen" in html
    assert "heeft 10 rijen. Verwacht: 38 tot en met 62." in html
    table = html[html.index('id="metingen-caption"') :]
    assert re.findall(r'<th scope="row"[^>]*>\s*(\d)', table) == ["5", "4", "3", "2", "1"]
    assert 'aria-label="Size. The newest version has 10 rows.' in steward.client.get("/en" + fewer).content.decode()


def test_the_overview_filters_and_leads_to_the_table(fewer, steward, stranger):
    shown = steward.client.get("/desk/kwaliteit?toon=volume").content.decode()
    assert fewer in shown
    assert fewer not in steward.client.get("/desk/kwaliteit?toon=late").content.decode()
    assert fewer in steward.client.get("/desk/kwaliteit?toon=mis").content.decode()
    assert fewer not in stranger.client.get("/desk/kwaliteit").content.decode()
    assert stranger.client.get(fewer).status_code == 404


def test_it_stands_in_the_inbox_of_who_looks_after_it(fewer, steward, owner):
    assert "Kijk naar de kwaliteit van de tabel" in steward.client.get("/desk/").content.decode()
    assert "Kijk naar de kwaliteit van de tabel" not in owner.client.get("/desk/").content.decode()
    told = steward.client.get("/desk/berichten").content.decode()
    assert "heeft 10 rijen. Verwacht: 38 tot en met 62." in told
    assert fewer in told


def test_so_it_should_be_and_limits(fewer, steward, owner, dataset):
    assert owner.client.post(fewer, {"action": "accept"}).status_code == 403
    wrong = steward.client.post(fewer, {"action": "limits", "volume_percent": "2000", "drift_limit": "0,3"})
    assert wrong.status_code == 422
    assert "Noem een percentage van 0 tot en met 1000." in wrong.content.decode()
    good = {"action": "limits", "volume_percent": "90", "drift_limit": "0,3", "silent": "drift"}
    assert steward.client.post(fewer, good).status_code == 302
    row = TableWatch.objects.get(dataset_id=dataset.id)
    assert (row.volume_percent, row.drift_limit, row.silent, row.troubles) == (90, 0.3, ["drift"], 0)
    assert steward.client.post(fewer, {"action": "limits"}).status_code == 302
    assert set(lake.watch_of(by=steward.actor, dataset_id=dataset.id).troubles) == {Trouble.VOLUME}
    assert steward.client.post(fewer, {"action": "accept"}).status_code == 302
    assert not TableAlert.objects.filter(closed_at=None).exists()
    assert "In orde" in steward.client.get(fewer).content.decode()


def test_without_a_table_the_page_says_so(steward, dataset):
    assert "Er is nog geen tabel gemeten." in steward.client.get(PAGE.format(dataset.id)).content.decode()
