"""Gaps and contradictions, and the predicted score."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.register.examples import HVD_LAW, word, word_closed
from tests.unit.register.test_register_snapshot import CONTACT, ONE, TWO, record

from sluis.register import quality, rules
from sluis.register.quality import Band, Dimension
from sluis.register.types import (
    Availability,
    Bbox,
    DatasetRecord,
    DistributionKind,
    DistributionRecord,
    Openness,
    Period,
    ServiceRecord,
    Severity,
)

TABLE = DistributionRecord(ONE, DistributionKind.TABLE, table_id=TWO)


def good(**changes: Any) -> DatasetRecord:
    """A record without required gaps."""
    base = record(
        description="Kwaliteit van het zwemwater op veertig plekken in Merwede, elke week gemeten sinds 2020.",
        themes=(word("data-theme", "ENVI"),),
        keywords=("water",),
        openness=Openness.OPEN,
        licence=word("licence", "CC0"),
        distributions=(TABLE,),
        services=(),
        columns=(),
        temporal=Period(date(2020, 1, 1)),
        bbox=Bbox(4, 51, 5, 52),
        rights="Geen bijzonderheden.",
    )
    return replace(base, **changes)


def required(item: DatasetRecord) -> set[str]:
    return {gap.field for gap in rules.blocking(item)}


def test_a_good_record_may_go_on() -> None:
    assert required(good()) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": ""}, "description"),
        ({"themes": ()}, "themes"),
        ({"contact": None}, "contact"),
        ({"contact": replace(CONTACT, email="")}, "contact"),
        ({"licence": ""}, "licence"),
        ({"openness": Openness.UNKNOWN}, "openness"),
        ({"openness": Openness.CLOSED, "licence": word_closed()}, "openness_ground"),
        ({"openness_ground": "Toch niet"}, "openness_ground"),
        ({"licence": word("licence", "CC_BYNC_4_0")}, "licence"),
        ({"licence": word_closed()}, "licence"),
        ({"distributions": (replace(TABLE, licence=word_closed()),)}, "licence"),
        ({"openness": Openness.CLOSED, "openness_ground": "Privacy"}, "licence"),
        ({"distributions": ()}, "distributions"),
        ({"availability": Availability.PLANNED}, "planned_date"),
        ({"hvd_categories": (word("hvd-category", "c_dd313021"),)}, "applicable_legislation"),
        ({"applicable_legislation": (HVD_LAW,)}, "hvd_categories"),
    ],
)
def test_what_is_missing_or_contradicts_is_required(changes: dict[str, Any], field: str) -> None:
    assert field in required(good(**changes))


def test_a_high_value_dataset_needs_an_api_with_its_quality_told() -> None:
    hvd = {"hvd_categories": (word("hvd-category", "c_dd313021"),), "applicable_legislation": (HVD_LAW,)}
    elsewhere = DistributionRecord(ONE, DistributionKind.EXTERNAL, access_url="https://x.example/", format="x")
    assert required(good(**hvd)) == set()
    assert "services" in required(good(**hvd, distributions=(elsewhere,)))
    bare = ServiceRecord(
        TWO, "WFS", description="d", endpoint_url="https://x.example/", endpoint_description="https://x.example/"
    )
    assert f"services.{TWO}" in required(good(**hvd, distributions=(elsewhere,), services=(bare,)))
    told = replace(bare, documentation=("https://x.example/q",))
    assert required(good(**hvd, distributions=(elsewhere,), services=(told,))) == set()


def test_required_comes_first_and_texts_can_be_filled() -> None:
    found = rules.gaps(record(columns=record().columns))
    order = [gap.severity for gap in found]
    assert order == sorted(order, key=lambda severity: severity is not Severity.REQUIRED)
    assert all(gap.text.format_map(dict(gap.params)) for gap in found)


def test_the_method_adds_up_to_405() -> None:
    prediction = quality.predict(good())
    assert sum(item.maximum for item in prediction.indicators) == quality.TOTAL
    assert [prediction.of(dimension)[1] for dimension in Dimension] == [100, 100, 110, 75, 20]


def test_a_full_record_with_a_table_scores_everything() -> None:
    prediction = quality.predict(good())
    assert (prediction.score, prediction.band, prediction.stars) == (405, Band.EXCELLENT, 5)
    assert prediction.gains == ()


def test_an_empty_record_scores_little_and_hears_how_to_gain() -> None:
    bare = record(contact=None, distributions=(), services=(), columns=())
    prediction = quality.predict(bare)
    assert (prediction.band, prediction.stars) == (Band.BAD, 1)
    assert prediction.score + sum(item.maximum - item.points for item in prediction.gains) == quality.TOTAL
    assert all(item.gain for item in prediction.gains)
    assert prediction.gains[0].name == "access-url-status"


def test_a_dead_address_costs_points_and_an_unknown_one_does_not() -> None:
    away = DistributionRecord(
        ONE, DistributionKind.EXTERNAL, access_url="https://x.example/", download_url="https://x.example/a.csv"
    )
    unknown, dead, alive = (
        quality.predict(good(distributions=(replace(away, url_status=status),))).of(Dimension.ACCESSIBILITY)[0]
        for status in (None, 404, 200)
    )
    assert (unknown, dead, alive) == (100, 20, 100)


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (405, "excellent"),
        (351, "excellent"),
        (350, "good"),
        (221, "good"),
        (220, "sufficient"),
        (121, "sufficient"),
        (120, "bad"),
        (0, "bad"),
    ],
)
def test_bands_of_the_method(score: int, band: str) -> None:
    assert quality.band_and_stars(score)[0] == band
