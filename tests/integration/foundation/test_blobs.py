"""Blobs stand under their own hash, once, and a sweep takes only what nobody holds."""

import os

import pytest

from sluis.foundation import blobs
from sluis.kernel.errors import Invalid, NotFound


@pytest.fixture(autouse=True)
def folder(data_folder):
    return data_folder


def test_the_same_bytes_are_kept_once():
    first, second = blobs.put_bytes(b"water"), blobs.put_bytes(b"water")
    assert first == second
    assert blobs.path(first.sha256).read_bytes() == b"water"
    assert len(list(blobs.stored())) == 1


def test_moving_a_file_in_leaves_nothing_behind(folder):
    source = folder / "file"
    source.write_bytes(b"sluis")
    ref = blobs.put_file(source, move=True)
    assert not source.exists()
    assert ref.size == 5


@pytest.mark.parametrize("name", ["../../etc/passwd", "x" * 64, "ab", ""])
def test_a_name_that_is_no_hash_is_refused(name):
    with pytest.raises(Invalid):
        blobs.path(name)


def test_a_missing_blob_says_so():
    with pytest.raises(NotFound):
        blobs.path("0" * 64)


def test_sweep_keeps_what_is_held_and_what_is_young(monkeypatch):
    held, old, young = (blobs.put_bytes(word) for word in (b"held", b"old", b"young"))
    monkeypatch.setattr(blobs, "_holders", [lambda: [held.sha256]])
    for ref in (held, old):
        os.utime(blobs.path(ref.sha256), (1, 1))
    assert blobs.sweep() == 1
    assert blobs.path(held.sha256).exists()
    assert blobs.path(young.sha256).exists()


def test_changed_bytes_are_found():
    ref = blobs.put_bytes(b"whole")
    place = blobs.path(ref.sha256)
    place.chmod(0o640)
    place.write_bytes(b"wh0le")
    assert list(blobs.damaged()) == [ref.sha256]


@pytest.mark.parametrize("move", [True, False])
def test_bytes_can_be_read_while_they_are_kept(folder, move):
    source = folder / "file"
    source.write_bytes(b"river")
    with blobs.keeping(source, move=move) as (ref, standing):
        if not move:
            source.write_bytes(b"other")
        assert standing.read_bytes() == b"river"
        assert not list(blobs.stored())
    assert blobs.path(ref.sha256).read_bytes() == b"river"
    assert source.exists() is not move
    assert not [path for path in (folder / "tmp").glob("*") if path.is_file()]


def test_what_fails_while_it_is_read_is_not_kept(folder):
    source = folder / "file"
    source.write_bytes(b"sand")
    with pytest.raises(ZeroDivisionError), blobs.keeping(source):
        raise ZeroDivisionError
    assert not list(blobs.stored())
    assert not list((folder / "tmp").glob("*"))


def test_bytes_that_stand_already_are_not_written_again(folder):
    place = blobs.path(blobs.put_bytes(b"lake").sha256)
    before = place.stat().st_ino
    source = folder / "file"
    source.write_bytes(b"lake")
    with blobs.keeping(source, move=True) as (ref, standing):
        assert standing == source
    assert (blobs.path(ref.sha256).stat().st_ino, source.exists()) == (before, False)
