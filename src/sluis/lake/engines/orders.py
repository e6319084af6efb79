"""What both ways of working elsewhere share: whether it is done, what goes over, and what is told when it fails."""

import json
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.foundation.service import BlobRef, blobs
from sluis.kernel.errors import SluisError, Unavailable
from sluis.kernel.text import N_
from sluis.lake.engines.shapes import Order, Shape, versions

if TYPE_CHECKING:
    from sluis.lake.engines.spark import Spark

_MB = 1024 * 1024


def elsewhere(files: Sequence[Path]) -> bool:
    """Is there an engine, are these files more than what is done here, and can they be read there?

    With a bucket a file is read there by its name: what has none yet stays here.
    """
    return _big(files) and (not settings.SLUIS.storage or all(map(_name, files)))


def standing(hashes: Sequence[str]) -> list[Path]:
    """These blobs as files for work that may go elsewhere; when it does, nothing comes here out of the bucket."""
    if settings.SLUIS.storage and _enough(sum(map(blobs.size, hashes))):
        return list(map(blobs.place, hashes))
    return list(map(blobs.path, hashes))


def _big(files: Sequence[Path]) -> bool:
    return _enough(sum(map(_size, files)))


def _enough(size: int) -> bool:
    wanted = settings.SLUIS
    return bool(wanted.engine) and size >= wanted.engine_from_mb * _MB


def _size(path: Path) -> int:
    name = _name(path)
    return blobs.size(name) if name else path.stat().st_size


def _name(path: Path) -> str:
    """The hash by which a blob is called; "" for another file."""
    return path.name if path.resolve().is_relative_to(blobs.root().resolve()) else ""


@contextmanager
def keeping(source: Path, *, move: bool = False) -> Generator[tuple[BlobRef, Path]]:
    """As `blobs.keeping`; what is worked on elsewhere must first stand where others find it, under its own name."""
    if _big([source]):
        ref = blobs.put_file(source, move=move)
        yield ref, blobs.path(ref.sha256)
        return
    with blobs.keeping(source, move=move) as kept:
        yield kept


def connected() -> "Spark":
    """The engine that is named. Raises Unavailable when it is not there."""
    from sluis.lake.engines.spark import Spark  # only who names an engine loads its client

    return Spark(settings.SLUIS.engine)


@contextmanager
def in_time(stop: Callable[[], None]) -> Generator[None]:
    """Stops it when it takes too long, and says so."""
    late = threading.Event()

    def ended() -> None:
        late.set()
        stop()

    timer = threading.Timer(settings.SLUIS.engine_minutes * 60, ended)
    timer.daemon = True
    timer.start()
    try:
        yield
    except SluisError:
        if late.is_set():
            raise slow() from None
        raise
    finally:
        timer.cancel()


def ordered(entry: str, request: Shape, reads: Sequence[Path], limits: Limits, writes: Path | None = None) -> Order:
    return {
        "versions": versions(),
        "entry": entry,
        "request": request,
        "reads": [{"name": str(path), "path": str(path.resolve()), "sha256": _name(path)} for path in reads],
        "writes": str(writes or ""),
        "limits": asdict(limits),
    }


def failure_of(data: bytes) -> SluisError:
    """What went wrong there, as it said so."""
    try:
        return sandbox.told_error(json.loads(data))
    except (ValueError, RecursionError):
        return incomplete()


def incomplete() -> Unavailable:
    return Unavailable(
        "engine.incomplete",
        N_("De rekenserver heeft niet alles goed beantwoord."),
        way_out=N_("Het wordt later opnieuw geprobeerd. Vraag de beheerder om `sluis doctor` te draaien."),
    )


def slow() -> Unavailable:
    return Unavailable(
        "engine.slow",
        N_("De rekenserver deed er te lang over (meer dan {minutes} minuten)."),
        way_out=N_("Het wordt later opnieuw geprobeerd. De beheerder kan SLUIS_ENGINE_MINUTES hoger zetten."),
        minutes=settings.SLUIS.engine_minutes,
        passes=False,
    )
