"""Traces reach a real collector when the operator asks for them and say no more than they should."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.request import Request, urlopen

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests import serving
from tests.waiting import PATIENCE_SECONDS, until

PATIENT = {"OTEL_EXPORTER_OTLP_TIMEOUT": str(PATIENCE_SECONDS)}
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """Takes OTLP over HTTP and keeps the spans it was sent."""

    def __init__(self) -> None:
        self.spans: list[SimpleNamespace] = []
        self.raw = b""
        self.came = threading.Condition()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(self.path, self.headers["Content-Type"], body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def take(self, path: str, kind: str, body: bytes) -> None:
        assert (path.partition("?")[0], kind) == ("/v1/traces", "application/x-protobuf")
        sent = ExportTraceServiceRequest.FromString(body)
        with self.came:
            self.raw += body
            for resource in sent.resource_spans:
                for scope in resource.scope_spans:
                    self.spans += [read(one) for one in scope.spans]
            self.came.notify_all()

    def wait_for(self, *asked: tuple[str, str]) -> list[SimpleNamespace]:
        """The first span with each of these facts, once they have all come; they come in batches, in any order."""

        def found() -> list[SimpleNamespace]:
            firsts = [next((one for one in self.spans if one.about.get(n) == v), None) for n, v in asked]
            return [one for one in firsts if one] if all(firsts) else []

        with self.came:
            assert self.came.wait_for(found, timeout=PATIENCE_SECONDS), self.spans
            return found()


def read(one) -> SimpleNamespace:
    about = {a.key: a.value.string_value or a.value.int_value for a in one.attributes}
    return SimpleNamespace(
        name=one.name, trace=one.trace_id.hex(), parent=one.parent_span_id.hex(), id=one.span_id.hex(), about=about,
        seconds=(one.end_time_unix_nano - one.start_time_unix_nano) / 1e9, status=one.status, events=len(one.events),
    )  # fmt: skip


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_requests_jobs_and_runs_in_the_sandbox_arrive_at_a_collector(
    tmp_path: Path, migrated: Path, collector: Collector
) -> None:
    shutil.copytree(migrated, tmp_path / "var")
    environment = serving.surroundings(tmp_path / "var", SLUIS_OTEL_ENDPOINT=collector.address, **PATIENT)
    site = f"http://127.0.0.1:{environment['SLUIS_PORT']}"
    with serving.running(environment, "serve") as web:
        assert serving.ready(f"{site}/readyz", web)
        asked = Request(f"{site}/datasets?q=jan@merwede.example", headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
        with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            assert answer.headers["X-Request-ID"] == TRACE
        request, job = collector.wait_for(
            ("sluis.route", "portal:search"), ("sluis.task", "sluis.foundation.jobs_entry.sweep")
        )
    assert (request.trace, request.parent) == (TRACE, CALLER)
    assert (request.about["sluis.id"], request.about["sluis.status"]) == (TRACE, 200)
    assert request.about["sluis.queries"] > 0
    assert (job.about["sluis.outcome"], job.about["sluis.attempt"]) == ("done", 1)
    assert job.seconds > 0
    assert b"jan@merwede" not in collector.raw
    assert b"SELECT" not in collector.raw


PROGRAM = """
import sys, tempfile
from pathlib import Path
from sluis.cli.start import start
start(serving=True)
from sluis.foundation import egress, sandbox
from sluis.foundation.egress import EgressPolicy
from sluis.foundation.telemetry.tracing import root
from sluis.kernel.errors import SluisError
where, folder = sys.argv[1:]
sandbox.configure(code=[Path(folder)])
with tempfile.TemporaryDirectory() as name:
    source = Path(name, "in.txt"); source.write_text("x")
    for entry in ("echo", "refuse"):
        place = Path(name, entry); place.mkdir()
        with root("job"):
            try:
                sandbox.run(f"sandbox_entries:{entry}", {"input": str(source)}, reads=[source], writes=place)
                host = where.removeprefix("http://")
                policy = EgressPolicy(allow_private=("127.0.0.1",))
                egress.post(where + "/v1/traces?token=geheim", purpose="test", body=b"", allow=[host], policy=policy,
                            headers={"Content-Type": "application/x-protobuf"})
            except SluisError:
                pass
"""


def test_spans_hang_under_what_they_are_part_of_and_say_how_they_ended(tmp_path: Path, collector: Collector) -> None:
    environment = serving.surroundings(tmp_path / "var", SLUIS_OTEL_ENDPOINT=collector.address, **PATIENT)
    entries = Path(__file__).parents[2] / "unit" / "foundation"
    command = [sys.executable, "-c", PROGRAM, collector.address, str(entries)]
    subprocess.run(command, env=environment, check=True, capture_output=True)  # flushes as it ends
    until(lambda: [one.name for one in collector.spans].count("job") == 2)
    spans = collector.spans
    jobs = {one.id for one in spans if one.name == "job"}
    runs = {one.about["sluis.entry"]: one for one in spans if one.name == "sandbox"}
    assert {one.parent for one in runs.values()} == jobs
    assert runs["sandbox_entries:echo"].status.code == 0
    assert runs["sandbox_entries:refuse"].status.code == 2
    assert runs["sandbox_entries:refuse"].about["error.type"]
    assert runs["sandbox_entries:refuse"].events == 0
    out = next(one for one in spans if one.name == "egress")
    assert (out.about["sluis.host"], out.about["sluis.status"], out.parent in jobs) == ("127.0.0.1", 200, True)
    assert b"geheim" not in collector.raw


def test_without_an_endpoint_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    program = (
        "import json, sys; from sluis.cli.start import start; start(serving=True); import sluis.conf.wsgi; "
        "print(json.dumps([name for name in sys.modules if name.startswith(('opentelemetry', 'google.protobuf'))]))"
    )
    environment = serving.surroundings(tmp_path / "var")
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)
    assert json.loads(done.stdout) == []


def test_an_endpoint_without_the_packages_is_said_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['opentelemetry.sdk.trace'] = None; sys.argv = ['sluis', 'worker', '--json']; "
        "from sluis.cli.main import run; run()"
    )
    environment = serving.surroundings(tmp_path / "var", SLUIS_OTEL_ENDPOINT="http://127.0.0.1:9")
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False, capture_output=True)
    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "traces.missing"
