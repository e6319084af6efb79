"""Lists in the database: filled at migrate, refreshed from a publisher, safe against a bad answer."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from sluis.foundation.egress import EgressPolicy
from sluis.foundation.models import AuditEntry
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotAllowed, NotFound
from sluis.register import service as register
from sluis.register.vocabularies import shipped, store

pytestmark = pytest.mark.django_db
LOCAL = EgressPolicy(allow_private=("127.0.0.1",))
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
THEME = "http://publications.europa.eu/resource/authority/data-theme/"


class Publisher:
    """A loopback server that gives one answer."""

    def __init__(self) -> None:
        self.status, self.media_type, self.body = 200, "text/turtle", b""
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(publisher.status)
                self.send_header("content-type", publisher.media_type)
                self.send_header("content-length", str(len(publisher.body)))
                self.end_headers()
                self.wfile.write(publisher.body)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/list"

    def gives(self, **labels: str) -> None:
        lines = [f'<{THEME}{code}> <{LABEL}> "{label}"@nl .' for code, label in labels.items()]
        self.body = "\n".join(lines).encode()


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    made = Publisher()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    original = shipped.read
    monkeypatch.setattr(shipped, "read", lambda name: replace(original(name), refresh=made.url))
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def themes() -> dict[str, str]:
    return {concept.code: concept.label for concept in register.concepts("data-theme")}


def test_the_lists_are_there_after_migrate():
    names = {item.name for item in register.vocabularies()}
    assert names == set(shipped.names())
    assert themes()["ENVI"] == "Milieu"
    assert register.label(THEME + "ENVI", "en") == "Environment"
    assert register.label("https://x.example/onbekend") == "https://x.example/onbekend"


def test_ended_words_are_no_longer_offered_but_keep_their_name():
    offered = {concept.code for concept in register.concepts("tooi-municipality")}
    assert "gm0003" not in offered
    assert register.label("https://identifier.overheid.nl/tooi/id/gemeente/gm0003") == "gemeente Appingedam"
    assert "gm0003" in {concept.code for concept in register.concepts("tooi-municipality", include_ended=True)}


def test_a_refresh_reports_and_applies_differences(publisher):
    now = themes() | {"ENVI": "Milieu en natuur", "RUIM": "Ruimte"}
    del now["TRAN"]
    publisher.gives(**now)
    (difference,) = register.refresh_vocabularies(by=SYSTEM, names=("data-theme",), policy=LOCAL)
    assert difference.problem == ""
    assert difference.added == (THEME + "RUIM",)
    assert difference.ended == (THEME + "TRAN",)
    assert difference.relabelled == (THEME + "ENVI",)
    assert themes()["ENVI"] == "Milieu en natuur"
    assert AuditEntry.objects.filter(action="register.vocabulary.refreshed").count() == 1


def test_a_later_migrate_does_not_undo_a_refresh(publisher):
    publisher.gives(**themes() | {"ENVI": "Milieu en natuur"})
    register.refresh_vocabularies(by=SYSTEM, names=("data-theme",), policy=LOCAL)
    store.load()
    assert themes()["ENVI"] == "Milieu en natuur"


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (503, "text/turtle", b""),
        (200, "text/turtle", b"<html>niet gevonden</html>"),
        (200, "text/html", b"<html></html>"),
        (
            200,
            "text/turtle",
            f'<https://x.example/1> <{LABEL}> "iets anders"@nl .'.encode(),
        ),
        (200, "text/turtle", f'<{THEME}ENVI> <{LABEL}> "Milieu"@nl .'.encode()),
    ],
)
def test_a_bad_answer_changes_nothing_and_says_so(publisher, status, media_type, body):
    before = themes()
    publisher.status, publisher.media_type, publisher.body = status, media_type, body
    (difference,) = register.refresh_vocabularies(by=SYSTEM, names=("data-theme",), policy=LOCAL)
    assert "oude lijst blijft" in difference.problem
    assert themes() == before


def test_without_a_network_the_old_list_stays(publisher):
    before = themes()
    (difference,) = register.refresh_vocabularies(by=SYSTEM, names=("data-theme",))
    assert difference.problem
    assert themes() == before


def test_only_who_runs_the_platform_may_refresh(steward):
    with pytest.raises(NotAllowed):
        register.refresh_vocabularies(by=steward)
    with pytest.raises(NotFound):
        register.refresh_vocabularies(by=SYSTEM, names=("bestaat-niet",))
