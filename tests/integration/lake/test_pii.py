"""Personal data in tables: found where it is, and not where numbers only look like it."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.conftest import shared_path

from sluis.lake.profile import arrow_look, personal
from sluis.lake.profile.entry import profile

TYPES = {
    "VARCHAR": "text",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DOUBLE": "number",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "JSON": "json",
}
type Profile = Callable[[str], dict[str, Any]]


@pytest.fixture
def measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    monkeypatch.chdir(tmp_path)

    def of(select: str) -> dict[str, Any]:
        with duckdb.connect() as con:
            con.execute(f"COPY ({select}) TO 'table.parquet' (FORMAT parquet)")
            described = con.execute("DESCRIBE SELECT * FROM 'table.parquet'").fetchall()
        columns = [{"name": d[0], "title": d[0], "type": TYPES.get(d[1], "decimal")} for d in described]
        return profile({"source": "table.parquet", "columns": columns}, lambda fraction, text: None)

    return of


def _hits(result: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(h["kind"], "+".join(h["columns"])): h for h in result["personal_data"]}


def _citizen_numbers(count: int) -> list[str]:
    """Random numbers that pass the eleven-test; computed here another way than in the rules."""
    chance, found = random.Random(5), []
    while len(found) < count:
        first = chance.randrange(10_000_000, 99_999_999)
        rest = sum(int(d) * w for d, w in zip(str(first), range(9, 1, -1), strict=True)) % 11
        if rest < 10:
            found.append(f"{first}{rest}")
    return found


def _values(values: list[Any], name: str) -> str:
    return f"SELECT unnest({values!r}) AS {name}"


def test_the_fictitious_persons_of_the_rvig(measure: Profile) -> None:
    path = shared_path("data/6-pii/rvig-testset/rvig_testset_first300.csv")
    table = f"read_csv('{path}', delim = ';', all_varchar = true, header = true, null_padding = true)"
    result = measure(f"SELECT COLUMNS('^0[18]') FROM {table}")  # the person, and where they live: 61 of 257
    hits = _hits(result)
    numbers = hits["bsn", "01.01.20"]
    assert (numbers["count"], numbers["share"], numbers["confidence"]) == (102, 1.0, "sure")
    assert ("bsn", "01.01.10") not in hits  # administration numbers of ten digits
    assert hits["name", "01.02.10"]["confidence"] == "probable"
    assert hits["birth_date", "01.03.10"]["confidence"] == "possible"
    assert hits["address", "08.11.60"]["count"] == 217
    hidden = [c for c in result["columns"] if c["name"] == "01.01.20"]
    assert hidden[0]["hidden"] is True
    assert "top" not in hidden[0]


@pytest.mark.parametrize(
    "path",
    [
        "data/6-pii/4pp/4pp.csv",
        "data/2-tabular/bomen-alessandria/alberi.csv",
        "data/2-tabular/cbs-gebieden/inwonertal.csv",
    ],
)
def test_postcodes_of_four_digits_trees_and_statistics_hold_no_persons(path: str, measure: Profile) -> None:
    assert measure(f"SELECT * FROM read_csv('{shared_path(path)}')")["personal_data"] == []


def test_weather_holds_no_persons(measure: Profile) -> None:
    path = shared_path("data/2-tabular/knmi/etmgeg_249.txt")
    assert measure(f"SELECT * FROM read_csv('{path}', skip = 51, header = false)")["personal_data"] == []


def test_licence_numbers_that_pass_the_iban_check_by_chance_are_not_accounts(measure: Profile) -> None:
    folder = shared_path("data/2-tabular/openstate-datasets")
    (path,) = folder.rglob("*dual-use.goederen*.csv")
    assert measure(f"SELECT * FROM read_csv('{path}', ignore_errors = true)")["personal_data"] == []


@pytest.mark.parametrize(
    "select",
    [
        "SELECT 100000000 + range * 7 AS ordernummer FROM range(3000)",
        "SELECT (300000000 + range * 13)::VARCHAR AS zaak FROM range(3000)",
        "SELECT '0' || (100000000 + range * 299993)::VARCHAR AS code FROM range(3000)",
        "SELECT 80000 + range * 3.5 AS x, 400000 + range * 7 AS y FROM range(3000)",
        "SELECT 'PV' || (20 + range % 12) AS provincie FROM range(3000)",
        "SELECT DATE '1950-01-01' + range::INTEGER AS datum, range AS waarde FROM range(20000)",
        "SELECT unnest(['Delft', 'De Bilt', 'Den Haag', 'Laren', 'Lisse', 'Ede', 'Vries', 'Bergen']) AS gemeentenaam",
        "SELECT 'Besluit van ' || DATE '2020-01-01' || ', kenmerk 2020-0' || range AS tekst FROM range(999)",
    ],
)
def test_numbers_places_and_dates_are_no_persons(select: str, measure: Profile) -> None:
    assert measure(select)["personal_data"] == []


@pytest.mark.parametrize(("name", "kind"), [("bsn", "VARCHAR"), ("nummer", "VARCHAR"), ("nummer", "BIGINT")])
def test_citizen_numbers_are_sure_by_name_or_by_share(name: str, kind: str, measure: Profile) -> None:
    values = ["012345672", *_citizen_numbers(50)]  # the first loses its zero as a number
    result = measure(f"SELECT {name}::{kind} AS {name} FROM ({_values(values, name)})")
    (hit,) = result["personal_data"]
    assert (hit["kind"], hit["count"], hit["confidence"]) == ("bsn", 51, "sure")


def test_every_kind_is_found_and_no_value_leaves(measure: Profile) -> None:
    row = {
        "rekening": "NL91ABNA0417164300",
        "mail": "fenna.dejong@voorbeeld.nl",
        "tel": "06-12345678",
        "postcode": "3511AB",
        "huisnummer": "1234",
        "achternaam": "van der Bijlsma",
        "geboortedatum": "19620417",
        "kenteken": "XR-998-Z",
    }
    chosen = ", ".join(f"'{v}' AS {k}" for k, v in row.items())
    result = measure(f"SELECT {chosen}, range AS i FROM range(30)")
    hits = _hits(result)
    assert {key: h["confidence"] for key, h in hits.items()} == {
        ("iban", "rekening"): "sure",
        ("email", "mail"): "sure",
        ("phone", "tel"): "sure",
        ("address", "postcode+huisnummer"): "probable",
        ("name", "achternaam"): "probable",
        ("birth_date", "geboortedatum"): "probable",
        ("licence_plate", "kenteken"): "sure",
    }
    text = json.dumps(result, ensure_ascii=False)
    assert not [value for value in row.values() if value in text]


def test_text_and_json_are_read_inside(measure: Profile) -> None:
    result = measure(
        """
        SELECT '{"persoon": {"bsn": "111222333", "mail": "j.jansen@voorbeeld.nl"}}'::JSON AS gegevens,
               CASE WHEN range = 500 THEN 'Bel mevrouw De Vries op 06-12345678, rekening NL91 ABNA 0417 1643 00.'
                    WHEN range = 501 THEN 'Burgerservicenummer 111222333 staat in het dossier.'
                    ELSE 'Dossier ' || range END AS notitie
        FROM range(20000)
        """
    )
    hits = _hits(result)
    assert hits["bsn", "gegevens"]["confidence"] == "probable"
    assert hits["email", "gegevens"]["count"] == 20000
    assert [hits[kind, "notitie"]["count"] for kind in ("phone", "iban", "bsn")] == [1, 1, 1]
    assert hits["bsn", "notitie"]["confidence"] == "probable"
    assert "111222333" not in json.dumps(result)


def test_general_mailboxes_are_only_possible(measure: Profile) -> None:
    (hit,) = measure("SELECT 'info@gemeente' || range || '.nl' AS contact FROM range(30)")["personal_data"]
    assert hit["confidence"] == "possible"


def test_a_failing_check_fails_the_profile(measure: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise duckdb.OutOfMemoryException("full")

    monkeypatch.setattr(personal.count, "scan_text", broken)
    with pytest.raises(duckdb.OutOfMemoryException):
        measure("SELECT 'a' AS naam")


def test_a_house_number_behind_the_street_counts_beside_a_postcode(measure: Profile) -> None:
    rows = "SELECT 'Dorpsstraat ' || i || CASE WHEN i % 3 = 0 THEN 'a' ELSE '' END AS waar, '3311 AB' AS code"
    hit = _hits(measure(f"{rows} FROM range(1, 101) r(i)"))["address", "code+waar"]
    assert (hit["count"], hit["confidence"]) == (100, "probable")


def test_words_beside_a_postcode_are_no_address(measure: Profile) -> None:
    rows = "SELECT 'Fase ' || chr((65 + i % 20)::INTEGER) AS fase, '3311 AB' AS code FROM range(1, 101) r(i)"
    assert {kind for kind, columns in _hits(measure(rows)) if columns != "code"} == set()


def test_citizen_numbers_without_their_zero_are_possible_by_name(measure: Profile) -> None:
    short = [str(n) for n in range(10_000_000, 10_000_300) if _passes(f"0{n}")]
    assert _hits(measure(_values(short, "bsn")))["bsn", "bsn"]["confidence"] == "possible"
    assert ("bsn", "kavel") not in _hits(measure(_values(short, "kavel")))


def _passes(number: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0


def test_the_first_look_hides_no_hit(measure: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searching every text gives the same as leaving out those that the first look found plain."""
    path = shared_path("data/6-pii/rvig-testset/rvig_testset_first300.csv")
    read = f"read_csv('{path}', delim = ';', all_varchar = true, header = true, null_padding = true)"
    words = "SELECT 'aanleg fietspad langs het kanaal' AS gewoon, CASE WHEN range = 7 THEN 'MW. JANSEN' END AS zelden"
    tables = [f"SELECT COLUMNS('^0[18]') FROM {read}", f"{words} FROM range(30)"]  # the person, and where they live
    looked = [measure(table) for table in tables]
    monkeypatch.setattr(arrow_look, "may_tell", lambda texts: True)
    assert [measure(table) for table in tables] == looked
