"""The one way out: nothing inside can be reached through it, and nobody can keep it busy."""

import gzip
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import IPv6Address
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web_site import Answer, Site, say

from sluis.foundation import egress
from sluis.foundation.egress import EgressPolicy
from sluis.foundation.egress.targets import is_public


class Canary(Site):
    """A server on loopback that remembers who came by."""

    def __init__(self) -> None:
        super().__init__(otherwise=say(b"hallo"))

    def get(self, path: str = "/", host: str = "127.0.0.1", **more: Any) -> egress.Reply:
        """As a test that is allowed to reach loopback."""
        more.setdefault("policy", EgressPolicy(allow_private=("127.0.0.1",)))
        more.setdefault("allow", [f"127.0.0.1:{self.port}", f"localhost:{self.port}", f"bron.example:{self.port}"])
        return egress.get(f"http://{host}:{self.port}{path}", purpose="test", **more)


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


LOOPBACKS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "0", "0.0.0.0",
    "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001::1]",
    "①②⑦.0.0.1", "127。0。0。1", "user@127.0.0.1", "example.org@127.0.0.1", "example.org:80@127.0.0.1",
    "127.0.0.1\\@example.org", "127.0.0.1#@example.org", "%31%32%37.0.0.1", "127.0.0.1%00.example.org",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACKS)
def test_no_spelling_of_loopback_reaches_the_canary(canary: Canary, host: str) -> None:
    spelled = host.strip("[]")
    allowed = [f"{name}:{canary.port}" for name in (host, spelled, spelled.lower(), "127.0.0.1", "localhost")]
    with pytest.raises((egress.EgressRefused, egress.RemoteFailed, egress.RemoteNameless)):
        egress.get(f"http://{host}:{canary.port}/", purpose="test", allow=allowed)
    assert canary.hits == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/", "http://172.16.0.1/",
        "http://192.168.1.1/", "http://100.64.0.1/", "http://224.0.0.1/", "http://[ff02::1]/", "http://[fe80::1]/",
        "http://[fc00::1]/", "http://[fec0::1]/", "http://255.255.255.255/", "http://198.18.0.1/", "http://192.0.2.1/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(url: str) -> None:
    with pytest.raises(egress.EgressRefused) as caught:
        egress.get(url, purpose="test")
    assert caught.value.code == "egress.private"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "//x", "x", "", "http:///x"]
)
def test_only_http_addresses(url: str) -> None:
    with pytest.raises(egress.EgressRefused):
        egress.get(url, purpose="test")


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_only_web_ports_unless_listed(port: int) -> None:
    with pytest.raises(egress.EgressRefused) as caught:
        egress.get(f"http://example.org:{port}/a?b=c", purpose="test")
    assert caught.value.code == "egress.port"
    assert f"om example.org:{port} in SLUIS_CONNECT_ALLOW te zetten" in caught.value.detail()


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_a_private_address_stays_private_in_every_wrapping(address: Any) -> None:
    number = int(address)
    for carrier in ("::ffff:0:0", "64:ff9b::", "::"):
        wrapped = IPv6Address(carrier)
        assert not is_public(str(wrapped + number))
    assert not is_public(str(address))


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2a00:1450:400e:80c::200e")
    assert not is_public("geen adres")


def test_an_allowed_source_is_fetched_under_its_own_name(canary: Canary) -> None:
    policy = EgressPolicy(allow_private=("127.0.0.1",), resolve=lambda host, port: ["127.0.0.1"])
    reply = canary.get("/a%20b?x=1&y=é", host="bron.example", policy=policy)
    assert (reply.status, reply.body) == (200, b"hallo")
    path, headers = canary.hits[0]
    assert path == "/a%20b?x=1&y=%C3%A9"
    assert headers["Host"] == f"bron.example:{canary.port}"


def test_a_name_is_resolved_once_and_stays_pinned(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebinding resolver answers well the first time and with loopback the second time."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    dialled: list[str] = []

    def dial(self: httpcore.SyncBackend, host: str, *_: Any) -> httpcore.NetworkStream:
        dialled.append(host)
        raise httpcore.ConnectError(host)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", dial)
    policy = EgressPolicy(resolve=lambda host, port: next(answers))
    with pytest.raises(egress.RemoteFailed):
        canary.get("/", host="bron.example", policy=policy)
    assert dialled == ["93.184.215.14"]
    assert canary.hits == []
    assert next(answers) == ["127.0.0.1"]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    policy = EgressPolicy(resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(egress.EgressRefused):
        egress.get("http://bron.example/", purpose="test", policy=policy)


@pytest.mark.parametrize(
    "location", ["http://10.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "//[::1]/", "http://["]
)
def test_a_redirect_inwards_is_refused(canary: Canary, location: str) -> None:
    canary.answers["/"] = say(b"", 302, Location=location)
    with pytest.raises(egress.EgressRefused):
        canary.get("/", allow=[f"127.0.0.1:{canary.port}", "10.0.0.1", "169.254.169.254", "::1"])
    assert len(canary.hits) == 1


def test_a_redirect_to_an_unlisted_host_is_refused(canary: Canary) -> None:
    canary.answers["/"] = say(b"", 302, Location="http://example.org/")
    with pytest.raises(egress.EgressRefused) as caught:
        canary.get("/")
    assert caught.value.code == "egress.not-listed"


def test_three_redirects_are_followed_and_no_more(canary: Canary) -> None:
    for number in range(5):
        canary.answers[f"/{number}"] = say(b"", 302, Location=f"/{number + 1}")
    assert canary.get("/2").url.endswith("/5")
    with pytest.raises(egress.EgressRefused):
        canary.get("/1")


def test_credentials_stay_with_their_origin(canary: Canary) -> None:
    canary.answers["/same"] = say(b"", 302, Location="/end")
    canary.answers["/other"] = say(b"", 302, Location=f"http://bron.example:{canary.port}/end")
    policy = EgressPolicy(allow_private=("127.0.0.1",), resolve=lambda host, port: ["127.0.0.1"])
    for path in ("/same", "/other"):
        canary.get(path, headers={"Authorization": "Bearer x"}, policy=policy)
    assert [headers.get("Authorization") for _, headers in canary.hits] == ["Bearer x"] * 3 + [None]


def test_proxies_of_the_environment_are_ignored(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.1:3128")
    assert canary.get("/").body == b"hallo"


@pytest.mark.parametrize("size", [0, 1, 262_144, 262_145, 3_000_000])
def test_compressed_replies_come_out_whole(canary: Canary, size: int) -> None:
    canary.answers["/"] = say(gzip.compress(bytes(size)), Content_Encoding="gzip")
    assert canary.get("/").body == bytes(size)


def test_a_gzip_bomb_is_cut_off_while_unpacking(canary: Canary) -> None:
    canary.answers["/"] = say(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    url, allow = f"http://127.0.0.1:{canary.port}/", [f"127.0.0.1:{canary.port}"]
    policy = EgressPolicy(allow_private=("127.0.0.1",))
    received = []
    with egress.stream(url, purpose="test", allow=allow, max_bytes=1_000_000, policy=policy) as reply:  # noqa: SIM117
        with pytest.raises(egress.RemoteTooBig):
            received.extend(len(chunk) for chunk in reply.chunks)
    assert max(received) <= 262_144
    assert sum(received) <= 1_000_000


def test_an_unknown_or_stacked_encoding_is_refused(canary: Canary) -> None:
    for encoding in ("br", "gzip, gzip", "zstd"):
        canary.answers["/"] = say(b"x", Content_Encoding=encoding)
        with pytest.raises(egress.RemoteFailed):
            canary.get("/")


def _drip(prefix: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(prefix)
        while True:  # until the other side hangs up
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize(
    "prefix", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"]
)
def test_a_reply_that_drips_is_ended_in_head_and_body(canary: Canary, prefix: bytes) -> None:
    canary.answers["/"] = _drip(prefix)
    with pytest.raises(egress.RemoteTooSlow):
        canary.get("/", timeout=0.3)


def test_a_reply_that_stops_halfway_is_a_failure(canary: Canary) -> None:
    canary.answers["/"] = lambda handler: (
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") and None
    )
    with pytest.raises((egress.RemoteFailed, egress.RemoteTooSlow)):
        canary.get("/", timeout=1)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [(socket.EAI_NONAME, egress.RemoteNameless), (socket.EAI_NODATA, egress.RemoteNameless),
     (socket.EAI_AGAIN, egress.RemoteFailed), (socket.EAI_FAIL, egress.RemoteFailed)],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_told_from_a_dns_that_is_away(answer: int, raised: type[Exception]) -> None:
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(answer, "whatever it says")

    with pytest.raises(raised, match=r"bron\.example"):
        egress.get("http://bron.example/", purpose="test", policy=EgressPolicy(resolve=nobody))
