"""What differs between two releases, for everybody: only what stands outside, worked out once."""

import pytest
from django.test import Client
from tests.integration.release.conftest import PALEN, publish
from tests.integration.release.test_contracts import deliver

from sluis.foundation.service import run_until_idle
from sluis.kernel.errors import Gone, Invalid, NotFound
from sluis.lake.models import TableDifference
from sluis.lake.rows.types import PageRequest
from sluis.release import public
from sluis.release import service as release
from sluis.release.jobs import _held as held
from sluis.release.jobs import keep_differences
from sluis.release.models import PublicDifference
from sluis.release.projection import rebuild_projection

pytestmark = pytest.mark.django_db
ROWS = len(PALEN["paal"])


@pytest.fixture
def three(palen, steward, owner, tmp_path):
    """Three releases: in the second one value is another one, in the third all are."""
    publish(steward, owner, palen)
    power = [99, *PALEN["vermogen"][1:]]
    deliver(palen, steward, {**PALEN, "vermogen": power}, tmp_path)
    deliver(palen, steward, {**PALEN, "vermogen": [n + 1 for n in power]}, tmp_path)
    run_until_idle()
    return palen.slug


def test_a_new_release_is_held_against_the_one_before_it(three):
    assert PublicDifference.objects.count() == 2
    found = public.changes(three, 1, 2)
    counts = found.result["added"], found.result["removed"], found.result["changed"]
    assert counts in ((1, 1, 0), (0, 0, 1))
    rows = public.changed_rows(found, PageRequest(limit=10)).rows
    assert sorted(row[found.result["what"]] for row in rows) in (["added", "removed"], ["after", "before"])
    assert {row["vermogen"] for row in rows} == {99, PALEN["vermogen"][0]}
    assert "examples" not in found.result


def test_columns_stand_in_the_order_of_the_table_whatever_the_database_does(three):
    row = PublicDifference.objects.get(id=public.changes(three, 1, 2).id)
    names = [name for name, _kind in row.result["file_columns"]]
    row.result["columns"] = dict.fromkeys(reversed(names), 1)
    row.save()
    assert list(public.changes(three, 1, 2).result["columns"]) == names


def test_any_other_two_are_worked_out_when_somebody_asks_and_only_once(three):
    for _time in range(2):
        with pytest.raises(public.StillComparing):
            public.changes(three, 1, 3)
    run_until_idle()
    assert public.changes(three, 1, 3).result["by"] in ("key", "rows")
    assert PublicDifference.objects.count() == 3
    rebuild_projection()
    assert public.changes(three, 1, 3)
    assert TableDifference.objects.count() == 3


def test_one_release_twice_one_that_is_not_there_and_one_that_was_withdrawn(three, owner, palen):
    with pytest.raises(Invalid):
        public.changes(three, 1, 1)
    with pytest.raises(NotFound):
        public.changes(three, 1, 9)
    release.withdraw(by=owner, dataset_id=palen.id, reason="Een fout.", number=1)
    with pytest.raises(Gone):
        public.changes(three, 1, 2)
    assert public.changes(three, 2, 3)


def test_what_differs_goes_with_the_release_that_is_withdrawn(three, owner, palen):
    gone = public.changes(three, 1, 2).file_sha256
    stays = public.changes(three, 2, 3).file_sha256
    assert {gone, stays} <= set(held())
    release.withdraw(by=owner, dataset_id=palen.id, reason="Er staan namen in.", number=1)
    assert gone not in set(held())
    keep_differences.func()
    assert [one.file_sha256 for one in PublicDifference.objects.all()] == [stays]
    assert public.changes(three, 2, 3)


def test_page_and_api_show_it_by_page(three):
    client = Client()
    told = client.get(f"/api/v1/datasets/{three}/releases/3/changes", {"since": 2, "limit": 1})
    assert told.status_code == 200, told.content
    body = told.json()
    assert (body["release"], body["since"], body["schemaChanges"]) == (3, 2, [])
    assert len(body["rows"]) == 1
    seen = list(body["rows"])
    while body["next"]:
        body = client.get(body["next"]).json()
        seen += body["rows"]
    assert len(seen) == 2 * ROWS
    assert {row["what"] for row in seen} in ({"added", "removed"}, {"before", "after"})
    waiting = client.get(f"/api/v1/datasets/{three}/releases/3/changes", {"since": 1})
    assert (waiting.status_code, waiting["Retry-After"]) == (503, "60")
    page = client.get(f"/datasets/{three}/versions/2/changes").content.decode()
    assert "Van versie 1 naar versie 2." in page
    assert ">99<" in page
    assert "worden nog vergeleken" in client.get(f"/datasets/{three}/versions/3/changes?met=1").content.decode()
    assert "Er is geen eerdere versie" not in client.get(f"/datasets/{three}/versions/3/changes").content.decode()
