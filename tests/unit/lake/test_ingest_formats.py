"""Workbooks, JSON, Parquet, zips and hostile files, through the entry of the sandbox."""

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import shared_path
from tests.unit.lake.reading import read

from sluis.kernel.errors import Invalid, SluisError


def workbook(build: Any) -> bytes:
    book = openpyxl.Workbook()
    build(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_workbook_types_title_rows_and_hidden_sheets(tmp_path: Path) -> None:
    def build(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet.append(["Overzicht 2024"])
        sheet.append([])
        sheet.append(["Nummer", "Code", "Bedrag", "Datum", "Moment", "Klaar"])
        sheet.append([1, "007", 12.5, date(2024, 12, 31), datetime.fromisoformat("2024-01-02 03:04"), True])
        sheet.append([2, "012", 3, date(2024, 2, 1), datetime.fromisoformat("2024-01-02 03:05"), False])
        sheet.append([3, "013", 4.25, None, datetime.fromisoformat("2024-01-02"), None])
        sheet.append([4, "014", 4.25, None, None, None])
        sheet.append(["Totaal", None, 24])
        secret = book.create_sheet("Geheim")
        for n in range(50):
            secret.append([n, "verborgen"])
        secret.sheet_state = "hidden"

    found = read(tmp_path, workbook(build))
    assert list(found.types.values()) == ["integer", "text", "decimal", "date", "datetime", "boolean"]
    assert found.counts == (5, 4, 1)
    assert found.rows[0][1] == "007"
    assert found.remark("sheet.hidden") == {"names": "Geheim"}
    assert found.rejects[0][:2] == ["8", "total"]
    assert "verborgen" not in str(found.rows)


def test_a_sheet_can_be_chosen_but_not_a_hidden_one(tmp_path: Path) -> None:
    def build(book: openpyxl.Workbook) -> None:
        book.active.append(["a", "b"])
        book.active.append([1, 2])
        other = book.create_sheet("Tweede")
        other.append(["c", "d"])
        other.append([3, 4])
        book.create_sheet("Weg").sheet_state = "hidden"

    data = workbook(build)
    assert list(read(tmp_path, data, sheet="Tweede").types) == ["c", "d"]
    (tmp_path / "2").mkdir()
    with pytest.raises(Invalid) as caught:
        read(tmp_path / "2", data, sheet="Weg")
    assert caught.value.code == "sheet.unknown"


def test_json_is_flattened_one_level_and_numbers_stay_as_written(tmp_path: Path) -> None:
    rows = '{"total": 2, "items": [{"id": 1, "p": {"x": 1.10, "y": {"z": 1}}, "t": [1, 2.50]},'
    rows += '{"id": 12345678901234567890123, "p": {"x": 22.25}, "n": null, "ok": true}]}'
    found = read(tmp_path, rows)
    assert found.types == {"id": "decimal", "p_x": "decimal", "p_y": "json", "t": "json", "n": "text", "ok": "boolean"}
    assert str(found.rows[1][0]) == "12345678901234567890123"
    assert found.rows[0][3] == "[1, 2.50]"


def test_ndjson_rejects_wrong_lines(tmp_path: Path) -> None:
    data = '{"a": 1}\n{"a": 2}\n[3]\n{"a": 4,\n{"a": 5, "a": 6}\n{"a": NaN}\n{"a": 7}\n'
    found = read(tmp_path, data)
    assert found.rows == [(1,), (2,), (7,)]
    assert found.counts == (7, 3, 4)
    reasons = [(line, code) for line, code, _, _ in found.rejects]
    assert reasons == [("3", "not-object"), ("4", "json"), ("5", "duplicate-key"), ("6", "json")]


@pytest.mark.parametrize(
    "data",
    [
        '{"a": 1, "a": 2}',
        "[1, 2, 3]",
        '{"a": [1',
        '[{"a": NaN}]',
        "[" * 100_000,
        '[{"a":' * 200 + "1" + "}]" * 200,
        "[]",
        "{}",
    ],
)
def test_json_without_a_table_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(Invalid):
        read(tmp_path, data)


def test_json_test_suite(tmp_path: Path) -> None:
    folder = shared_path("data/5-robustness/jsontestsuite")
    files = [path for path in sorted(folder.iterdir()) if path.name[:2] in ("n_", "y_", "i_")]
    assert len(files) > 100
    for number, path in enumerate(files):
        place = tmp_path / str(number)
        place.mkdir()
        try:
            read(place, path.read_bytes())
            refused = False
        except SluisError:
            refused = True
        assert refused or not path.name.startswith("n_"), path.name


def test_parquet_is_written_anew_with_safe_names(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Eén kolom": pa.array([1, None], pa.int32()),
            "lijst": pa.array([[1, 2], None]),
            "dict": pa.array(["a", "b"]).dictionary_encode(),
            "wanneer": pa.array([datetime.fromisoformat("2024-01-02 03:00"), None]),
            "groot": pa.array([2**63, 1], pa.uint64()),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    found = read(tmp_path, sink.getvalue())
    assert found.types == {
        "een_kolom": "integer",
        "lijst": "json",
        "dict": "text",
        "wanneer": "datetime",
        "groot": "decimal",
    }
    assert [str(value) for value in found.rows[0]] == ["1", "[1,2]", "a", "2024-01-02 03:00:00", str(2**63)]


def test_bad_parquet_is_refused(tmp_path: Path) -> None:
    files = sorted(shared_path("data/5-robustness/parquet-bad").glob("*.parquet"))
    assert files
    for number, path in enumerate(files):
        place = tmp_path / str(number)
        place.mkdir()
        code = ""
        try:
            read(place, path.read_bytes())
        except Invalid as error:
            code = error.code
        assert code in ("", "parquet.broken"), path.name
    corrupt = tmp_path / "checksum"
    corrupt.mkdir()
    good = shared_path("data/5-robustness/parquet-good")
    name = next((f for f in [*good.iterdir(), *files] if "corrupt-checksum" in f.name), None)
    if name:
        with pytest.raises(Invalid):
            read(corrupt, name.read_bytes())


def test_a_zip_with_one_table_is_read_and_others_are_not(tmp_path: Path) -> None:
    def packed(**members: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in members.items():
                archive.writestr(f"{name}.csv", text)
        return buffer.getvalue()

    found = read(tmp_path, packed(een="a;b\n1;2\n"))
    assert found.rows == [(1, 2)]
    assert not (tmp_path / "out" / "unpacked").exists()
    (tmp_path / "2").mkdir()
    with pytest.raises(Invalid) as caught:
        read(tmp_path / "2", packed(een="a;b\n1;2\n", twee="c"))
    assert caught.value.code == "zip.members"


VRT = b"<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"


@pytest.mark.parametrize(
    "data",
    [VRT, b"<?xml version='1.0'?>" + VRT, b"<html><table></table></html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99],
)
def test_vrt_and_other_strangers_are_refused_whatever_they_are_called(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read(tmp_path, data)
    assert caught.value.code in ("file.type", "file.old-office")


@pytest.mark.parametrize(
    "name",
    [
        "xlsx_bomb_sharedstrings_120MB.xlsx",
        "zipbomb_flat_100MB.zip",
        "zipbomb_nested_3_levels.zip",
        "zipslip.zip",
        "zip_symlink.zip",
        "json_deep_100k.json",
        "rdfxml_xxe_file.rdf",
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        read(tmp_path, shared_path(f"data/5-robustness/generated/{name}").read_bytes())


def test_json_document_of_objects_is_one_row(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps({"a": 1, "b": "x"})).rows == [(1, "x")]
