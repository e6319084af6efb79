"""Providers to sign in with: a real one (oidc-provider on node) and an evil one that says whatever a test wants."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.serving import free_port
from tests.waiting import PATIENCE_SECONDS, ended, until

HERE = Path(__file__).resolve().parents[2] / "provider"
CALLBACK = "http://testserver/inloggen/organisatie/terug/"
CLIENT, SECRET = "sluis", "een-lang-geheim-voor-de-tests-alleen"


def node() -> tuple[str, str]:
    """node and npm of this machine, or those that `make` fetched; skips, saying why, when the packages do not come."""
    fetched = str(HERE.parents[1] / ".uv" / "node" / "bin")
    tools = [shutil.which(name) or shutil.which(name, path=fetched) for name in ("node", "npm")]
    if None in tools:
        pytest.skip("no node here: the provider is not started")
    if not (HERE / "node_modules" / "oidc-provider").exists():
        command = [tools[1], "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install oidc-provider: {done.stderr[-200:]}")
    return tools[0], tools[1]


class Real:
    """oidc-provider, with people in groups; `visit` does what a person does in its pages."""

    def __init__(self, issuer: str, people: Path) -> None:
        self.issuer, self._people = issuer, people

    def knows(self, **people: dict[str, Any]) -> None:
        self._people.write_text(json.dumps(people))

    def visit(self, url: str, name: str) -> str:
        """From the authorization address through its sign-in and consent; returns where it sends the browser."""
        with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as browser:
            response = browser.get(url)
            for _ in range(20):
                if response.is_redirect:
                    to = str(response.next_request.url)
                    if not to.startswith(self.issuer):
                        return to
                    response = browser.get(to)
                    continue
                assert response.status_code == 200, response.text[:500]
                prompt = "login" if 'name="login"' in response.text else "consent"
                given = {"prompt": prompt, "login": name, "password": "x"}
                response = browser.post(str(response.url), data=given)
        raise AssertionError("the provider keeps asking")


@contextmanager
def real_provider(folder: Path) -> Iterator[Real]:
    port, people, log = free_port(), folder / "people.json", folder / "provider.log"
    people.write_text("{}")
    with log.open("w") as out:
        program = [node()[0], "provider.mjs", str(port), CALLBACK, str(people)]
        running = subprocess.Popen(program, cwd=HERE, stdout=out, stderr=out)
        try:
            until(lambda: "ready" in log.read_text() or running.poll() is not None, log.read_text)
            assert running.poll() is None, log.read_text()
            yield Real(f"http://127.0.0.1:{port}", people)
        finally:
            ended(running)


class Evil:
    """A provider whose every answer a test can bend."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.asked: list[dict[str, str]] = []
        self.nonce = ""
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.userinfo: dict[str, Any] | None = None
        self.config: dict[str, Any] = {}

    def signed(self, claims: dict[str, Any], **more: Any) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "one"}, **more)

    def public_key(self) -> dict[str, Any]:
        return json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())) | {"kid": "one", "use": "sig"}

    def answer(self, path: str, body: str) -> tuple[int, dict[str, Any]]:
        if path.endswith("openid-configuration"):
            places = {
                "authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys",
                "userinfo_endpoint": "/me",
            }  # fmt: skip
            return 200, {"issuer": self.issuer, **{k: self.issuer + v for k, v in places.items()}, **self.config}
        if path == "/keys":
            return 200, {"keys": [self.public_key()]}
        if path == "/me":
            return (200, self.userinfo) if self.userinfo else (404, {})
        self.asked.append({name: values[0] for name, values in parse_qs(body).items()})
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "jan", "iat": now, "exp": now + 60, "nonce": self.nonce,
            "email": "jan@merwede.example", "name": "Jan", "groups": ["open-data"],
        }  # fmt: skip
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(claims)}


@contextmanager
def evil_provider() -> Iterator[Evil]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, document = evil.answer(urlsplit(self.path).path, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    evil = Evil(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield evil
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
