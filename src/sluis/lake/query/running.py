"""Ask a question: share the run of an equal one, start it otherwise, and wait a moment for the answer."""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.service import blobs
from sluis.kernel.errors import Conflict, SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.lake.query import faults, turns
from sluis.lake.query.keeping import Kept, key_of, sweep
from sluis.lake.query.types import MOST_MB, MOST_ROWS, Answer, Budget, Busy, Offered

log = logging.getLogger("sluis.lake.query")

_ENTRY = "sluis.lake.query.duck_entry:run"
PATIENCE = 2.0
_TICK = 0.02
# Python, DuckDB itself and what a function makes outside the engine's own memory.
_BESIDE_MB = 300
_SPILL_MB = 500


def for_staff() -> Budget:
    env = settings.SLUIS
    return Budget("staff", env.sql_seconds, env.query_memory_mb, last_place=True, most_waiting=50)


def for_visitors() -> Budget:
    env = settings.SLUIS
    return Budget("visitor", env.sql_public_seconds, env.query_memory_mb, last_place=False, most_waiting=20)


def ask(
    sql: str,
    tables: Sequence[Offered],
    budget: Budget,
    *,
    patience: float = PATIENCE,
    before: Callable[[], None] = lambda: None,
) -> Answer | Busy:
    """The answer, when it is there within `patience` seconds; ask the same again for how it stands.

    The caller has seen to it that the asker may read `tables`. `before` is called when a run has to be started: a
    limit per visitor raises there. Raises Invalid (`sql.…`) for a question that cannot be answered.
    """
    kept = keeping_of(sql, tables, budget)
    until = time.monotonic() + patience
    begun = False
    while True:
        if found := kept.answer():
            return found
        if not begun and not kept.is_running():
            begun = _begin(kept, sql, tables, budget, before)
        if time.monotonic() >= until:
            return Busy(kept.key, kept.seconds(), budget.seconds, turns.place_of(kept.key))
        time.sleep(_TICK)


def answer_of(sql: str, tables: Sequence[Offered], budget: Budget) -> Answer | None:
    """The answer when it is there already; starts nothing."""
    return keeping_of(sql, tables, budget).answer()


def stop(sql: str, tables: Sequence[Offered], budget: Budget) -> None:
    """End the run of this question, for everybody who waits for it."""
    keeping_of(sql, tables, budget).ask_to_stop()


def keeping_of(sql: str, tables: Sequence[Offered], budget: Budget) -> Kept:
    """Where the answer to this question stands, or will stand."""
    return Kept.at(key_of(sql, tables, budget))


def _begin(kept: Kept, sql: str, tables: Sequence[Offered], budget: Budget, before: Callable[[], None]) -> bool:
    held = kept.lock()
    if held is None:
        return False
    try:
        if kept.answer():  # made between our look and our lock
            os.close(held)
            return True
        before()
        kept.clear()
        thread = threading.Thread(target=_work, args=(held, kept, sql, tables, budget), name="sluis-sql", daemon=True)
        thread.start()
    except BaseException:
        os.close(held)
        raise
    return True


def _work(held: int, kept: Kept, sql: str, tables: Sequence[Offered], budget: Budget) -> None:
    """In a thread of its own: no database, no request."""
    try:
        with turns.turn(kept.key, budget, lambda: _look(kept)):
            kept.began()
            _answer(kept, sql, tables, budget)
    except SluisError as error:
        _refuse(kept, error)
    except Exception:
        log.exception("a question ended unexpectedly")
        _refuse(kept, Unavailable("sql.failed", N_("De vraag kon nu niet worden beantwoord."), retry_after=30))
    finally:
        os.close(held)


def _refuse(kept: Kept, error: SluisError) -> None:
    try:
        kept.refuse(error)
    except OSError:  # the disk is full, or the folder went: whoever asks again starts again
        log.exception("why a question has no answer could not be kept")


def _look(kept: Kept) -> None:
    if kept.asked_to_stop():
        raise _stopped()


def _answer(kept: Kept, sql: str, tables: Sequence[Offered], budget: Budget) -> None:
    folder = blobs.workdir("query")
    started = time.monotonic()
    try:
        about = _run(sql, tables, budget, folder, kept.asked_to_stop)
        result = folder / "result.parquet"
        if result.stat().st_size > MOST_MB * 1_000_000:
            raise faults.large(MOST_MB)
        kept.put(result, about | {"seconds": round(time.monotonic() - started, 3)})
        sweep()  # large answers one after another would fill the disk before the recurring job comes
    finally:
        blobs.discard(folder)


def _run(
    sql: str, tables: Sequence[Offered], budget: Budget, folder: Path, stopped: Callable[[], bool]
) -> dict[str, object]:
    limits = sandbox.Limits(
        memory_mb=budget.memory_mb + _BESIDE_MB,
        cpu_seconds=round(budget.seconds * 2) + 1,
        wall_seconds=budget.seconds,
        output_mb=MOST_MB + _SPILL_MB + 50,
    )
    paths = {part: blobs.path(part) for table in tables for part in table.parts}
    request = {
        "sql": sql,
        "tables": [table.to_json([str(paths[part]) for part in table.parts]) for table in tables],
        "out": str(folder),
        "rows": MOST_ROWS,
        "memory_mb": budget.memory_mb,
        "spill_mb": _SPILL_MB,
    }
    try:
        return sandbox.run(_ENTRY, request, reads=list(paths.values()), writes=folder, limits=limits, stopped=stopped)
    except (sandbox.NoSandbox, sandbox.NoRoom):
        raise
    except sandbox.SandboxFailure as failure:
        raise _spoken(failure, budget) from failure


def _spoken(failure: sandbox.SandboxFailure, budget: Budget) -> SluisError:
    """The sandbox speaks of files; whoever asks a question wants to hear about the question."""
    match failure:
        case sandbox.TookTooLong():
            return faults.slow(budget.seconds)
        case sandbox.TooMuchMemory():
            return faults.memory(budget.memory_mb)
        case sandbox.TooMuchOutput():
            return faults.large(MOST_MB)
        case sandbox.Stopped():
            return _stopped()
        case sandbox.Crashed() if "alloc" in failure.trace:  # there was none left to say so properly
            return faults.memory(budget.memory_mb)
        case _:
            return faults.crashed()


def _stopped() -> Conflict:
    return Conflict("sql.stopped", N_("De vraag is gestopt."))
