"""The table that is measured is the same each time, and a bound that is not kept shows."""

from pathlib import Path

from benchmarks.adapter import adapter
from benchmarks.large import write_large
from benchmarks.report import Line, Part
from benchmarks.table import write_table


def test_the_table_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        write_table(tmp_path / name, 500)
    lines = (tmp_path / "one.csv").read_bytes()
    assert lines == (tmp_path / "two.csv").read_bytes()
    assert lines.count(b"\n") == 501
    assert {line.count(b",") for line in lines.splitlines()} == {11}


def test_a_table_that_is_delivered_again_differs_in_one_row_of_a_hundred(tmp_path: Path) -> None:
    for name, mended in (("first.csv", False), ("again.csv", True)):
        write_large(tmp_path / name, 450, mended=mended)
    first, again = ((tmp_path / name).read_text().splitlines() for name in ("first.csv", "again.csv"))
    pairs = list(zip(first, again, strict=True))
    assert [number for number, (one, other) in enumerate(pairs) if one != other] == [1, 101, 201, 301, 401]


def test_a_bound_that_is_not_kept_shows() -> None:
    assert Line("a", "", value=2.1, bound=2).cells()[-1] == "**nee**"
    assert Line("a", "", value=1.9, bound=2).kept
    assert not Line("a", "", value=0.4, bound=0.5, at_least=True).kept
    assert Line("a", "").kept


def test_a_part_survives_being_kept(tmp_path: Path) -> None:
    part = Part("Rijen", "2026-01-01 00:00 UTC", 0.5, [Line("a", "1 s", value=1.0, bound=2).cells()])
    part.keep(tmp_path / "rows.json")
    assert Part.read(tmp_path / "rows.json") == part
    assert "| a | 1 s |  | 1.00 x | ≤ 2 x | ja |" in str(part)


def test_the_adapter_leaves_the_places_for_the_driver() -> None:
    made = adapter("http://127.0.0.1:8000", "zaken")
    assert "{gemeente}" in made["queries"]["a_eq"]["path"]
    assert made["queries"]["e_id"]["path"].startswith("/api/v1/datasets/zaken/rows?")
