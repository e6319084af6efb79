"""The near side of a transformation: what goes into the sandbox and what comes out. Keeps nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import blobs
from sluis.kernel.errors import Invalid, SluisError
from sluis.kernel.text import N_
from sluis.lake.engines.orders import standing
from sluis.lake.engines.whole import run_whole
from sluis.lake.transforming.inputs import Input

_TRANSFORM, _LOOK = "sluis.lake.steps.duck_entry:transform", "sluis.lake.steps.duck_entry:look"
# Python, Arrow and what functions make outside the engine's own memory.
_BESIDE_MB = 400
_SPILL_MB = 20_000
_SECONDS = 5400
SECONDS_OF_PREVIEW = 60

type Told = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of the sandbox; `name` is that of the table it makes."""

    name: str
    sql: str
    steps: Sequence[Mapping[str, Any]]
    tests: Sequence[Mapping[str, str]]
    inputs: Sequence[Input]


def looked(work: Work, folder: Path) -> dict[str, Any]:
    """`tables` that are used and `columns` that it would give, without looking at a row. Raises Invalid."""
    return _run(_LOOK, work, folder, seconds=SECONDS_OF_PREVIEW)


def worked_out(
    work: Work, folder: Path, *, key: str, first: int = 0, seconds: float = _SECONDS, told: Told | None = None
) -> dict[str, Any]:
    """What `steps.duck_entry.transform` gives; its file stands in `folder`."""
    return _run(_TRANSFORM, work, folder, key=key, first=first, seconds=seconds, told=told)


def _run(
    entry: str, work: Work, folder: Path, *, seconds: float, key: str = "", first: int = 0, told: Told | None = None
) -> dict[str, Any]:
    memory = settings.SLUIS.ingest_memory_mb
    far = entry == _TRANSFORM and not first  # for a preview somebody waits
    parts = list(dict.fromkeys(part for one in work.inputs for part in one.offered.parts))
    paths = dict(zip(parts, standing(parts) if far else map(blobs.path, parts), strict=True))
    request = {
        "sql": work.sql,
        "steps": [dict(step) for step in work.steps],
        "tests": [dict(test) for test in work.tests],
        "tables": [one.to_child([str(paths[part]) for part in one.offered.parts]) for one in work.inputs],
        "name": work.name,
        "key": key,
        "first": first,
        "out": str(folder),
        "memory_mb": max(200, memory - _BESIDE_MB),
        "spill_mb": _SPILL_MB,
    }
    limits = Limits(memory_mb=memory, cpu_seconds=round(seconds * 2), wall_seconds=seconds, output_mb=2 * _SPILL_MB)
    reads = list(paths.values())
    try:
        if far:
            return run_whole(entry, request, reads=reads, writes=folder, limits=limits, told=told)
        return sandbox.run(entry, request, reads=reads, writes=folder, limits=limits, on_progress=told)
    except SluisError as slow:
        if slow.code != "sandbox.time":
            raise
        raise Invalid(
            "transformation.slow",
            N_("De transformatie duurde langer dan {seconds} seconden."),
            way_out=N_("Vraag minder rijen, of knip haar in twee transformaties na elkaar."),
            seconds=round(seconds),
        ) from slow
