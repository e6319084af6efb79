"""What may never stand in a log line does not, and what is harmless stays readable."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.foundation.telemetry.following import following, identity
from sluis.foundation.telemetry.logs import JsonLines, TextLines
from sluis.foundation.telemetry.redaction import GONE, on_one_line, redacted

SECRET = [
    ("mail van jan.de.vries+werk@merwede.example kwam terug", "jan.de.vries"),
    ("BSN 111222333 staat erin", "111222333"),
    ("bsn 1112.22.333", "1112.22.333"),
    ("bsn 111 222 333.", "111 222 333"),
    ("rekening NL91ABNA0417164300", "NL91ABNA0417164300"),
    ("rekening NL91 ABNA 0417 1643 00 klopt", "0417 1643"),
    ("bel 06-12345678", "12345678"),
    ("bel 06 1234 5678 of +31 (0)6 1234 5678", "1234 5678"),
    ("bel 0184-123456", "123456"),
    ("Authorization: Bearer abc.def-ghi", "abc.def"),
    ("{'Authorization': 'Basic amFuOmdlaGVpbQ=='}", "amFuOmdlaGVpbQ"),
    ("Cookie: sluis=0123456789abcdef; other=1", "0123456789abcdef"),
    ("client_secret=s3cr3t-w00rd&x", "s3cr3t"),
    ('{"password": "een lange zin met spaties"}', "lange zin"),
    ("db_password='korter'", "korter"),
    ("postgres://sluis:geheim@db.example/sluis", "geheim"),
    ("GET /zoeken?q=jansen&page=2 mislukte", "jansen"),
    ("https://bron.example/data?api_key=abc#x", "abc"),
    ("Forbidden: /follow/eyJzbHVnIjoieCIsImVtYWlsIjoicCJ9.2hWc4bcxRB_7PVbg", "eyJzbHVn"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIi"),
]
HARMLESS = [
    "job 019a2109-dfcd-7902-9760-bf9f1bdce6bc done in 123456789 ms",
    "111222334 rows read",
    "2026-11-23T09:00:00.000+00:00 release 12 published",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c0f123456782abcdef0",
    "egress vocabulary to standaarden.overheid.nl",
    "listening on 127.0.0.1:8000",
    "kosten 0.123456789 en 06 keer",
    "Wat is dit? Niets.",
]


@pytest.mark.parametrize(("text", "secret"), SECRET)
def test_what_is_nobodys_business_is_gone(text: str, secret: str) -> None:
    assert secret not in redacted(text)
    assert GONE in redacted(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text: str) -> None:
    assert redacted(text) == text


@given(st.text())
def test_one_line_stays_one_line_and_harmless_to_a_terminal(text: str) -> None:
    line = on_one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in line)


@given(st.text(max_size=2000))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


def test_a_long_line_is_redacted_in_a_straight_line_of_time() -> None:
    """No pattern goes back and forth: these would take for ever if one did."""
    for sign in ("a@", "1 ", "NL91 ", "password=", "?a=", "0", "eyJ.", "://", "+31 "):
        redacted(sign * 20_000)


def record(message: str, *args: object, fields: dict[str, object] | None = None, error: Exception | None = None):
    about = (type(error), error, None) if error else None
    made = logging.LogRecord("sluis.test", logging.INFO, __file__, 1, message, args, about)
    if fields:
        made.fields = fields
    return made


FORGED = "mooi.csv\r\n2026-11-23T09:00:00.000+00:00 INFO sluis.audit alles goed\x1b[2J\u2028einde"


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_nobody_starts_a_line_of_their_own(lines: logging.Formatter) -> None:
    made = lines.format(record("gelezen: %s", FORGED, fields={"file": FORGED}))
    assert len(made.splitlines()) == 1
    assert "\x1b" not in made


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_errors_are_redacted_and_cannot_forge_either(lines: logging.Formatter) -> None:
    error = ValueError(f"jan@merwede.example {FORGED}")
    made = lines.format(record("mislukt", error=error))
    assert "jan@merwede.example" not in made
    first, *rest = made.splitlines()
    assert first.lstrip("{").strip()
    assert all(line.startswith("  | ") for line in rest)


def test_both_forms_say_the_same() -> None:
    with following("4bf92f3577b34da6a3ce929d0e0e4736"):
        made = record("GET 200", fields={"route": "portal:dataset", "ms": 12})
        document, text = json.loads(JsonLines().format(made)), TextLines().format(made)
    assert document["id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert (document["route"], document["ms"], document["message"]) == ("portal:dataset", 12, "GET 200")
    expected = "INFO sluis.test 4bf92f3577b34da6a3ce929d0e0e4736 GET 200 route=portal:dataset ms=12"
    assert text == f"{document['at']} {expected}"


def test_an_id_is_taken_over_only_when_it_is_a_plain_one() -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    assert identity(f"00-{trace}-00f067aa0ba902b7-01", "other-request-id") == trace
    assert identity("", "proxy-1234abcd") == "proxy-1234abcd"
    for traceparent, request_id in (
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        ("00-zz", "jan@merwede.example"),
        ("", "a\r\nSet-Cookie: x"),
        ("", "kort"),
        ("", "x" * 65),
    ):
        made = identity(traceparent, request_id)
        assert len(made) == 32
        assert set(made) <= set("0123456789abcdef")
        assert made != identity(traceparent, request_id)
