"""Real files, against facts that others wrote down about them."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.conftest import shared_path
from tests.unit.lake.reading import Result, read


def real(folder: Path, relative: str, **options: Any) -> Result:
    return read(folder, shared_path(f"data/2-tabular/{relative}").read_bytes(), **options)


def one(found: Result, sql: str) -> Any:
    with duckdb.connect() as con:
        return con.execute(f"SELECT {sql} FROM '{found.out / 'data.parquet'}'").fetchone()[0]  # type: ignore[index]


def test_provinces_keep_leading_zeros(tmp_path: Path) -> None:
    found = real(tmp_path, "openstate-datasets/gemeenschappelijke_regelingen/regioatlas/Bestuurlijk/provincies.csv")
    assert found.counts == (390, 390, 0)
    assert found.types["cbs"] == "text"
    assert one(found, "count(*) FILTER (WHERE starts_with(cbs, '0'))") == 310
    assert one(found, "count(DISTINCT provincies)") == 12


def test_joint_arrangements(tmp_path: Path) -> None:
    found = real(tmp_path, "openstate-datasets/gemeenschappelijke_regelingen/provincies/opengr_provincies.csv")
    assert found.counts == (3752, 3752, 0)
    assert one(found, "count(*) FILTER (WHERE provincie = 'Provincie Overrijssel')") == 155
    assert one(found, "count(*) FILTER (WHERE provincie = 'Provincie Overijssel')") == 59


def test_dual_use_goods_have_two_date_orders(tmp_path: Path) -> None:
    found = real(tmp_path, "openstate-datasets/dutcharmsexports/Overzicht.dual-use.goederen-2004-2015.csv")
    assert found.counts == (6335, 6335, 0)
    assert found.types["datum_afgifte"] == "text"
    assert {"column": "Datum afgifte", "kind_term": "datums"} in [r["params"] for r in found.report["warnings"]]


def test_trees(tmp_path: Path) -> None:
    found = real(tmp_path, "bomen-alessandria/alberi.csv")
    assert found.counts == (16_484, 16_484, 0)
    assert one(found, "count(DISTINCT identificativo)") == 16_455


def test_municipalities_with_padded_columns(tmp_path: Path) -> None:
    found = real(tmp_path, "cbs-gebieden/inwonertal.csv")
    assert found.counts == (342, 342, 0)
    assert len(found.types) == 57
    assert one(found, "sum(inwonertal_54)") == 17_942_942


@pytest.mark.parametrize(("station", "rows", "warmth"), [("249", 9_957, 1_051_293), ("392", 381, 44_816)])
def test_weather(tmp_path: Path, station: str, rows: int, warmth: int) -> None:
    found = real(tmp_path, f"knmi/etmgeg_{station}.txt")
    assert found.counts == (rows, rows, 0)
    assert one(found, "sum(tg)") == warmth


def test_weather_rain_and_its_minus_ones(tmp_path: Path) -> None:
    found = real(tmp_path, "knmi/etmgeg_249.txt")
    assert one(found, "sum(rh)") == 235_660
    assert one(found, "count(*) FILTER (WHERE rh = -1)") == 903


def test_csv_spectrum(tmp_path: Path) -> None:
    folder = shared_path("data/2-tabular/csv-spectrum/csvs")
    files = sorted(folder.glob("*.csv"))
    assert len(files) == 12
    for path in files:
        place = tmp_path / path.stem
        place.mkdir()
        found = read(place, path.read_bytes())
        expected = json.loads((folder.parent / "json" / f"{path.stem}.json").read_text())
        titles = [column["title"] for column in found.report["columns"]]
        shown = [dict(zip(titles, ("" if v is None else str(v) for v in row), strict=True)) for row in found.rows]
        # Their expected files turn line ends inside a cell into \n, and give another phone number than the CSV.
        if path.stem not in ("newlines_crlf", "location_coordinates"):
            assert shown == (expected if isinstance(expected, list) else [expected]), path.name


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.slow) for turn in (1, 2))])
def test_suites_are_always_accounted_for(tmp_path: Path, turn: int) -> None:
    """Every file of the suites is either refused with a reason or loaded with all rows accounted for; a third each."""
    from sluis.kernel.errors import SluisError

    files = [
        path
        for suite in ("frictionless", "messytables")
        for path in sorted(shared_path(f"data/2-tabular/{suite}").glob("*.*"))
        if path.stat().st_size < 300_000
    ]
    assert len(files) > 80
    loaded = 0
    for number, path in enumerate(files[turn::3]):
        place = tmp_path / str(number)
        place.mkdir()
        try:
            found = read(place, path.read_bytes())
        except SluisError:
            continue
        read_, kept, rejected = found.counts
        assert read_ == kept + rejected == len(found.rows) + rejected
        if rejected:
            assert len(found.rejects) == rejected, path.name
        loaded += 1
    assert loaded > 18


def test_counts_agree_with_another_parser(tmp_path: Path) -> None:
    folder = shared_path("data/2-tabular/csvw-tests")
    files = [path for path in sorted(folder.rglob("tree-ops*.csv")) if b"#" not in path.read_bytes()]
    assert files
    for number, path in enumerate(files):
        place = tmp_path / str(number)
        place.mkdir()
        with path.open(newline="", encoding="utf-8") as file:
            expected = sum(1 for row in csv.reader(file) if row) - 1
        assert read(place, path.read_bytes()).report["rows_read"] == expected, path.name
