"""A connection that is cut halfway, against a real server: the client asks how far it came, goes on, and every byte
arrives."""

import base64
import hashlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from tests.serving import ready, running, surroundings
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db  # the fixtures of this folder want it; the server has its own
# Makes a province with one steward and a dataset of theirs; prints the dataset's id.
PREPARE = """
from sluis.cli.start import start
start()
from sluis.foundation.service import acting, create_organisation, create_person
from sluis.kernel.actor import SYSTEM
from sluis.register.service import create
home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
who = create_person(by=SYSTEM, email="s@merwede.example", name="S", password="een-heel-lange-zin-1",
                    organisation_id=home.id, role="data_steward")
print(create(by=acting(who.id), organisation_id=home.id, title="Straten").id)
"""
BODY = b"".join(b"straat %07d;%d\n" % (n, n * n) for n in range(200_000))
HALF = len(BODY) // 2


@dataclass
class Served:
    port: int
    data: Path
    dataset: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("tus")
    shutil.copytree(migrated, data, dirs_exist_ok=True)
    env, log = surroundings(data), data / "serve.log"
    made = subprocess.run([sys.executable, "-c", PREPARE], env=env, check=True, capture_output=True, text=True)
    found = Served(int(env["SLUIS_PORT"]), data, made.stdout.split()[-1])
    env["SLUIS_BASE_URL"] = found.url
    with running(env, "serve", log=log) as server:
        assert ready(f"{found.url}/readyz", server), log.read_text()
        yield found


class Client:
    """A signed-in tus client; `raw` speaks HTTP over a socket of its own, so that it can hang up."""

    def __init__(self, served: Served) -> None:
        self.served, self.jar = served, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        page = self.opener.open(f"{served.url}/inloggen/").read().decode()
        form = {"login": "s@merwede.example", "password": "een-heel-lange-zin-1", "csrfmiddlewaretoken": _token(page)}
        self.opener.open(f"{served.url}/inloggen/", urllib.parse.urlencode(form).encode()).read()
        page = self.opener.open(f"{served.url}/desk/datasets/{served.dataset}/data/nieuw").read().decode()
        self.token = _token(page)

    def headers(self, **more: str) -> dict[str, str]:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token, "Cookie": cookies, **named}

    def ask(self, method: str, path: str, data: bytes | None = None, **headers: str) -> Any:
        asked = urllib.request.Request(
            f"{self.served.url}{path}", data=data, method=method, headers=self.headers(**headers)
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            return answer

    def start(self, length: int) -> str:
        told = f"filename {_b64('straten.csv')},dataset {_b64(self.served.dataset)}"
        path: str = self.ask("POST", "/desk/uploads", Upload_Length=str(length), Upload_Metadata=told)
        return path.headers["Location"].removeprefix(self.served.url)  # type: ignore[attr-defined]

    def cut_off(self, path: str, promised: bytes, sent: int) -> None:
        """Promise a whole body, send a part, and hang up as a train does in a tunnel."""
        told = self.headers(
            Host=f"127.0.0.1:{self.served.port}", Upload_Offset="0", Content_Length=str(len(promised)),
            Content_Type="application/offset+octet-stream",
        )  # fmt: skip
        head = f"PATCH {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in told.items()) + "\r\n"
        with socket.create_connection(("127.0.0.1", self.served.port)) as line:
            line.sendall(head.encode() + promised[:sent])
            time.sleep(1)  # the server has read part of it before the line goes dead
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closes with a reset

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path).headers["Upload-Offset"])

    def go_on(self, path: str, body: bytes) -> int:
        """Ask how far it came and send the rest; again while the cut connection still holds the upload."""
        late = time.monotonic() + PATIENCE_SECONDS
        while True:
            begun = self.offset(path)
            try:
                done = self.ask(
                    "PATCH", path, body[begun:], Upload_Offset=str(begun),
                    Content_Type="application/offset+octet-stream",
                )  # fmt: skip
                assert int(done.headers["Upload-Offset"]) == len(body)
                return begun
            except OSError as refused:  # a refusal before the body is read closes the line, while we send or after
                if getattr(refused, "code", 423) not in (409, 423) or time.monotonic() > late:
                    raise
                time.sleep(0.5)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _token(page: str) -> str:
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def test_a_cut_upload_goes_on_and_every_byte_arrives(served: Served) -> None:
    client = Client(served)
    path = client.start(len(BODY))
    assert client.offset(path) == 0
    client.cut_off(path, BODY, HALF)
    begun = client.go_on(path, BODY)
    assert begun <= HALF, "no more can be kept than was sent"
    form = {"upload": path.rsplit("/", 1)[-1], "csrfmiddlewaretoken": client.token}
    answer = client.opener.open(
        f"{served.url}/desk/datasets/{served.dataset}/data/nieuw", urllib.parse.urlencode(form).encode()
    )
    assert "/desk/tabellen/" in answer.url
    wanted = hashlib.sha256(BODY).hexdigest()
    kept = served.data / "blobs" / wanted[:2] / wanted[2:4] / wanted
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == wanted
