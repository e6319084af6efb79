"""Every address has an access row, every row an address, and a row is a known word."""

import pytest
from django.urls import get_resolver

from sluis.conf import access


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    return access.addresses(get_resolver())


def test_every_address_has_a_name(known):
    nameless = [pattern for name, pattern in known.items() if name.endswith(":") or not name]
    assert not nameless


def test_every_address_has_an_access_row(known):
    assert sorted(set(known) - set(access.routes())) == []


def test_no_row_without_an_address(known):
    assert sorted(set(access.routes()) - set(known)) == []


def test_every_row_is_a_known_word():
    assert set(access.routes().values()) <= access.known_rows()


def test_an_address_without_a_row_answers_nobody(client, monkeypatch):
    monkeypatch.setattr(access, "routes", dict)
    assert client.get("/livez").status_code == 404
