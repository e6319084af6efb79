"""Every hostile file over the real path of an import: refused in words, or loaded with every row accounted for."""

import csv
import json
import re
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from tests.chaos.conftest import Province, left_behind
from tests.conftest import SHARED, shared_path

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import blobs
from sluis.kernel.errors import Invalid, NotFound, SluisError
from sluis.lake import operations
from sluis.lake.models import TableVersion
from sluis.lake.service import data_files, ingest_now, latest_ready, rejects_path

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = {
    "5-robustness/blns/blns.json": "json.no-table",
    "5-robustness/generated/json_deep_100k.json": "json.broken",
    "5-robustness/generated/rdfxml_xxe_file.rdf": "file.type",
    "5-robustness/generated/xlsx_bomb_sharedstrings_120MB.xlsx": "archive.too-big",
    "5-robustness/generated/zip_symlink.zip": "archive.link",
    "5-robustness/generated/zipbomb_flat_100MB.zip": "archive.too-big",
    "5-robustness/generated/zipbomb_nested_3_levels.zip": "archive.nested",
    "5-robustness/generated/zipslip.zip": "archive.path",
    "5-robustness/parquet-bad/ARROW-GH-41317.parquet": "parquet.broken",
    "5-robustness/parquet-bad/ARROW-GH-47662.parquet": "parquet.broken",
    "5-robustness/parquet-bad/ARROW-RS-GH-6229-DICTHEADER.parquet": "parquet.broken",
    "5-robustness/parquet-good/datapage_v1-corrupt-checksum.parquet": "parquet.broken",
    "5-robustness/xss/RSNAKE_XSS.txt": "file.type",
    "5-robustness/xss/SVG_XSS_green_triangle.svg": "file.type",
    "5-robustness/xss/xss.xml": "file.type",
    "5-robustness/xxe/Classic_XXE.xml": "file.type",
    "5-robustness/xxe/Classic_XXE_-_etc_passwd.xml": "file.type",
    "5-robustness/xxe/Classic_XXE_B64_Encoded.xml": "file.type",
    "5-robustness/xxe/XXE_PHP_Wrapper.xml": "file.type",
    "5-robustness/xxe/xml-attacks.txt": "file.type",
    "2-tabular/frictionless/wide.csv": "table.too-many-columns",
    "2-tabular/messytables/encrypted_no_password.xls": "file.encrypted",
    "2-tabular/messytables/simple.unknown": "file.empty",
    "2-tabular/messytables/html.html": "file.type",
    "3-geo/geojsonhint/bad/featurecollection.geojson": "vector.broken",
    "3-geo/geojsonhint/bad/rootstring.geojson": "csv.empty",
}
# Text that is only dangerous for whoever executes it: kept as text, row by row.
LOADED = {
    "5-robustness/blns/blns.txt": 513,
    "5-robustness/csv-injection/csv-payload.txt": 5,
    "5-robustness/generated/csv_formula_nl.csv": 3,
    "5-robustness/generated/jsonld_remote_context.jsonld": 1,
    "5-robustness/parquet-good/nulls.snappy.parquet": 8,
    "5-robustness/path-traversal/directory_traversal.txt": 139,
    "5-robustness/xss/JHADDIX_XSS.txt": 109,
    "5-robustness/xxe/XXE_OOB_Attack_(Yunusov,_2013).xml": 7,
}
MACHINE_PATH = re.compile(r"/(work|tmp|home|root|usr|var|proc|etc|data|blobs)/")


def place(relative: str) -> Path:
    if not (SHARED / "data").exists():
        shared_path("data")
    found = [*(SHARED / "data").glob(f"{relative}"), *(SHARED / "data" / relative).parent.rglob(Path(relative).name)]
    return found[0] if found else shared_path(f"data/{relative}")


def take_in(province: Province, path: Path) -> tuple[UUID, TableVersion, SluisError | None]:
    dataset = province.dataset()
    error = None
    try:
        ingest_now(by=province.people["data_steward"], dataset_id=dataset, path=path)
    except SluisError as raised:
        error = raised
    return dataset, TableVersion.objects.get(dataset_id=dataset), error


def assert_refused(province: Province, dataset: UUID, row: TableVersion, error: SluisError | None) -> None:
    """A sentence with a way out, no inside of the machine in it, and nothing half-saved."""
    steward = province.people["data_steward"]
    assert isinstance(error, Invalid)
    said = error.detail(str)
    assert error.way_out, said
    assert not MACHINE_PATH.search(said), said
    assert "Traceback" not in said
    assert (row.status, row.data_sha256, row.rejects_sha256, row.report) == ("failed", "", "", None)
    assert row.failure
    assert row.failure["code"] == error.code
    assert latest_ready(by=steward, dataset_id=dataset) is None
    with pytest.raises(NotFound):
        data_files(by=steward, table_version_id=row.id).paths[0]
    sha = row.source_sha256
    assert left_behind() == [f"blobs/{sha[:2]}/{sha[2:4]}/{sha}"]


@pytest.mark.parametrize("relative", REFUSED)
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(relative: str, province: Province) -> None:
    before = {file.name for file in Path("/tmp").iterdir()}
    dataset, row, error = take_in(province, place(relative))
    assert_refused(province, dataset, row, error)
    assert error is not None
    assert error.code == REFUSED[relative]
    assert not [
        name for name in {file.name for file in Path("/tmp").iterdir()} - before if name.startswith(("evil", "link."))
    ]


@pytest.mark.parametrize("relative", LOADED)
def test_text_that_attacks_others_is_kept_as_text_and_counted(relative: str, province: Province) -> None:
    _, row, error = take_in(province, place(relative))
    assert error is None
    assert row.status == "ready"
    assert row.rows_read == LOADED[relative]
    assert row.rows_loaded == pq.read_metadata(blobs.path(row.data_sha256)).num_rows
    steward = province.people["data_steward"]
    if row.rows_rejected:
        with rejects_path(by=steward, table_version_id=row.id).open(encoding="utf-8", newline="") as file:
            kept = list(csv.DictReader(file))
        assert len(kept) == row.rows_rejected
        assert all(line["reden"] and line["regel"].isdigit() for line in kept)


def test_formulas_and_signed_numbers_are_told_apart(province: Province) -> None:
    _, row, _error = take_in(province, place("5-robustness/generated/csv_formula_nl.csv"))
    assert row.report is not None
    assert {column["name"]: column["type"] for column in row.report["columns"]}["bedrag"] == "decimal"
    table = pq.read_table(blobs.path(row.data_sha256)).to_pylist()
    assert any(str(cell).startswith(("=", "@", "+", "-")) for line in table for cell in line.values())


# The unit tests read the two long ones on every run, outside the sandbox.
SUITES = (
    "2-tabular/csv-spectrum/csvs",
    "3-geo/geojsonhint/bad",
    "3-geo/gpkg-validator",
    pytest.param("2-tabular/messytables", marks=pytest.mark.slow),
    pytest.param("2-tabular/frictionless", marks=pytest.mark.slow),
)


def read_all(folder: Path, names: list[str], out: Path) -> dict[str, dict[str, object]]:
    """The product's reading of many files in one sandbox."""
    out.mkdir()
    request = {"folder": str(folder), "out": str(out), "names": names}
    limits = Limits(memory_mb=1500)
    return sandbox.run("chaos_entries:read_each", request, reads=[folder], writes=out, limits=limits)


@pytest.mark.parametrize("suite", SUITES)
def test_every_file_of_a_suite_is_read_to_the_last_row_or_refused(
    suite: str, our_entries: None, tmp_path: Path
) -> None:
    folder = shared_path(f"data/{suite}")
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != "SOURCE.txt")
    names = sorted(file.relative_to(folder).as_posix() for file in files)
    assert names
    outcomes = read_all(folder, names, tmp_path / "out")
    assert set(outcomes) == set(names)
    for name, outcome in outcomes.items():
        if "refused" in outcome:
            assert outcome["way_out"], (name, outcome)
            assert not MACHINE_PATH.search(str(outcome["text"])), (name, outcome)
        else:
            assert outcome["rows_read"] == int(str(outcome["rows_loaded"])) + int(str(outcome["rows_rejected"])), name


# Good JSON that has no one meaning as a row: a name given twice, and an object without a single field.
NOT_A_ROW = ("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json", "y_object_empty.json")


def test_json_is_judged_as_the_oracle_says(our_entries: None, tmp_path: Path) -> None:
    """Each document of the suite stands as the value of one cell: good ones give one row, bad ones a refusal."""
    suite = shared_path("data/5-robustness/jsontestsuite")
    folder = tmp_path / "wrapped"
    folder.mkdir()
    for file in suite.glob("*.json"):
        content = file.read_bytes()
        if b"\0" not in content[:2]:
            (folder / file.name).write_bytes(b'[{"v": ' + content + b"}]")
    outcomes = read_all(folder, sorted(file.name for file in folder.iterdir()), tmp_path / "out")
    wrong = {
        name: outcome
        for name, outcome in outcomes.items()
        if (name.startswith("n_") and "refused" not in outcome)
        or (name.startswith("y_") and outcome.get("rows_loaded") != 1 and name not in NOT_A_ROW)
    }
    assert not wrong
    assert sum(name.startswith("n_") for name in outcomes) >= 90
    assert {outcomes[name]["refused"] for name in NOT_A_ROW} == {"json.duplicate-key", "json.no-table"}


VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{target}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
SUFFIXES = ("csv", "vrt", "gpkg", "geojson", "gml", "shp", "xlsx", "parquet", "zip", "json")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_name_makes_a_reference_to_another_file_readable(suffix: str, province: Province, elsewhere: Path) -> None:
    path = elsewhere / f"kaart.{suffix}"
    path.write_text(VRT.format(target="CSV:/etc/passwd"))
    dataset, row, error = take_in(province, path)
    assert_refused(province, dataset, row, error)


def test_nothing_is_fetched_by_any_reader(province: Province, elsewhere: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/x"
        tries = {
            "a.gml": f'<?xml version="1.0"?><!DOCTYPE x SYSTEM "{url}"><x xmlns="http://www.opengis.net/gml"/>',
            "b.json": f'[{{"@context": "{url}", "@id": "{url}", "a": 1}}]',
            "c.csv": f"naam\n/vsicurl/{url}\n",
            "d.vrt": VRT.format(target=f"/vsicurl/{url}"),
            "e.geojson": json.dumps(
                {
                    "type": "FeatureCollection",
                    "crs": {"type": "link", "properties": {"href": url}},
                    "features": [
                        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [5, 52]}}
                    ],
                }
            ),
        }
        for name, text in tries.items():
            (elsewhere / name).write_text(text)
            take_in(province, elsewhere / name)
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_a_reader_that_dies_is_a_failed_version_and_the_next_file_is_read(
    province: Province, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, our_entries: None
) -> None:
    from sluis.lake import making

    good = elsewhere / "goed.csv"
    good.write_text("naam;aantal\na;1\n")
    with monkeypatch.context() as broken:
        broken.setattr(making, "_INGEST", "chaos_entries:die")
        dataset, row, error = take_in(province, good)
    assert_refused(province, dataset, row, error)
    assert error is not None
    assert error.code == "sandbox.crash"
    assert take_in(province, good)[1].status == "ready"


def test_a_version_that_failed_is_not_made_ready_by_running_it_again(province: Province) -> None:
    _, row, _error = take_in(province, place("5-robustness/generated/zipslip.zip"))
    operations.complete(by=province.people["data_steward"], table_version_id=row.id)
    row.refresh_from_db()
    assert row.status == "failed"


@pytest.mark.slow  # tests/integration/lake/test_pii.py reads the same persons on every run
def test_personal_data_is_found_in_the_fictional_persons(province: Province) -> None:
    _, row, error = take_in(province, place("6-pii/rvig-testset/rvig_testset_first300.csv"))
    assert error is None
    assert row.profile is not None
    kinds = str(row.profile["personal_data"])
    assert "bsn" in kinds.lower()
    digits = re.findall(r"(?<!\d)\d{9}(?!\d)", kinds)
    assert not digits, "examples of personal data are masked"
