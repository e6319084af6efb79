"""Delimited files: dialects, types, rejects. Every test reads a file through the entry of the sandbox."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.lake.reading import Result, read

from sluis.kernel.errors import Invalid


def values(folder: Path, *texts: str, **options: Any) -> tuple[str, list[Any], Result]:
    """Type and values of one column of these texts, beside a column that keeps the file two wide."""
    found = read(folder, "n;w\n" + "".join(f"{n};{text}\n" for n, text in enumerate(texts)), **options)
    return found.types["w"], [row[1] for row in found.rows], found


@pytest.mark.parametrize(
    ("texts", "kind", "shown"),
    [
        (["1", "-2", "9007199254740993"], "integer", ["1", "-2", "9007199254740993"]),
        (["007", "12"], "text", ["007", "12"]),
        (["1,5", "-0,25", "3"], "decimal", ["1.50", "-0.25", "3.00"]),
        (["1.234,56", "12,00"], "decimal", ["1234.56", "12.00"]),
        (["1.234.567", "12"], "integer", ["1234567", "12"]),
        (["1,234.56", "7.00"], "decimal", ["1234.56", "7.00"]),
        (["€ 1.234,56", "€ 5,00", "-€ 3,10"], "decimal", ["1234.56", "5.00", "-3.10"]),
        (["12,5%", "7,0 %"], "decimal", ["12.5", "7.0"]),
        (["1,5", "2.5"], "text", ["1,5", "2.5"]),
        (["ja", "Nee", ""], "boolean", ["True", "False", "None"]),
        (["J", "N"], "boolean", ["True", "False"]),
        (["N", "N"], "text", ["N", "N"]),
        (["31-12-2024", "1-2-2024"], "date", ["2024-12-31", "2024-02-01"]),
        (["12/31/2024", "02/01/2024"], "date", ["2024-12-31", "2024-02-01"]),
        (["2024-12-31", "2024-02-01"], "date", ["2024-12-31", "2024-02-01"]),
        (["31-12-2024", "12/31/2024"], "text", ["31-12-2024", "12/31/2024"]),
        (["31-12-2024", "01-13-2024"], "text", ["31-12-2024", "01-13-2024"]),
        (["2024-12-31T10:00:00", "2024-02-01 09:30"], "datetime", ["2024-12-31 10:00:00", "2024-02-01 09:30:00"]),
        (["31-12-2024 10:00", "01-02-2024 09:30:15"], "datetime", ["2024-12-31 10:00:00", "2024-02-01 09:30:15"]),
        (["09:30", "23:59:59"], "time", ["09:30:00", "23:59:59"]),
        (["+31612345678", "+31687654321"], "text", ["+31612345678", "+31687654321"]),
        (["3311 AB", "3312 XZ"], "text", ["3311 AB", "3312 XZ"]),
        (["12345678901234567890", "1"], "decimal", ["12345678901234567890", "1"]),
        (["1e5", "2.5E-3"], "number", ["100000.0", "0.0025"]),
        (["=1+1", "@x"], "text", ["=1+1", "@x"]),
        (["NaN", "inf", "1"], "text", ["NaN", "inf", "1"]),
    ],
)
def test_types(tmp_path: Path, texts: list[str], kind: str, shown: list[str]) -> None:
    found, loaded, _ = values(tmp_path, *texts)
    assert (found, [str(value) for value in loaded]) == (kind, shown)


def test_null_markers_empty_typed_columns_only(tmp_path: Path) -> None:
    found = read(tmp_path, "a;b;c\n1;x;-\n-;-;n.v.t.\nn.v.t.;y;z\n3;;-\n")
    assert found.types == {"a": "integer", "b": "text", "c": "text"}
    assert [row[0] for row in found.rows] == [1, None, None, 3]
    assert [row[1] for row in found.rows] == ["x", "-", "y", None]
    assert found.remark("column.null-marker") == {"column": "a", "count": 2}


def test_mixed_column_stays_text_and_names_count_and_first_line(tmp_path: Path) -> None:
    kind, _, found = values(tmp_path, "1", "2", "drie", "4", "vijf", "6")
    assert kind == "text"
    assert found.remark("column.mixed") == {
        "column": "w",
        "kind_term": "getallen",
        "count": 2,
        "line": 4,
        "value": "drie",
    }


def test_the_odd_value_may_come_long_after_the_sample(tmp_path: Path) -> None:
    texts = [str(n) for n in range(1, 30_001)]
    kind, loaded, found = values(tmp_path, *texts, "0031")
    assert kind == "text"
    assert loaded[-1] == "0031"
    assert found.remark("column.mixed")["line"] == 30_002
    assert found.counts == (30_001, 30_001, 0)


def test_impossible_date_keeps_the_column_text(tmp_path: Path) -> None:
    kind, _, found = values(tmp_path, "31-01-2024", "31-02-2024")
    assert kind == "text"
    assert found.remark("column.misfit") == {"column": "w", "count": 1, "line": 3}


def test_undecidable_day_and_month_are_told(tmp_path: Path) -> None:
    kind, loaded, found = values(tmp_path, "01-02-2024", "03-04-2024")
    assert (kind, str(loaded[0])) == ("date", "2024-02-01")
    assert "column.date-order" in found.codes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_dialects(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    lines = [["naam", "plaats", "aantal"], ["Zoë", "Súdwest-Fryslân", "12"], ["Café", "Coevorden", "3"]]
    found = read(tmp_path, (ending.join(delimiter.join(line) for line in lines) + ending).encode(encoding))
    assert found.rows == [("Zoë", "Súdwest-Fryslân", 12), ("Café", "Coevorden", 3)]
    assert found.report["dialect"]["delimiter"] == delimiter


def test_ragged_and_badly_quoted_rows_are_kept_with_line_and_reason(tmp_path: Path) -> None:
    data = 'a;b\n1;x\n2;y;te veel\n3\n"4;open\n5;"regel\ntwee"\n6;z\n'
    found = read(tmp_path, data)
    assert [row[1] for row in found.rows] == ["x", "regel\ntwee", "z"]
    assert found.counts == (6, 3, 3)
    assert [(line, code) for line, code, _, _ in found.rejects] == [("3", "ragged"), ("4", "ragged"), ("5", "quote")]
    assert found.rejects[0][2] == "De rij heeft 3 velden; de kop heeft er 2."
    assert found.rejects[0][3] == "2;y;te veel"


def test_title_lines_totals_and_blank_rows(tmp_path: Path) -> None:
    data = "Subsidies 2023;;\nBron: Merwede;;\n\nNr;Naam;Bedrag\n1;A;10,50\n;;\n2;B;20,00\n3;C;5,00\nTotaal;;35,50\n"
    found = read(tmp_path, data)
    assert found.types == {"nr": "integer", "naam": "text", "bedrag": "decimal"}
    assert found.counts == (4, 3, 1)
    assert found.rejects[0][:2] == ["9", "total"]
    assert {"header.preamble", "rejected.total", "csv.blank"} <= found.codes


def test_totals_throughout_are_data(tmp_path: Path) -> None:
    data = "geslacht;aantal\nTotaal;10\nMan;4\nVrouw;6\nTotaal;12\nMan;5\nVrouw;6\nMan;1\nVrouw;2\nTotaal;3\n"
    assert read(tmp_path, data).counts == (9, 9, 0)


def test_two_header_rows_are_joined(tmp_path: Path) -> None:
    found = read(tmp_path, "gemeente;2022;;2023;\n;man;vrouw;man;vrouw\nGorinchem;1;2;3;4\nHardinxveld;5;6;7;8\n")
    assert [column["title"] for column in found.report["columns"]][1:3] == ["2022 – man", "2022 – vrouw"]
    assert found.rows[1] == ("Hardinxveld", 5, 6, 7, 8)


def test_header_missing_or_double(tmp_path: Path) -> None:
    found = read(tmp_path, "naam;;naam;2024\na;b;c;1\n")
    assert list(found.types) == ["naam", "kolom_2", "naam_2", "k_2024"]
    assert {"header.missing", "header.duplicate"} <= found.codes


def test_no_header(tmp_path: Path) -> None:
    found = read(tmp_path, "1,Engels\n2,Nederlands\n")
    assert found.counts == (2, 2, 0)
    assert "header.none" in found.codes


def test_comment_preamble_names_the_columns(tmp_path: Path) -> None:
    found = read(tmp_path, "# KNMI\n# eenheid 0,1\n# STN,  DAG,  TG\n  249,1,  76\n  249,2,    \n")
    assert found.types == {"stn": "integer", "dag": "integer", "tg": "integer"}
    assert found.rows == [(249, 1, 76), (249, 2, None)]


def test_padded_text_is_trimmed_but_other_text_is_not(tmp_path: Path) -> None:
    found = read(tmp_path, "a;b\nGM01  ;x \nGM0200; yy\n")
    assert found.rows == [("GM01", "x "), ("GM0200", " yy")]


def test_nul_is_replaced_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, b"a;omschrijving\n1;x\0y\n2;een langere tekst\n")
    assert found.rows[0] == (1, "x y")
    assert found.remark("csv.nul") == {"count": 1}


def test_too_long_and_too_wide(tmp_path: Path) -> None:
    found = read(tmp_path, "a;b\n1;x\n2;" + "y" * 1_200_000 + "\n3;z\n")
    assert found.counts == (3, 2, 1)
    assert found.rejects[0][:2] == ["3", "too-long"]
    for data in (";".join(map(str, range(3000))) + "\n", "a;b\n" + "x" * 9_000_000):
        (tmp_path / "source").unlink()
        (tmp_path / "out" / "data.parquet").unlink(missing_ok=True)
        folder = tmp_path / str(len(data))
        folder.mkdir()
        with pytest.raises(Invalid):
            read(folder, data)
        (tmp_path / "source").touch()


def test_corrections(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'oud\ncode,waarde\n1,"2,5"\n0x,"3,25"\n3,"4"\n',
        header_row=2,
        delimiter=",",
        decimal=",",
        types={"code": "integer"},
        names={"code": "nummer"},
        titles={"waarde": "Waarde in meter"},
    )
    assert found.types == {"nummer": "integer", "waarde": "decimal"}
    assert found.report["columns"][1]["title"] == "Waarde in meter"
    assert found.counts == (3, 2, 1)
    assert found.rejects[0][:3] == ["4", "type", "Kolom code: '0x' past niet bij het gekozen type integer."]


@pytest.mark.parametrize(
    "options",
    [{"delimiter": "x"}, {"encoding": "klingon"}, {"types": {"a": "money"}}, {"types": {"zz": "text"}}, {"q": 1}],
)
def test_wrong_corrections_are_named(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        read(tmp_path, "a;b\n1;2\n", **options)


@pytest.mark.parametrize("data", [b"", b"   \n\n", b"a;b", b"%PDF-1.4", b"\x00\x01\x02\x03" * 50])
def test_empty_or_unknown(tmp_path: Path, data: bytes) -> None:
    if data == b"a;b":
        assert read(tmp_path, data).counts == (0, 0, 0)
        return
    with pytest.raises(Invalid) as caught:
        read(tmp_path, data)
    assert caught.value.params["file"] == "bron.csv"
