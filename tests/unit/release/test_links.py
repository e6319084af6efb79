"""What the check of links says of an address that does not answer."""

import socket
from unittest.mock import Mock

import pytest

from sluis.release.checks import links


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://weg.example/a", "https://weg.example/a is niet te bereiken: De naam weg.example bestaat niet"),
        ("ftp://weg.example/a", "ftp://weg.example/a is niet te bereiken: ftp://weg.example/a is geen http- of https-"),
    ],
)
def test_why_a_link_does_not_answer_is_said_whole(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(socket.EAI_NONAME, "")))
    found = links._tried(address)
    assert found is not None
    assert found.said().startswith(said)
