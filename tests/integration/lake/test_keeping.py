"""How long versions are kept: what goes, what stays and why, and that nothing that somebody needs is lost."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.lake.growing import FIRST

from sluis.foundation.models import AuditEntry
from sluis.foundation.service import acting, blobs, create_person, grant, organisation, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Conflict, Invalid, NotAllowed
from sluis.lake import service as lake
from sluis.lake.keeping import holding
from sluis.lake.keeping.types import Rule, Why, kept_by_rule
from sluis.lake.models import TableVersion

db = pytest.mark.django_db(transaction=True)


def table(number: int) -> str:
    return FIRST + f"B{number:02};Tiel;{number};2024-02-01\n"


def numbers(desk, status: str = "ready") -> list[int]:
    rows = TableVersion.objects.filter(dataset_id=desk.dataset, status=status)
    return sorted(rows.values_list("number", flat=True))


def why(desk) -> dict[int, set[Why]]:
    return {fate.number: set(fate.why) for fate in lake.fates(by=SYSTEM, dataset_id=desk.dataset)}


def keep(desk, **rule: int) -> None:
    lake.set_rule(by=SYSTEM, dataset_id=desk.dataset, rule=Rule(**rule))


@db
def test_without_a_rule_everything_stays(desk):
    for number in range(3):
        desk.load(table(number))
    assert lake.expire(by=SYSTEM, dataset_id=desk.dataset) == ()
    assert lake.ruled() == []
    assert why(desk)[1] == {Why.RULE}


@db
def test_what_is_old_and_not_among_the_last_goes_and_leaves_its_story(desk, fixed_clock):
    first = desk.load(table(0))
    desk.load(table(1))
    fixed_clock.advance(timedelta(days=40))
    desk.load(table(2))
    newest = desk.load(table(3))
    keep(desk, last=2, days=30)
    assert why(desk) == {4: {Why.NEWEST, Why.RULE}, 3: {Why.RULE}, 2: set(), 1: set()}
    assert numbers(desk) == [1, 2, 3, 4], "looking changes nothing"
    assert [fate.number for fate in lake.expire(by=SYSTEM, dataset_id=desk.dataset)] == [2, 1]
    assert (numbers(desk), numbers(desk, "expired")) == ([3, 4], [1, 2])
    gone = lake.table_version(by=desk.by, table_version_id=first.id)
    assert (gone.parts, gone.profile, gone.data_sha256) == ([], None, "")
    assert (gone.source_sha256, gone.rows_loaded) == (first.source_sha256, 4)
    assert [column["name"] for column in gone.report["columns"]] == ["code", "plaats", "aantal", "datum"]
    assert AuditEntry.objects.filter(action="lake.table.expired").count() == 2
    assert lake.expire(by=SYSTEM, dataset_id=desk.dataset) == ()
    blobs.sweep(older_than_seconds=-1)
    for sha256 in (first.source_sha256, first.data_sha256):
        assert sha256 not in {one.sha256 for one in blobs.stored()}
    assert len(desk.rows(newest)) == 4
    with pytest.raises(Conflict):
        lake.rerun(by=desk.by, table_version_id=first.id)
    with pytest.raises(Conflict):
        lake.diff(by=desk.by, old=first.id, new=newest.id)


@db
def test_parts_that_a_kept_version_shares_stay(desk):
    desk.load(FIRST)
    desk.load("code;plaats;aantal;datum\nB01;Tiel;1;2024-02-01\n", mode="append")
    newest = desk.load("code;plaats;aantal;datum\nB02;Tiel;2;2024-02-02\n", mode="append")
    keep(desk, last=1)
    run_until_idle()
    lake.expire(by=SYSTEM, dataset_id=desk.dataset)
    assert numbers(desk) == [3]
    blobs.sweep(older_than_seconds=-1)
    assert len(desk.rows(newest)) == 5
    again = desk.load("code;plaats;aantal;datum\nB03;Tiel;3;2024-02-03\n", mode="append")
    assert len(desk.rows(again)) == 6


@db
def test_iceberg_forgets_the_version_and_keeps_the_others(desk):
    from sluis.lake.iceberg import catalogue, snapshots

    for number in range(4):
        desk.load(table(number))
    run_until_idle()
    first = TableVersion.objects.get(number=1)
    lake.diff(by=SYSTEM, old=first.id, new=TableVersion.objects.get(number=4).id)
    keep(desk, last=1)
    lake.expire(by=SYSTEM, dataset_id=desk.dataset)
    run_until_idle()
    with catalogue.opened() as opened:
        standing = snapshots.standing(catalogue.found(opened, "bomen", desk.dataset))
    assert [one.number for one in standing] == [1, 4]
    assert lake.behind(by=SYSTEM) == ()


@db
def test_a_difference_and_what_another_room_points_at_stay(desk, monkeypatch):
    one, two, three, _four = (desk.load(table(number)) for number in range(4))
    keep(desk, last=1)
    monkeypatch.setattr(holding, "_holders", [lambda dataset: [(three.data_sha256, Why.RELEASED)]])
    lake.diff(by=desk.by, old=one.id, new=two.id)
    assert why(desk) == {
        4: {Why.NEWEST, Why.RULE}, 3: {Why.RELEASED}, 2: {Why.DIFFERENCE}, 1: {Why.DIFFERENCE}
    }  # fmt: skip
    assert lake.expire(by=SYSTEM, dataset_id=desk.dataset) == ()
    monkeypatch.setattr(holding, "_holders", [lambda dataset: [(holding.ALL, Why.DOSSIER)]])
    assert Why.DOSSIER in why(desk)[3]


@db
def test_what_points_at_it_in_the_meantime_keeps_it(desk, monkeypatch):
    for number in range(3):
        desk.load(table(number))
    keep(desk, last=1)
    asked: list[int] = []

    def later(dataset):
        """Nothing at the first look; afterwards somebody decided about every version."""
        asked.append(1)
        return [(holding.ALL, Why.DECIDED)] if len(asked) > 1 else []

    monkeypatch.setattr(holding, "_holders", [later])
    assert lake.expire(by=SYSTEM, dataset_id=desk.dataset) == ()
    assert numbers(desk) == [1, 2, 3]


@db
def test_the_rule_of_the_organisation_holds_where_there_is_none_of_its_own(desk):
    for number in range(3):
        desk.load(table(number))
    lake.set_rule(by=SYSTEM, dataset_id=desk.dataset, rule=Rule(last=2), everywhere=True)
    assert lake.rule_of(by=SYSTEM, dataset_id=desk.dataset) == lake.RuleRecord(Rule(last=2), own=False)
    keep(desk, last=3)
    assert lake.rule_of(by=SYSTEM, dataset_id=desk.dataset) == lake.RuleRecord(Rule(last=3), own=True)
    keep(desk)
    assert lake.ruled() == [desk.dataset]
    from sluis.lake.jobs import expire_tables

    assert expire_tables.call() == 1
    assert numbers(desk) == [2, 3]


@db
def test_who_does_not_answer_for_the_data_sets_no_rule(desk):
    desk.load(FIRST)
    with pytest.raises(NotAllowed):
        lake.set_rule(by=desk.by, dataset_id=desk.dataset, rule=Rule(last=1))
    with pytest.raises(NotAllowed):
        lake.expire(by=desk.by, dataset_id=desk.dataset)
    manager = create_person(by=SYSTEM, email="m@merwede.example", name="M", password="een-lang-wachtwoord-9")
    grant(by=SYSTEM, user_id=manager.id, organisation_id=organisation("merwede").id, role="data_manager")
    lake.set_rule(by=acting(manager.id), dataset_id=desk.dataset, rule=Rule(last=1))
    with pytest.raises(Invalid):
        lake.set_rule(by=acting(manager.id), dataset_id=desk.dataset, rule=Rule(last=0))


@given(
    st.lists(st.integers(0, 400), max_size=12),
    st.one_of(st.none(), st.integers(1, 12)),
    st.one_of(st.none(), st.integers(1, 400)),
)
def test_a_wider_rule_never_keeps_less(ages, last, days):
    now = clock.now()
    moments = [now - timedelta(days=age) for age in sorted(ages)]
    kept = kept_by_rule(Rule(last, days), moments, now)
    if last is None and days is None:
        assert all(kept)
        return
    wider = kept_by_rule(Rule((last or 0) + 1, (days or 0) + 1), moments, now)
    assert all(now_kept <= then_kept for now_kept, then_kept in zip(kept, wider, strict=True))
    assert kept == sorted(kept, reverse=True), "what goes is older than what stays"
    assert sum(kept) >= min(last or 0, len(moments))
