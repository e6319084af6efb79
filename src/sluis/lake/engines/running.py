"""The outside: whether a table is worked on elsewhere, and the errand from a sandbox here to those of the engine."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import blobs
from sluis.kernel.errors import SluisError
from sluis.lake.engines import letterbox
from sluis.lake.engines.orders import connected, elsewhere, failure_of, in_time, incomplete, ordered, slow
from sluis.lake.engines.shapes import FAILED, Answer, Shape
from sluis.lake.engines.slices import Slice, buckets, sliced

_log = logging.getLogger("sluis.engine")

type Told = Callable[[float, str], None]

_SEE = "sluis.lake.engines.duck_work:see"
_SLICE, _GROUP = "sluis.lake.engines.duck_work:ask_slice", "sluis.lake.engines.duck_work:ask_group"
_PAUSE = 0.02
_MOST_ROUNDS = 20
_SHARED = ("columns", "spatial", "define")


def run(
    entry: str, request: Mapping[str, Any], *, parts: Sequence[Path], limits: Limits, told: Told | None = None
) -> Shape:
    """As `sandbox.run` for an entry that reads a table: with an engine, a big one is worked on there.

    Raises what `sandbox.run` raises, and Unavailable when the engine does not do its work: nothing is kept then, and
    a job tries again.
    """
    if not elsewhere(parts):
        return sandbox.run(entry, request, reads=parts, writes=None, limits=limits, on_progress=told)
    folder = blobs.workdir("engine")
    far = {**request, "far": {"folder": str(folder)}}
    # Waiting takes no processor, and each round there has its own limit.
    patient = replace(limits, wall_seconds=limits.wall_seconds + _MOST_ROUNDS * settings.SLUIS.engine_minutes * 60)
    try:
        with closing(_Errand(folder, parts, limits)) as errand:
            try:
                return sandbox.run(
                    entry, far, reads=parts, writes=folder, limits=patient, on_progress=told,
                    stopped=errand.failed.is_set,
                )  # fmt: skip
            except sandbox.Stopped:
                raise errand.failure or slow() from None
    finally:
        blobs.discard(folder)


def examined() -> str:
    """The version of the engine. Raises Unavailable, with what is wrong, unless it runs our code on a blob of ours."""
    engine, word = connected(), secrets.token_hex()
    kept = blobs.put_bytes(word.encode())
    try:
        path = blobs.path(kept.sha256)
        look = ordered(_SEE, {"path": str(path)}, [path], Limits(wall_seconds=60))
        found = [_checked(answer) for answer in engine.ask(look, [Slice(0, (0, 0), 0, 0, 0)], None)]
        if [pa.ipc.open_stream(answer.data).read_all()["text"].to_pylist() for answer in found] != [[word]]:
            raise incomplete()
        return engine.version()
    finally:
        engine.close()
        blobs.store().remove(kept.sha256)


def _checked(answer: Answer) -> Answer:
    """Raises what went wrong there."""
    if answer.number == FAILED:
        raise failure_of(answer.data)
    return answer


class _Errand:
    """Carries questions of the sandbox to the engine, and answers back, until `close`."""

    def __init__(self, folder: Path, parts: Sequence[Path], limits: Limits) -> None:
        self.failed = threading.Event()
        self.failure: SluisError | None = None
        self._folder, self._parts, self._limits = folder, [path.resolve() for path in parts], limits
        self._ended = threading.Event()
        self._engine = connected()
        self._thread = threading.Thread(target=self._carry, name="engine", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._engine.close()

    def _carry(self) -> None:
        number = 1
        while not self._ended.wait(_PAUSE):
            question = letterbox.question(self._folder, number)
            if question is None:
                continue
            try:
                with in_time(self.failed.set):
                    letterbox.told(self._folder, number, self._answers(question))
            except Exception as failure:  # noqa: BLE001 - who waits inside would do so for ever
                self._fail(failure)
                return
            number += 1

    def _fail(self, failure: Exception) -> None:
        if not isinstance(failure, SluisError):
            _log.exception("the errand to the engine ended")
            failure = incomplete()
        self.failure = failure
        self.failed.set()

    def _answers(self, question: Mapping[str, Any]) -> Iterator[Answer]:
        """Raises Unavailable unless every slice answered every question."""
        places = sliced(self._parts)
        asked = question["questions"]
        shared = {name: question[name] for name in _SHARED}
        request = {**shared, "parts": list(map(str, self._parts)), "views": question["views"], "questions": asked}
        request |= {"buckets": buckets(places)} | ({"look": question["look"]} if "look" in question else {})
        grouped = [{"number": one["number"], "sql": one["group"]} for one in asked if one["keys"]]
        group = ordered(_GROUP, {**shared, "questions": grouped}, [], self._limits) if grouped else None
        each = ordered(_SLICE, request, self._parts, self._limits)
        wanted = {(one["number"], at) for one in asked if not one["keys"] for at in range(len(places))}
        for answer in self._engine.ask(each, places, group):
            yield _checked(answer)
            wanted.discard((answer.number, answer.slice))
        if wanted:
            raise incomplete()
