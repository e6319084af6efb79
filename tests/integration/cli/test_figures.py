"""What an operator reads of the running site: figures that add up over processes, and lines that hold no secrets."""

import json
import shutil
import signal
import sqlite3
from contextlib import ExitStack, closing
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests import serving
from tests.waiting import PATIENCE_SECONDS, until

TOKEN = "een-token-van-meer-dan-tweeendertig-tekens"


def ask(address: str, **headers: str) -> tuple[int, str, Message]:
    wanted = Request(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(wanted, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except HTTPError as error:
        return error.code, error.read().decode(), error.headers


def figures(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, values of the labels in order of their names) → figure."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def done(data: Path, task: str) -> int:
    """How many jobs of this task the database knows to have ended well."""
    with closing(sqlite3.connect(data / "sluis.sqlite3")) as database:
        asked = "SELECT count(*) FROM foundation_job WHERE task = ? AND state = 'successful'"
        return database.execute(asked, [task]).fetchone()[0]


def test_figures_add_up_over_all_processes_and_lines_say_no_more_than_the_route(tmp_path: Path, migrated: Path) -> None:
    shutil.copytree(migrated, tmp_path / "var")
    more = {"SLUIS_WEB_WORKERS": "2", "SLUIS_LOG_FORMAT": "json", "SLUIS_METRICS_TOKEN": TOKEN}
    environment = serving.surroundings(tmp_path / "var", **more)
    site = f"http://127.0.0.1:{environment['SLUIS_PORT']}"
    probes = serving.free_port()
    sweep, log = "sluis.foundation.jobs_entry.sweep", tmp_path / "lines"

    def whole() -> dict[tuple[str, tuple[str, ...]], float]:
        """The figures, once every process has said something and each job that was done is counted."""
        found = figures(ask(f"{site}/metrics")[1])
        processes = [name for name in found if name[0] == "sluis_process_resident_bytes"]
        counted = found.get(("sluis_job_seconds_count", ("done", sweep)), 0)
        well = len(processes) == 4 and found["sluis_workers", ()] == 2 and counted == done(tmp_path / "var", sweep) > 0
        return found if well else {}

    with ExitStack() as stack:
        web = stack.enter_context(serving.running(environment, "serve", log=log))
        assert serving.ready(f"{site}/readyz", web)
        beside = environment | {"SLUIS_WORKER_PORT": str(probes)}
        worker = stack.enter_context(serving.running(beside, "worker"))
        assert serving.ready(f"http://127.0.0.1:{probes}/metrics", worker)
        for n in range(20):
            ask(f"{site}/datasets?q=jan.jansen{n}@merwede.example")
        here = until(whole, lambda: ask(f"{site}/metrics")[1], every=1)
        there = figures(ask(f"http://127.0.0.1:{probes}/metrics")[1])
        refused = ask(f"{site}/metrics", X_Forwarded_For="203.0.113.7")
        wrong = ask(f"{site}/metrics", X_Forwarded_For="203.0.113.7", Authorization=f"Bearer {TOKEN[:-1]}")
        let_in = ask(f"{site}/metrics", X_Forwarded_For="203.0.113.7", Authorization=f"Bearer {TOKEN}")
        elsewhere = ask(f"http://127.0.0.1:{probes}/desk/")
        page = ask(f"{site}/bestaat-niet", Accept="text/html", X_Request_ID="proxy-0123456789ab")
        web.send_signal(signal.SIGTERM)
        web.wait(PATIENCE_SECONDS)
    lines = log.read_text()
    asked = ("sluis_http_request_seconds_count", ("GET", "portal:search", "200"))
    assert here[asked] == there[asked] == 20
    assert here["sluis_figures_unread", ()] == 0
    assert [refused[0], wrong[0], let_in[0], elsewhere[0]] == [404, 404, 200, 404]
    assert page[2]["X-Request-ID"] == "proxy-0123456789ab"
    assert "proxy-012345" in page[1]
    documents = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    assert sum(document.get("route") == "portal:search" for document in documents) == 20
    assert any(document["id"] == "proxy-0123456789ab" for document in documents)
    assert "jansen" not in lines
    assert "/datasets" not in lines


def test_counts_of_a_dead_process_go_when_serving_starts_again(tmp_path: Path, migrated: Path) -> None:
    shutil.copytree(migrated, tmp_path / "var")
    environment = serving.surroundings(tmp_path / "var")
    site = f"http://127.0.0.1:{environment['SLUIS_PORT']}"
    with serving.running(environment, "serve") as web:
        assert serving.ready(f"{site}/livez", web)
        before = set((tmp_path / "var" / "metrics").glob("*/*.db"))
        assert before
    stray = next(iter(before)).with_name("counter_1.db")  # number 1 lives, but it is not ours
    stray.write_bytes(b"\0" * 64)
    with serving.running(environment, "serve") as web:
        assert serving.ready(f"{site}/livez", web)
        after = set((tmp_path / "var" / "metrics").glob("*/*.db"))
        assert figures(ask(f"{site}/metrics")[1])["sluis_http_request_seconds_count", ("GET", "livez", "200")] == 1
    assert stray not in after
    assert not before & after


@pytest.mark.parametrize(
    ("https", "address", "headers", "status"),
    [
        (False, "127.0.0.1", {}, 200),
        (False, "::ffff:127.0.0.1", {}, 200),
        (False, "10.4.0.9", {}, 200),
        (False, "10.5.0.9", {}, 404),
        (False, "", {}, 404),
        (False, "127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        (False, "127.0.0.1", {"forwarded": "for=127.0.0.1"}, 404),
        (True, "127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, 404),
        (True, "127.0.0.1", {"x-forwarded-for": "127.0.0.1, 203.0.113.7"}, 404),
        (True, "172.17.0.2", {"x-forwarded-for": "10.4.0.9"}, 200),
        (False, "10.5.0.9", {"authorization": f"bearer {TOKEN}"}, 200),
        (False, "10.5.0.9", {"authorization": TOKEN}, 404),
        (False, "10.5.0.9", {"authorization": "Bearer "}, 404),
    ],
)
@pytest.mark.django_db
def test_who_may_read_the_figures(client, settings, https, address, headers, status) -> None:
    from dataclasses import replace

    base = "https://data.example" if https else "http://data.example"
    places = ("127.0.0.0/8", "10.4.0.0/16")
    settings.SLUIS = replace(settings.SLUIS, base_url=base, metrics_from=places, metrics_token=TOKEN)
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


@pytest.mark.django_db
def test_without_a_token_no_token_opens(client, settings) -> None:
    from dataclasses import replace

    settings.SLUIS = replace(settings.SLUIS, metrics_from=(), metrics_token="")
    for given in ("Bearer ", "Bearer x", "Bearer"):
        assert client.get("/metrics", headers={"authorization": given}).status_code == 404
