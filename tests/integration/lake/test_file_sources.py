"""Files on real S3, SFTP and WebDAV servers: the newest or each new one, and what goes wrong there."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests import file_servers
from tests.file_servers import GUEST, PASSWORD, USER
from tests.integration.lake.sources import CSV, World, open_to, said
from tests.web_site import Site, say

from sluis.kernel.errors import Invalid, SluisError, Unavailable
from sluis.lake import service as lake
from sluis.lake.connectors import s3 as s3_connector
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Given
from sluis.lake.connectors.given import read
from sluis.lake.connectors.registry import connector
from sluis.lake.connectors.s3.signing import address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_loop_of_a_browser() -> Iterator[None]:
    """Playwright leaves its event loop running in the thread of a worker; SFTP wants one of its own.

    Only here, and not within a transaction: Django has other connections where a loop runs.
    """
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@dataclass(frozen=True, slots=True)
class Place:
    """`put(name, bytes, age in seconds)` lays a file down where the source looks."""

    name: str
    url: str
    config: dict[str, Any]
    put: Callable[[str, bytes, int], None]

    def given(self, mode: str = "replace", **more: Any) -> Given:
        return read(self.connector, self.config | more, mode)

    @property
    def connector(self) -> Connector:
        return connector(self.name)


def laid(folder: Path) -> Callable[[str, bytes, int], None]:
    def put(name: str, body: bytes, age: int) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
        os.utime(folder / name, (1_800_000_000 - age, 1_800_000_000 - age))

    return put


def put_in(url: str) -> Callable[[str, bytes, int], None]:
    def put(name: str, body: bytes, age: int) -> None:
        file_servers.put(address(url, f"data/in/{name}" if name else "data"), body)
        time.sleep(1.1)  # this server keeps moments to the second

    return put


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with file_servers.s3(tmp_path_factory.mktemp("s3")) as url:
        config = {"url": url, "bucket": "data", "prefix": "in", "key_id": USER, "secret_key": PASSWORD}
        put = put_in(url)
        put("", b"", 0)
        yield Place("s3", url, config, put)


@pytest.fixture(scope="module")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("webdav")
    with file_servers.webdav(folder) as url:
        (folder / "in en uit").mkdir()
        config = {"url": f"{url}/in%20en%20uit/", "user": USER, "password": PASSWORD}
        yield Place("webdav", url, config, laid(folder / "in en uit"))


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sftp")
    with file_servers.sftp(folder) as server:
        (folder / "in").mkdir()
        config = {"host": "127.0.0.1", "port": server.port, "host_key": server.fingerprint, "user": USER,
                  "password": PASSWORD, "folder": "/in"}  # fmt: skip
        yield Place("sftp", f"http://127.0.0.1:{server.port}", config, laid(folder / "in"))


@pytest.fixture(params=["s3", "webdav", "sftp"])
def place(request: pytest.FixtureRequest, settings: Any, data_folder: Path) -> Place:
    found: Place = request.getfixturevalue(request.param)
    open_to(settings, found.url)
    return found


def fetched(place: Place, given: Given, state: dict[str, Any], tmp_path: Path) -> Any:
    into = tmp_path / f"into-{len(list(tmp_path.iterdir()))}"
    into.mkdir()
    return place.connector.fetch(given, state, into, lambda *_, **__: None)


def test_the_newest_file_that_fits_becomes_a_version(place: Place) -> None:
    world = World()
    place.put("nieuwste-a.csv", b"a;b\n1;2\n", 100)
    place.put("nieuwste é+&.csv", CSV, 50)
    place.put("anders.txt", b"niet", 0)
    place.put("map/nieuwste-c.csv", b"niet", 0)
    source = world.source(place.name, place.config | {"pattern": "nieuwste*.csv"})
    run = world.fetch(source)
    assert (run.state, run.rows) == ("loaded", 2), said(run)
    version = lake.versions(by=world.steward, dataset_id=world.dataset)[0]
    assert version.filename == "nieuwste é+&.csv"
    assert world.fetch(source).state == "unchanged"
    lines = lake.check_saved_source(by=world.steward, source_id=source)
    assert lines[-1]["params"]["file"] == "nieuwste é+&.csv"


def test_each_new_file_comes_once_in_order(place: Place, tmp_path: Path) -> None:
    place.put("reeks-1.csv", b"a\n1\n", 30)
    place.put("reeks-2.csv", b"a\n2\n", 20)
    given = place.given("append", pattern="reeks-*.csv", which="new")
    first = fetched(place, given, {}, tmp_path)
    assert isinstance(first, Fetched)
    assert (first.filename, first.more, first.path.read_bytes()) == ("reeks-1.csv", True, b"a\n1\n")
    second = fetched(place, given, dict(first.state), tmp_path)
    assert (second.filename, second.more) == ("reeks-2.csv", False)
    assert fetched(place, given, dict(second.state), tmp_path) is UNCHANGED
    place.put("reeks-1.csv", b"a\n1\n3\n", 10)
    again = fetched(place, given, dict(second.state), tmp_path)
    assert (again.filename, again.path.read_bytes()) == ("reeks-1.csv", b"a\n1\n3\n")


def test_what_is_wrong_there_is_said_in_plain_words(place: Place, tmp_path: Path) -> None:
    place.put("groot.csv", b"a" * 1_100_000, 0)
    wrong = "heel-verkeerd-9"
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"pattern": "niets-*.csv"}, {"source.no-file"}),
        ({"pattern": "groot.csv", "max_mb": 1}, {"source.too-big"}),
        ({"password": wrong} if place.name != "s3" else {"secret_key": wrong}, {"source.denied", "source.login-there"}),
    ]
    for more, codes in cases:
        with pytest.raises(SluisError) as refused:
            fetched(place, place.given(**more), {}, tmp_path)
        assert refused.value.code in codes
        assert wrong not in str(refused.value)
    if place.name != "s3":
        folder = {"url": f"{place.url}/weg"} if place.name == "webdav" else {"folder": "/weg"}
        with pytest.raises(Invalid) as refused:
            place.connector.check(place.given(**folder), lambda *_, **__: None)
        assert refused.value.code in ("source.not-there", "source.no-folder-there")


def test_a_key_that_is_wrong_stops_the_source_at_once(place: Place) -> None:
    world, wrong = World(), {"password": "heel-verkeerd-9"} if place.name != "s3" else {"secret_key": "heel-verkeerd-9"}
    code = "source.login-there" if place.name == "sftp" else "source.denied"
    assert world.stopped(world.source(place.name, place.config | wrong)) == code
    if place.name == "s3":
        assert world.stopped(world.source("s3", place.config | {"key_id": "niemand"})) == "source.denied"
        away = place.config | {"key_id": GUEST, "bucket": "nergens"}
        assert world.stopped(world.source("s3", away)) == "source.no-bucket"
    if place.name == "sftp":
        other = place.config | {"host_key": "SHA256:" + "A" * 43}
        assert world.stopped(world.source("sftp", other)) == "source.other-key"


def test_a_bucket_with_more_than_a_page_of_files_is_listed_whole(s3: Place, settings: Any, data_folder: Path) -> None:
    open_to(settings, s3.url)
    for n in range(5):
        s3.put(f"veel-{n}.csv", b"a\n1\n", 0)
    found = s3_connector._listed(s3.given(pattern="veel-*"), data_folder, page_size=2)
    assert len(found) == 5


def test_no_password_goes_to_an_sftp_server_with_another_key(tmp_path: Path, settings: Any, data_folder: Path) -> None:
    with file_servers.sftp(tmp_path) as server:
        open_to(settings, f"http://127.0.0.1:{server.port}")
        config = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": PASSWORD}
        made = connector("sftp")
        with pytest.raises(Invalid) as unseen:
            made.check(read(made, config, "replace"), lambda *_, **__: None)
        assert unseen.value.faults[0].field == "host_key"
        assert unseen.value.faults[0].params["key"] == server.fingerprint
        with pytest.raises(Invalid) as other:
            made.check(read(made, config | {"host_key": "SHA256:" + "A" * 43}, "replace"), lambda *_, **__: None)
        assert other.value.code == "source.other-key"
        assert server.tried == []
        with pytest.raises(Invalid):
            read(made, config | {"host_key": "AAAA"}, "replace")


def test_sftp_reaches_only_what_the_operator_opened(settings: Any, data_folder: Path) -> None:
    made = connector("sftp")
    config = {"host": "127.0.0.1", "user": USER, "password": PASSWORD, "host_key": "SHA256:x"}
    with pytest.raises(Invalid) as refused:
        made.check(read(made, config, "replace"), lambda *_, **__: None)
    assert refused.value.code == "egress.private"
    open_to(settings, "http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        made.check(read(made, config | {"port": 9}, "replace"), lambda *_, **__: None)


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("webdav", b"<html><body>Log in</body></html>", "source.no-webdav"),
        ("s3", b"<html><body>Log in", "xml.broken"),
        ("s3", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "xml.doctype"),
    ],
)
def test_a_server_that_speaks_something_else_is_refused(
    settings: Any, data_folder: Path, tmp_path: Path, name: str, body: bytes, code: str
) -> None:
    site = Site()
    try:
        open_to(settings, site.url(""))
        site.answers["/"] = site.answers["/b?delimiter=%2F&list-type=2&max-keys=1000&prefix="] = say(body)
        made = connector(name)
        config = {"url": site.url("/")} | ({"bucket": "b"} if name == "s3" else {})
        with pytest.raises(SluisError) as refused:
            made.fetch(read(made, config, "replace"), {}, tmp_path, lambda *_, **__: None)
        assert refused.value.code == code
    finally:
        site.close()
