"""The shape of connectors: what may be filled in, and that a secret does not come out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sluis.kernel.errors import Invalid, NotFound
from sluis.lake.connectors import asking
from sluis.lake.connectors.base import Connector, Fetched, Field, Given, Kind, Tell
from sluis.lake.connectors.given import blotted, read
from sluis.lake.connectors.registry import connector, everything, gathered
from sluis.lake.connectors.replies import seconds_of


class Well(Connector):
    name = "put"
    title = "Put"
    about = "Een put"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("host", "Adres", Kind.ADDRESS, required=True),
        Field("port", "Poort", Kind.NUMBER, default=5432, place=True),
        Field("deep", "Diepte", Kind.CHOICE, choices=(("a", "A"), ("b", "B"))),
        Field("names", "Namen", Kind.LINES),
        Field("password", "Wachtwoord", Kind.SECRET, required=True),
    )

    def check(self, given: Given, tell: Tell) -> None:
        tell("Goed")

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched:
        return Fetched(into / "x", "x")


GOOD = {"host": "db.example", "password": "geheim-8"}


def test_two_connectors_with_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="put"):
        gathered([Well(), Well()])


def test_the_connectors_of_the_folder_are_found_and_an_unknown_one_says_which_there_are() -> None:
    assert {"database", "demo", "folder", "http-file"} <= set(everything())
    with pytest.raises(NotFound) as refused:
        connector("fax")
    assert "http-file" in str(refused.value)


def test_every_connector_explains_every_field_and_keeps_to_its_modes() -> None:
    for item in everything().values():
        assert item.title
        assert item.about
        assert set(item.modes) <= {"replace", "append", "upsert"}
        assert all(field.label for field in item.fields)
        assert all(field.choices for field in item.fields if field.kind is Kind.CHOICE)


def test_a_secret_stands_apart_and_never_shows() -> None:
    given = read(Well(), GOOD, "replace")
    assert given["host"] == "db.example"
    assert given["port"] == 5432
    assert given.secret("password") == "geheim-8"
    assert "password" not in given.config
    assert "geheim-8" not in repr(given)
    assert blotted("fout bij geheim-8!", given.secrets.values()) == "fout bij •••!"


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        ({}, {"host", "password"}),
        (GOOD | {"port": "-1"}, {"port"}),
        (GOOD | {"port": "veel"}, {"port"}),
        (GOOD | {"deep": "c"}, {"deep"}),
        (GOOD | {"host": "a\nb"}, {"host"}),
        (GOOD | {"host": "x" * 3000}, {"host"}),
        (GOOD | {"sql": "select 1"}, {"sql"}),
        (GOOD | {"names": "\n".join(f"n{n}" for n in range(501))}, {"names"}),
    ],
)
def test_every_wrong_field_is_named_at_once(raw: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        read(Well(), raw, "replace")
    assert {fault.field for fault in refused.value.faults} == fields


def test_lines_lose_their_blanks_and_doubles() -> None:
    assert read(Well(), GOOD | {"names": " a \r\n\r\nb\na"}, "replace")["names"] == ["a", "b"]


def test_an_empty_secret_keeps_the_one_before_but_not_for_another_place() -> None:
    kept = read(Well(), GOOD, "replace")
    assert read(Well(), {"host": "db.example", "deep": "a"}, "replace", kept).secret("password") == "geheim-8"
    for moved in ({"host": "elders.example"}, {"host": "db.example", "port": 5433}):
        with pytest.raises(Invalid) as refused:
            read(Well(), moved, "replace", kept)
        assert refused.value.faults[0].field == "password"
    assert read(Well(), {"host": "elders.example", "password": "nieuw"}, "replace", kept).secret("password") == "nieuw"


@pytest.mark.parametrize(
    "url", ["https://jan:geheim-8@bron.example/a.csv", "https://token@bron.example", "https://[::1", "https://x:99999/"]
)
def test_an_address_holds_no_account_and_can_be_read(url: str) -> None:
    """Everybody who sees the source sees its address."""
    assert [fault.field for fault in asking.faults({"url": url})] == ["url"]
    assert asking.faults({"url": "https://bron.example:8443/a.csv?van=a@b"}) == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("²", 0), ("9" * 5000, 86_400), ("Fri, 31 Dec 99999999999999999999 00:00:00 GMT", 0), ("soon", 0),
     ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400)],
)  # fmt: skip
def test_a_server_that_asks_for_rest_gets_a_day_at_most(said: str, seconds: int) -> None:
    assert seconds_of(said) == seconds


def test_a_next_page_that_is_no_address_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        asking.same_place("https://bron.example/items", "http://[")
    assert refused.value.code == "source.elsewhere"
