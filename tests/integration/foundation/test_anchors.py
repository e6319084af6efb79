"""The end of the chain is noted in the bucket too: a host that lost its folder sees a cut, and nobody blesses one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.foundation.test_audit import tamper
from tests.storage_servers import bucket

from sluis.foundation import anchors, audit
from sluis.foundation.models import AuditEntry, AuditHead
from sluis.foundation.service import writing
from sluis.foundation.storage import Bucket
from sluis.foundation.storage import bucket as our_bucket
from sluis.kernel.actor import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with bucket(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def remote(server: dict[str, Any], settings: Any, data_folder: Path) -> Bucket:
    own = server | {"storage": f"{server['storage']}/{data_folder.name}"}
    settings.SLUIS = replace(settings.SLUIS, **own)
    found = our_bucket()
    assert found is not None
    grow(3)
    return found


@pytest.fixture
def new_folder(settings: Any, tmp_path: Path) -> Callable[[], None]:
    """From here on as on a host that has nothing."""

    def gone() -> None:
        folder = tmp_path / "new"
        folder.mkdir()
        settings.SLUIS = replace(settings.SLUIS, data=folder)

    return gone


def grow(count: int) -> None:
    for number in range(count):
        with writing(by=SYSTEM, action="test.done", subject=("thing", number)) as write:
            write.note(number=number)


def cut(last: int) -> None:
    """Chain and head together, as somebody who has the database in his hands."""
    tamper(f"DELETE FROM foundation_auditentry WHERE seq > {last}")
    AuditHead.objects.update(seq=last, hash=AuditEntry.objects.get(seq=last).hash)


def test_a_new_folder_is_sound_by_what_stands_in_the_bucket(remote: Bucket, new_folder: Callable[[], None]) -> None:
    assert audit.keep_anchor()
    assert anchors.in_bucket(remote) == audit.head() == (3, audit.head()[1])
    grow(1)
    new_folder()
    assert audit.verify().sound
    assert audit.read_anchor() == anchors.in_bucket(remote)
    assert audit.keep_anchor()
    assert anchors.in_bucket(remote) == audit.head() == (4, audit.head()[1])


def test_a_cut_is_found_from_a_new_folder_and_never_blessed(remote: Bucket, new_folder: Callable[[], None]) -> None:
    audit.keep_anchor()
    before = anchors.in_bucket(remote)
    cut(2)
    new_folder()
    assert (audit.verify().fault, audit.verify().seq) == ("anchor", 3)
    grow(5)  # further than it was: the folder has an anchor again that fits
    assert audit.verify().fault == "anchor"
    assert not audit.keep_anchor()
    assert anchors.in_bucket(remote) == before


def test_the_first_one_comes_from_a_host_that_has_one(remote: Bucket, new_folder: Callable[[], None]) -> None:
    new_folder()
    assert audit.verify().fault == "anchor"
    assert not audit.keep_anchor()
    assert anchors.in_bucket(remote) is None


@pytest.mark.parametrize("text", [b"", b"{}", b'{"seq": 0, "hash": ""}', b"\xff"])
def test_one_that_cannot_be_read_is_a_fault(remote: Bucket, text: bytes) -> None:
    audit.keep_anchor()
    remote.put_object(anchors.KEY, text)
    assert audit.verify().fault == "anchor"
    assert not audit.keep_anchor()
