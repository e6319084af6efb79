"""Quality over time, on tables that were really read: measures, alerts that open once and close themselves, limits."""

from datetime import timedelta

import pytest
from tests.integration.lake.growing import Desk

from sluis.foundation.service import run_until_idle, staff
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid, NotAllowed, NotFound
from sluis.lake import service as lake
from sluis.lake.models import TableAlert, TableWatch, VersionMeasure
from sluis.lake.watching import measuring
from sluis.lake.watching.types import Limits, Trouble
from sluis.process.service import notices
from sluis.register.service import change

pytestmark = pytest.mark.django_db(transaction=True)


def rows(count: int, place: str = "Tiel") -> str:
    return "code;plaats;aantal\n" + "".join(
        f"A{i:05};{place if i % 2 else 'Gorinchem'};{i % 7}\n" for i in range(count)
    )


def load(desk: Desk, *tables: str) -> None:
    for text in tables:
        desk.load(text)
    run_until_idle()


def troubles(desk: Desk) -> set[Trouble]:
    found = lake.watch_of(by=desk.by, dataset_id=desk.dataset)
    assert found is not None
    return set(found.troubles)


def told(desk: Desk) -> list[str]:
    return [notice.content["message"] for notice in notices(by=desk.by)[0] if notice.kind == "matter"]


def test_half_the_rows_is_an_alert_that_closes_itself(desk):
    load(desk, *[rows(100)] * 4)
    assert troubles(desk) == set()
    load(desk, rows(40))
    assert troubles(desk) == {Trouble.VOLUME}
    assert told(desk) == ["Versie {number} van {dataset} heeft {rows} rijen. Verwacht: {low} tot en met {high}."]
    load(desk, rows(39))
    assert TableAlert.objects.count() == 1, "one matter, one alert"
    assert len(told(desk)) == 1
    load(desk, rows(101))
    assert troubles(desk) == set()
    assert TableAlert.objects.get().closed_at is not None
    newest = lake.measures(by=desk.by, dataset_id=desk.dataset)[-1]
    assert (newest.low, newest.high, newest.amount, newest.rejected) == (75, 125, 101, 0)


def test_so_it_should_be_starts_anew(desk):
    load(desk, *[rows(100)] * 4, rows(300))
    assert troubles(desk) == {Trouble.VOLUME}
    lake.accept_quality(by=desk.by, dataset_id=desk.dataset)
    assert troubles(desk) == set()
    load(desk, rows(310), rows(320), rows(100))
    assert troubles(desk) == {Trouble.VOLUME}, "300, 310 and 320 are usual now"


def test_other_values_are_drift_and_nothing_else_is(desk):
    load(desk, rows(400), rows(400))
    assert troubles(desk) == set()
    load(desk, rows(400, place="Leerdam"))
    assert troubles(desk) == {Trouble.DRIFT}
    measure = lake.measures(by=desk.by, dataset_id=desk.dataset)[-1]
    assert list(measure.drifts) == ["plaats"]
    assert measure.drift == measure.drifts["plaats"] == pytest.approx(0.707, abs=0.01)
    lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=Limits(drift_limit=0.8))
    assert troubles(desk) == set()
    lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=Limits(drift_limit=0.8, silent=frozenset(Trouble)))
    lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=Limits(silent=frozenset({Trouble.DRIFT})))
    assert troubles(desk) == set()


def test_data_that_stays_away_is_late_until_something_comes(desk, fixed_clock):
    load(desk, rows(10))
    assert lake.watch_of(by=desk.by, dataset_id=desk.dataset).fresh_by == ""
    change(by=desk.by, dataset_id=desk.dataset, expected_version=2, changes={"frequency": _frequency("WEEKLY")})
    run_until_idle()
    assert lake.watch_of(by=desk.by, dataset_id=desk.dataset).fresh_by == "frequency"
    fixed_clock.advance(timedelta(days=10))
    assert not measuring.due()
    fixed_clock.advance(timedelta(days=1))
    assert measuring.due()
    assert measuring.watch_late() == 1
    assert troubles(desk) == {Trouble.LATE}
    assert not measuring.due(), "told once"
    load(desk, rows(11))
    assert troubles(desk) == set()
    lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=Limits(fresh_hours=2))
    fixed_clock.advance(timedelta(hours=3))
    measuring.watch_late()
    assert troubles(desk) == {Trouble.LATE}
    lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=Limits(silent=frozenset({Trouble.LATE})))
    assert troubles(desk) == set()
    assert not measuring.due()


def _frequency(code: str) -> str:
    return f"http://publications.europa.eu/resource/authority/frequency/{code}"


def test_measuring_twice_is_measuring_once_and_what_was_missed_is_caught_up(desk):
    load(desk, *[rows(100)] * 4, rows(10))
    before = list(VersionMeasure.objects.order_by("number").values())
    alerts = TableAlert.objects.count()
    for row in before:
        measuring.measure(row["table_version_id"])
    assert list(VersionMeasure.objects.order_by("number").values()) == before
    VersionMeasure.objects.all().delete()
    TableWatch.objects.all().delete()
    assert measuring.catch_up() == 5
    assert list(VersionMeasure.objects.order_by("number").values()) == before
    assert TableAlert.objects.count() == alerts
    assert measuring.catch_up() == 0


def test_additions_are_judged_as_additions(desk):
    load(desk, rows(500))
    for start in range(4):
        desk.load("code;plaats;aantal\n" + "".join(f"B{start}{i:03};Tiel;1\n" for i in range(20)), mode="append")
    run_until_idle()
    newest = lake.measures(by=desk.by, dataset_id=desk.dataset)[-1]
    assert (newest.added, newest.amount, newest.rows, newest.low, newest.high) == (True, 20, 580, 15, 25)
    assert Trouble.VOLUME not in troubles(desk)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (Limits(fresh_hours=0), "fresh_hours"),
        (Limits(volume_percent=1001), "volume_percent"),
        (Limits(drift_limit=1.5), "drift_limit"),
        (Limits(drift_limit=float("nan")), "drift_limit"),
    ],
)
def test_limits_that_make_no_sense_name_their_field(desk, limits, field):
    load(desk, rows(10))
    with pytest.raises(Invalid) as refused:
        lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=limits)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_table_that_was_not_measured_has_no_limits(desk):
    with pytest.raises(NotFound):
        lake.set_limits(by=desk.by, dataset_id=desk.dataset, limits=Limits())


def test_the_overview_shows_the_worst_first_in_few_queries(desk, django_assert_max_num_queries):
    load(desk, *[rows(100)] * 4, rows(10))
    with django_assert_max_num_queries(2):
        found, total = lake.watches(by=SYSTEM, troubled=True)
    assert total == 1
    assert found[0].troubles == (Trouble.VOLUME,)
    assert lake.watches(by=SYSTEM, trouble=Trouble.LATE) == ((), 0)
    assert lake.watches(by=desk.by, mine=True)[1] == 1
    assert list(staff())


def test_who_may_only_look_sets_no_limits(desk):
    from sluis.foundation.service import acting, create_person, grant, organisation

    load(desk, rows(10))
    home = organisation(slug="merwede").id
    viewer = create_person(by=SYSTEM, email="v@merwede.example", name="V", password="een-lang-wachtwoord-9")
    grant(by=SYSTEM, user_id=viewer.id, organisation_id=home, role="viewer")
    by = acting(viewer.id)
    assert lake.watches(by=by)[1] == 1
    assert lake.watches(by=by, mine=True)[1] == 0
    with pytest.raises(NotAllowed):
        lake.set_limits(by=by, dataset_id=desk.dataset, limits=Limits())
    with pytest.raises(NotAllowed):
        lake.accept_quality(by=by, dataset_id=desk.dataset)
