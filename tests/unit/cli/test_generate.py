"""The source files of the demo province: the same bytes on every run, and the mess that was put in on purpose."""

import csv
import hashlib
import json
from pathlib import Path
from zipfile import ZipFile

import pyogrio
import pytest
from openpyxl import load_workbook

from sluis.cli.demo.catalogue import stories
from sluis.cli.demo.generate import GENERATORS, source_file
from sluis.lake.names import safe_names


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bronnen")
    for name in GENERATORS:
        source_file(name, folder)
    return folder


def lines(path: Path, encoding: str = "utf-8") -> list[str]:
    return path.read_bytes().decode(encoding).splitlines()


def passes_eleven_test(bsn: str) -> bool:
    return len(bsn) == 9 and (sum((9 - i) * int(d) for i, d in enumerate(bsn[:8])) - int(bsn[8])) % 11 == 0


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_a_second_run_gives_the_same_bytes(name: str, sources: Path, tmp_path: Path) -> None:
    again = source_file(name, tmp_path)
    assert again.name == name
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256((sources / name).read_bytes()).digest()


def test_the_time_series_has_a_million_rows(sources: Path) -> None:
    with (sources / "verkeersintensiteit-per-uur.csv").open("rb") as file:
        assert sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) == 1_000_001


def test_subsidies_are_windows_1252_with_titles_and_a_true_total(sources: Path) -> None:
    found = lines(sources / "subsidies.csv", "cp1252")
    with pytest.raises(UnicodeDecodeError):
        (sources / "subsidies.csv").read_bytes().decode("utf-8")
    assert found[0].startswith("Verleende subsidies")
    rows = [row for row in csv.reader(found[4:-1], delimiter=";") if len(row) == 7]
    cents = sum(int(row[4].replace(".", "").replace(",", "")) for row in rows)
    assert int(found[-1].split(";")[4].replace(".", "").replace(",", "")) == cents
    assert len(rows) == 2_400
    assert len(found) - 5 - len(rows) == 2  # the two rows broken by hand


def test_permit_numbers_of_people_pass_the_eleven_test_and_belong_to_nobody(sources: Path) -> None:
    rows = list(csv.DictReader(lines(sources / "vergunninghouders.csv"), delimiter=";"))
    assert len(rows) == 860
    assert all(passes_eleven_test(row["bsn"]) for row in rows)
    assert all(row["bsn"].startswith("9999") for row in rows)
    assert all(row["e-mail"].endswith("@post.example") for row in rows)


def test_codes_keep_their_leading_zeros(sources: Path) -> None:
    text = (sources / "gemeenten-codelijst.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["gemeentecode"][0] for row in rows] == ["0"] * 12


def test_maps_are_in_rd_new(sources: Path) -> None:
    for name in ("laadpalen.gpkg", "fietspaden.gpkg", "natuurgebieden.gpkg", "strooiroutes.geojson"):
        assert pyogrio.read_info(sources / name)["crs"] == "EPSG:28992"
    with ZipFile(sources / "grondwaterbeschermingsgebieden.zip") as bundle:
        assert {Path(n).suffix for n in bundle.namelist()} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}


def test_one_reading_is_cut_off(sources: Path) -> None:
    broken = 0
    for line in lines(sources / "luchtkwaliteit-metingen.ndjson"):
        try:
            json.loads(line)
        except ValueError:
            broken += 1
    assert broken == 1


def test_the_budget_has_titles_above_and_a_total_below(sources: Path) -> None:
    rows = list(load_workbook(sources / "begroting.xlsx").active.values)
    assert rows[0][0] == "Begroting provincie Merwede"
    assert rows[3] == ("jaar", "programma", "soort", "bedrag_eur")
    assert rows[-1][0] == "Totaal"
    assert rows[-1][3] == pytest.approx(sum(row[3] for row in rows[4:-1]))


def header(path: Path) -> list[str]:
    match path.suffix:
        case ".csv":
            encoding = "cp1252" if path.name == "subsidies.csv" else "utf-8-sig"
            found = next(line for line in lines(path, encoding) if line.count(";") + line.count(",") > 2)
            return next(csv.reader([found], delimiter=";" if ";" in found else ","))
        case ".tsv":
            return lines(path, "utf-16")[0].split("\t")
        case ".xlsx":
            rows = load_workbook(path).worksheets[0].values
            return list(next(row for row in rows if len([cell for cell in row if cell]) > 2))
        case ".ndjson":
            return list(json.loads(lines(path)[0]))
        case ".json":
            return list(json.loads(path.read_text())[0])
        case _:
            return [*pyogrio.read_info(f"/vsizip/{path}" if path.suffix == ".zip" else path)["fields"], "geometry"]


@pytest.mark.parametrize("story", [s for s in stories() if s.file], ids=lambda s: s.slug)
def test_what_is_said_about_columns_is_about_columns_that_exist(story, sources: Path) -> None:
    titles = header(sources / story.file)
    names = set(safe_names([title for title in titles if title != "geometry"]))
    names |= {"geometry"} & set(titles)
    assert set(story.columns) <= names
    if story.stage == "published":
        assert set(story.columns) == names


def test_the_province_has_something_in_every_stage() -> None:
    told = stories()
    stages = "waiting returned refused planned restricted closed published withdrawn"
    waits = "Intake ScopeJudge OpennessJudge PrivacyJudge SecurityJudge RegimesJudge Decide"
    assert {s.stage for s in told} == set(stages.split())
    assert {s.waits for s in told if s.stage == "waiting"} == set(waits.split())
    assert len([s for s in told if s.stage == "published"]) >= 12
    assert {s.file for s in told if s.file} == set(GENERATORS)
    assert all(s.reason for s in told if s.stage == "withdrawn")
    assert all(s.fields["openness_ground"] for s in told if s.stage in ("closed", "restricted"))
