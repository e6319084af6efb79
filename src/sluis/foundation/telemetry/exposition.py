"""The text of `/metrics`: the counts of all processes of this machine, and the figures of the installation."""

import shutil
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from sluis.foundation.telemetry import instruments
from sluis.foundation.telemetry.figures import Figure, figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_KB = 1024
_GONE_SECONDS = 7 * 86_400


def text() -> bytes:
    """Everything, in the text format of Prometheus. A figure that cannot be read is left out and counted as such."""
    registry = CollectorRegistry()
    if shared():
        MultiProcessCollector(registry, path=str(_folder()))
    else:
        registry.register(instruments.REGISTRY)
    registry.register(_Read())
    return generate_latest(registry)


def shared() -> bool:
    """Whether this process counts together with the others of this machine."""
    return bool(getattr(values.ValueClass, "_multiprocess", False))


def forget_the_dead() -> None:
    """Remove the counts of processes that no longer run; called when serving starts. A counter then starts again at 0,
    which Prometheus expects of a process that started again.
    """
    for file in _folder().glob("*.db"):
        if not _holds_open(_number(file), file):
            file.unlink(missing_ok=True)
    for other in _folder().parent.glob("*"):  # of machines and containers that are gone
        if max((file.stat().st_mtime for file in other.iterdir()), default=0.0) < time.time() - _GONE_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


class _Read:
    """The figures as prometheus_client collects them."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        unread = 0
        for one in figures():
            try:
                yield _family(one)
            except (DatabaseError, OSError):
                unread += 1
        yield _single("sluis_figures_unread", "Figures that could not be read just now.", unread)
        yield from _processes()
        info = GaugeMetricFamily("sluis_info", "The version that answers.", labels=("version",))
        info.add_metric((version("sluis"),), 1)
        yield info


def _family(one: Figure) -> GaugeMetricFamily:
    family = GaugeMetricFamily(one.name, one.help, labels=one.labels)
    for labels, value in one.read():
        family.add_metric(labels, value)
    return family


def _single(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _processes() -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("sluis_process_resident_bytes", "Memory of each serving process here.", labels=("pid",))
    for number in sorted({_number(file) for file in _folder().glob("*.db") if _holds_open(_number(file), file)}):
        family.add_metric((str(number),), _resident(number))
    yield family


def _folder() -> Path:
    return settings.SLUIS.counts


def _number(file: Path) -> int:
    """Of the process that a file belongs to: histogram_<pid>.db."""
    digits = file.stem.rpartition("_")[2]
    return int(digits) if digits.isdigit() else 0


def _holds_open(number: int, file: Path) -> bool:
    """A number alone may have gone to another program: only who has the file in memory is the one."""
    try:
        return str(file.resolve()) in Path(f"/proc/{number}/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _resident(number: int) -> int:
    try:
        lines = Path(f"/proc/{number}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * _KB for line in lines if line.startswith("VmRSS:")), 0)
