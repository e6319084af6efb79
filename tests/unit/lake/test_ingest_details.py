"""What a user of such a tool expects of the small things: dates in words, marks, broken texts, odd line ends."""

import io
import zipfile
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import shared_path
from tests.unit.lake.reading import read

from sluis.kernel.errors import Invalid
from sluis.lake.ingest.entry import ingest
from sluis.lake.ingest.plan import Options


def test_a_setting_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        Options.read({"blad": "Blad2"})
    assert "'blad'" in str(refused.value)
    assert "header_row" in str(refused.value)
    assert "sheet" in str(refused.value)


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["1 mrt 2024", "12 januari 2023"], ["2024-03-01", "2023-01-12"]),
        (["03-Jan-24", "28-oct-99"], ["2024-01-03", "1999-10-28"]),
        (
            ["1 maart 2024", "2 Mar 2024", "3 May 2024", "4 mei 2024"],
            ["2024-03-01", "2024-03-02", "2024-05-03", "2024-05-04"],
        ),
        (["31-12-24", "01-02-70"], ["2024-12-31", "1970-02-01"]),
        (["12/31/24", "01/02/23"], ["2024-12-31", "2023-01-02"]),
    ],
)
def test_dates_with_names_of_months_and_short_years(tmp_path: Path, texts: list[str], shown: list[str]) -> None:
    found = read(tmp_path, "n;w\n" + "".join(f"{n};{text}\n" for n, text in enumerate(texts)))
    assert found.types["w"] == "date"
    assert [str(row[1]) for row in found.rows] == shown
    assert ("column.two-digit-year" in found.codes) == (len(texts[0].strip()) < 10)


@pytest.mark.parametrize(
    "texts", [["1 mrt 2024", "later"], ["31 feb 2024", "1 mrt 2024"], ["3 mrtje 2024", "4 mrt 2024"]]
)
def test_half_a_column_of_dates_stays_text(tmp_path: Path, texts: list[str]) -> None:
    found = read(tmp_path, "n;w\n" + "".join(f"{n};{text}\n" for n, text in enumerate(texts)))
    assert (found.types["w"], [row[1] for row in found.rows]) == ("text", texts)


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("2024-12-31T10:00:00Z", "datetime", "2024-12-31 10:00:00+00:00"),
        ("2024-12-31T10:00:00+02:00", "datetime", "2024-12-31 08:00:00+00:00"),
        ("31-12-2024 10:05", "datetime", "2024-12-31 10:05:00"),
        ("10:05", "time", "10:05:00"),
        ("waar", "boolean", "True"),
        ("onwaar", "boolean", "False"),
    ],
)
def test_moments_and_truths(tmp_path: Path, text: str, kind: str, shown: str) -> None:
    found = read(tmp_path, f"n;w\n1;{text}\n2;{text}\n")
    value = found.rows[0][1]
    if text.endswith(("Z", "+02:00")):
        value = value.astimezone(UTC)
    assert (found.types["w"], str(value)) == (kind, shown)


def test_the_dialect_tells_marks_order_and_what_was_left_out(tmp_path: Path) -> None:
    data = (
        "Overzicht;;;;\nDatum;Bedrag;Aantal;Prijs;Wijziging\n"
        "31-12-2024;1.234,50;1.000.000;2.5;12/31/2024\n01-02-2024;2,25;2.000.000;3.75;12/30/2024\n"
        "02-02-2024;3,25;3;3.75;12/30/2024\n03-02-2024;4,25;4;3.75;12/30/2024\nTotaal;11;;;\n"
    )
    dialect = read(tmp_path, data).report["dialect"]
    assert {key: dialect[key] for key in ("delimiter", "quote", "decimal", "thousands", "date_order")} == {
        "delimiter": ";",
        "quote": '"',
        "decimal": ",",
        "thousands": ".",
        "date_order": "dmy",
    }
    assert dialect["columns"] == {"prijs": {"decimal": "."}, "wijziging": {"date_order": "mdy"}}
    assert dialect["skipped"] == {"titles": 1, "totals": 1}


def test_texts_that_were_converted_twice_are_told_not_changed(tmp_path: Path) -> None:
    garbled = "Fryslân €".encode().decode("cp1252")
    found = read(tmp_path, f"a;b\n1;Súdwest\n2;{garbled}\n3;{garbled}\n")
    assert found.rows[1][1] == garbled
    assert found.remark("csv.garbled") == {"count": 4, "line": 3}


def test_real_texts_that_were_converted_twice(tmp_path: Path) -> None:
    folder = "data/2-tabular/openstate-datasets/gemeenschappelijke_regelingen/provincies/opengr_provincies.csv"
    data = shared_path(folder).read_bytes()
    first = next(n for n, line in enumerate(data.split(b"\n"), 1) if "Ã¢".encode() in line)
    assert read(tmp_path, data).remark("csv.garbled")["line"] <= first


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a;b\r1;x\r2;y\r", [(1, "x"), (2, "y")]),
        (b"a;b\n1;x\n2;y", [(1, "x"), (2, "y")]),
        (b'\xef\xbb\xbf"a";"b"\r\n"1";"x"\r\n', [(1, "x")]),
        (b'a;b\n1;"x;y"\n2;"z\tq"\n', [(1, "x;y"), (2, "z\tq")]),
        ("a;b\n1;€ “zo”\n2;café\n".encode("cp1252"), [(1, "€ “zo”"), (2, "café")]),
        ("a;b\n1;één\n2;twee\n".encode("utf-16-le"), [(1, "één"), (2, "twee")]),
        (b"a;b\n\n1;x\n \n;\n2;y\n\n", [(1, "x"), (2, "y")]),
        (b'a;b\n1;5" pijp\n2;x\n', [(1, '5" pijp'), (2, "x")]),
        (b'a;b\n1;"x\r\ny"\r\n2;z\r\n', [(1, "x\r\ny"), (2, "z")]),
        (b"a;b;\n1;x;\n2;y;\n", [(1, "x"), (2, "y")]),
    ],
)
def test_line_ends_quotes_and_encodings(tmp_path: Path, data: bytes, rows: list[Any]) -> None:
    found = read(tmp_path, data)
    assert [row[:2] for row in found.rows] == rows
    assert found.counts == (len(rows), len(rows), 0)


def test_each_odd_record_among_many_keeps_its_line(tmp_path: Path) -> None:
    lines = [f'{n};"naam {n}";3' for n in range(2, 30_002)]
    lines[100], lines[101], lines[20_000], lines[29_990] = "x;y", '7;5" pijp;1', '9;"open;3', ";;"
    lines[15_000] = '1;"twee\nregels";3'
    found = read(tmp_path, "a;b;c\n" + "\n".join(lines) + "\n")
    assert [(line, code) for line, code, *_ in found.rejects] == [("102", "ragged"), ("20003", "quote")]
    assert found.counts == (29_999, 29_997, 2)
    assert found.rows[100][:2] == (7, '5" pijp')
    assert found.rows[14_999][1] == "twee\nregels"
    assert [row[0] for row in found.rows[-3:]] == [29_999, 30_000, 30_001]


def test_old_and_locked_workbooks_have_their_own_messages(tmp_path: Path) -> None:
    for name, code in (("simple.xls", "file.old-office"), ("encrypted_no_password.xls", "file.encrypted")):
        folder = tmp_path / name
        folder.mkdir()
        with pytest.raises(Invalid) as caught:
            read(folder, shared_path(f"data/2-tabular/messytables/{name}").read_bytes())
        assert caught.value.code == code, name


def test_what_is_no_feature_is_rejected_with_its_number(tmp_path: Path) -> None:
    point = '{"type":"Point","coordinates":[5,52]}'
    feature = f'{{"type":"Feature","properties":{{"a":%s}},"geometry":{point}}}'
    elements = ", ".join([feature % 1, point, feature % 2, '{"type":"Iets"}'])
    data = f'{{"type":"FeatureCollection","name":"x","features":[{elements}]}}'
    found = read(tmp_path, data)
    assert found.counts == (4, 2, 2)
    assert [(line, code) for line, code, *_ in found.rejects] == [("2", "not-feature"), ("4", "not-feature")]


def test_an_empty_zip_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    with pytest.raises(Invalid):
        read(tmp_path, buffer.getvalue())


def test_a_header_of_four_rows(tmp_path: Path) -> None:
    found = read(tmp_path, shared_path("data/2-tabular/messytables/begrotingsanalyse-2011.csv").read_bytes())
    titles = [column["title"] for column in found.report["columns"]]
    assert titles[1:4] == ["Cluster", "provincie – A – Groningen", "provincie – B – Friesland"]
    assert found.counts == (36, 36, 0)
    assert found.rows[0][:2] == (0, "Inkomstenclusters:")


@pytest.mark.parametrize(
    ("data", "counts", "types"),
    [
        ("a;b\n", (0, 0, 0), {"a": "text", "b": "text"}),
        ("naam\njan\npiet\n", (2, 2, 0), {"naam": "text"}),
        ("id;x\n1;(12)\n2;3\n", (2, 2, 0), {"id": "integer", "x": "text"}),
        ("id;x\n1;" + "9" * 44 + "\n2;3\n", (2, 2, 0), {"id": "integer", "x": "text"}),
        ("id;x\n1;12,5%\n2;3%\n", (2, 2, 0), {"id": "integer", "x": "decimal"}),
    ],
)
def test_small_and_unusual_tables(
    tmp_path: Path, data: str, counts: tuple[int, int, int], types: dict[str, str]
) -> None:
    found = read(tmp_path, data)
    assert (found.counts, found.types) == (counts, types)


def test_a_file_that_ends_inside_a_character_is_accounted_for(tmp_path: Path) -> None:
    source = tmp_path / "half.csv"
    source.write_bytes(b"a;b\n1;2\n\xc3")
    out = tmp_path / "out"
    out.mkdir()
    request = {"source": str(source), "filename": "half.csv", "out": str(out), "options": {}}
    report = ingest(request, lambda *_: None)
    assert report["rows_read"] == report["rows_loaded"] + report["rows_rejected"] == 2
