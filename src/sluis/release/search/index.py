"""The index on disk: make it, keep it up, open it.

`<data>/index/state.json` says which folder is current and up to which revision it goes; it is replaced in one rename
after the commit. A crash in between only means that the same rows are indexed once more.
"""

import fcntl
import json
import logging
import os
import shutil
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Max

from sluis.foundation.service import progress
from sluis.kernel import ids
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_
from sluis.release.models import PublicDataset
from sluis.release.search import schema
from sluis.release.types import Kind

log = logging.getLogger("sluis.search")
HEAP = 64_000_000
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class State:
    folder: str
    revision: int
    schema: int


def catch_up(slugs: Iterable[str] = ()) -> int:
    """Index what changed since the last time, and `slugs` in any case; builds the index when none can be read."""
    with _writing():
        state = _state()
        if state is None or _damaged(state):
            return _build()
        rows = PublicDataset.objects.filter(revision__gte=state.revision)
        changed = PublicDataset.objects.filter(slug__in=list(slugs)) | rows
        return _write(_folder(state), changed.order_by("revision"), state.folder)


def rebuild() -> int:
    """Make the whole index again beside the old one, then switch; returns how many datasets it holds."""
    with _writing():
        return _build()


def is_behind() -> bool:
    """True when something public is not in the index yet, or there is no index that can be read."""
    state, newest = _state(), _newest()
    return (state.revision < newest or _damaged(state)) if state else newest > 0


def follow(stop: threading.Event, every: float = 2.0) -> None:
    """Keep the index of this machine up with what others publish, until `stop` is set: one look at the database each
    time. For when several machines stand on one database, and the job that follows an event runs on one of them."""
    while not stop.wait(every):
        keep_up()
        close_old_connections()


def keep_up() -> None:
    """Bring the index to where the projection stands, if it is not there. A fault is told: this is tried again."""
    try:
        if is_behind():
            catch_up()
    except (DatabaseError, OSError, ValueError):  # ValueError: what tantivy raises
        log.exception("the search index could not follow; trying again")


def opened() -> tantivy.Index:
    """The index for reading, reopened or reloaded when the writer switched. Raises Unavailable when there is none."""
    state = _state()
    if state is None:
        raise Unavailable(
            "search.no-index", N_("De zoekindex wordt nog gemaakt."), way_out=N_("Probeer het over een minuut opnieuw.")
        )
    return _reader.at(_folder(state), state)


def exists() -> bool:
    return _state() is not None


class _Reader:
    """One open index per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._stamp: tuple[int, int] = (0, 0)
        self._index: tantivy.Index | None = None

    def at(self, path: Path, _state: State) -> tantivy.Index:
        now = stamp()
        with self._lock:
            if self._index is None or self._path != path:
                self._index = tantivy.Index.open(str(path))
                schema.register(self._index)
                self._path, self._stamp = path, now
            elif self._stamp != now:
                self._index.reload()
                self._stamp = now
            return self._index


_reader = _Reader()


def _root() -> Path:
    return settings.SLUIS.data / "index"


def _folder(state: State) -> Path:
    return _root() / state.folder


def stamp() -> tuple[int, int]:
    """Changes whenever another state of the index became current."""
    found = (_root() / "state.json").stat()
    return found.st_mtime_ns, found.st_ino


def _state() -> State | None:
    """What stands there; None when it is missing, unreadable or of another schema: then it is made again."""
    try:
        raw: dict[str, Any] = json.loads((_root() / "state.json").read_text())
        state = State(str(raw["folder"]), int(raw["revision"]), int(raw["schema"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    fits = state.schema == schema.VERSION and tantivy.Index.exists(str(_folder(state)))
    return state if fits else None


def _damaged(state: State) -> bool:
    """Did the disk lose some of it? Nothing stands in it that cannot be made again."""
    try:
        _reader.at(_folder(state), state)
    except ValueError:  # what tantivy raises
        log.exception("the search index cannot be read")
        return True
    return False


def _newest() -> int:
    return PublicDataset.objects.aggregate(newest=Max("revision"))["newest"] or 0


def _build() -> int:
    name = f"v{schema.VERSION}-{ids.new_id().hex}"
    folder = _root() / name
    folder.mkdir(parents=True)
    count = _write(folder, PublicDataset.objects.order_by("revision"), name)
    for other in _root().iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return count


def _write(folder: Path, rows: Any, name: str) -> int:
    newest = _newest()  # before reading: what is published meanwhile stays newer than this mark
    index = tantivy.Index(schema.build(), path=str(folder))
    schema.register(index)
    writer = index.writer(heap_size=HEAP, num_threads=1)
    # What a writer that was killed before its commit left is in the way: this one gives its files the same names.
    writer.garbage_collect_files()
    total, done = rows.count(), 0
    for row in rows.iterator(chunk_size=BATCH):
        writer.delete_documents_by_term("slug", row.slug)
        if row.kind != Kind.WITHDRAWN:
            writer.add_document(schema.document_of(row))
        done += 1
        if done % BATCH == 0:
            progress(done / total)
    writer.commit()
    writer.wait_merging_threads()
    _keep(State(name, newest, schema.VERSION))
    return done


def _keep(state: State) -> None:
    path = _root() / "state.json"
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps({"folder": state.folder, "revision": state.revision, "schema": state.schema}))
    temporary.replace(path)


@contextmanager
def _writing() -> Generator[None]:
    """One writer at a time, over all processes."""
    _root().mkdir(parents=True, exist_ok=True)
    with (_root() / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
