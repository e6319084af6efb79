"""What a release, a decision or a running dossier points at stays, whatever the rule for keeping says."""

from typing import Any

import pytest
from tests.integration.release.conftest import PALEN, hand_in, publish, ready
from tests.integration.release.test_contracts import deliver

from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound
from sluis.lake import service as lake
from sluis.lake.service import Rule, Why
from sluis.release import public
from sluis.release.models import PublicTable, Release
from sluis.release.projection import fill_provenance

pytestmark = pytest.mark.django_db


def why(palen: Any) -> list[set[Why]]:
    """The oldest first, with the least that a rule can keep."""
    return [set(fate.why) for fate in reversed(lake.fates(by=SYSTEM, dataset_id=palen.id, rule=Rule(last=1)))]


def test_all_versions_stay_while_a_dossier_runs(palen, steward, owner, tmp_path):
    hand_in(steward, palen, {**PALEN, "vermogen": [7] * len(PALEN["paal"])}, tmp_path)
    assert why(palen)[0] == set()
    ready(steward, palen)
    assert all(Why.DOSSIER in reasons for reasons in why(palen))


def test_released_versions_stay_and_the_page_of_each_keeps_working(palen, steward, owner, tmp_path):
    publish(steward, owner, palen)
    assert why(palen)[0] >= {Why.RELEASED, Why.DECIDED}
    for power in (11, 22, 50):
        deliver(palen, steward, {**PALEN, "vermogen": [power] * len(PALEN["paal"])}, tmp_path)
    released = list(Release.objects.order_by("number").values_list("number", flat=True))
    assert len(released) == 4, "each refresh came out"
    lake.set_rule(by=SYSTEM, dataset_id=palen.id, rule=Rule(last=1))
    assert lake.expire(by=SYSTEM, dataset_id=palen.id) == ()
    for number in released:
        assert public.table(palen.slug, number).rows == len(PALEN["paal"])


def test_a_version_between_two_releases_goes(palen, steward, owner, tmp_path):
    publish(steward, owner, palen)
    between = hand_in(steward, palen, {**PALEN, "vermogen": [1] * len(PALEN["paal"])}, tmp_path)
    deliver(palen, steward, {**PALEN, "vermogen": [2] * len(PALEN["paal"])}, tmp_path)
    lake.set_rule(by=SYSTEM, dataset_id=palen.id, rule=Rule(last=1))
    assert [fate.version_id for fate in lake.expire(by=SYSTEM, dataset_id=palen.id)] == [between.id]


def test_where_the_rows_of_a_release_come_from_stands_outside(palen, steward, owner, tmp_path):
    publish(steward, owner, palen)
    deliver(palen, steward, {**PALEN, "vermogen": [9] * len(PALEN["paal"])}, tmp_path)
    found = public.provenance(palen.slug, 2)
    assert (found["release"], found["revision_of"], found["rows_total"]) == (2, 1, len(PALEN["paal"]))
    assert found["parts"][0]["sha256"] == public.table(palen.slug, 2).sha256
    PublicTable.objects.update(provenance={})
    with pytest.raises(NotFound):
        public.provenance(palen.slug, 2)
    assert fill_provenance() == 2
    assert public.provenance(palen.slug, 2) == found
