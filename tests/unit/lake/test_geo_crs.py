"""Which system a file is in, and moving geometry between systems."""

import numpy as np
import pytest
import shapely

from sluis.kernel.errors import Invalid
from sluis.lake.geo import crs


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((13_000.0, 306_000.0, 278_000.0, 619_000.0), crs.RD_NEW),
        ((3.3, 50.7, 7.2, 53.6), crs.WGS84),
        ((600_000.0, 5_600_000.0, 700_000.0, 5_900_000.0), None),
        ((0.0, 0.0, 500.0, 500.0), None),
    ],
)
def test_a_box_is_recognised_only_when_it_fits_one_system(
    bounds: tuple[float, float, float, float], expected: str | None
) -> None:
    assert crs.guess(bounds) == expected


@pytest.mark.parametrize("name", ["EPSG:1", "EPSG:99999", "rd", "/vsicurl/http://x", "+proj=pipeline", ""])
def test_only_names_of_known_systems_are_taken(name: str) -> None:
    with pytest.raises(Invalid):
        crs.known(name)


def test_a_name_may_be_written_in_lower_case() -> None:
    assert crs.known(" epsg:28992 ") == crs.RD_NEW


def test_an_esri_prj_of_rd_is_recognised() -> None:
    import pyproj

    assert crs.identify(pyproj.CRS.from_epsg(28992).to_wkt("WKT1_ESRI")) == crs.RD_NEW


@pytest.mark.parametrize(
    "said", [None, "", "nonsense", 'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["x",6378137,298.25]]]']
)
def test_what_says_nothing_is_no_system(said: str | None) -> None:
    assert crs.identify(said) is None


def test_heights_missing_and_empty_geometry_survive_a_move() -> None:
    before = np.array(
        [
            shapely.Point(155_000, 463_000, 7),
            None,
            shapely.Point(),
            shapely.LineString([(155_000, 463_000), (0, 400_000)]),
        ]
    )
    after = crs.to_wgs84(before, crs.RD_NEW)
    assert after[0].z == 7
    assert after[0].x == pytest.approx(5.387203658, abs=2e-6)
    assert after[1] is None
    assert after[2].is_empty
    back = crs.transform(after, crs.WGS84, crs.RD_NEW)
    assert shapely.equals_exact(back[3], before[3], tolerance=0.001)


def test_the_original_is_not_changed() -> None:
    before = np.array([shapely.Point(155_000, 463_000)])
    crs.to_wgs84(before, crs.RD_NEW)
    assert before[0].x == 155_000


def test_another_system_goes_by_way_of_etrs89() -> None:
    utm = crs.transform(np.array([shapely.Point(155_000, 463_000)]), crs.RD_NEW, "EPSG:25831")
    back = crs.transform(utm, "EPSG:25831", crs.RD_NEW)
    assert utm[0].x == pytest.approx(663_395, abs=200)
    assert shapely.equals_exact(back[0], shapely.Point(155_000, 463_000), tolerance=0.001)
