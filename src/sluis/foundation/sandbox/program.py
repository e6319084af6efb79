"""Which files the child needs in order to be a Python program, and no others."""

import sys
import sysconfig
from functools import cache
from pathlib import Path

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/openssl.cnf",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/sys/devices/system/cpu",
    # DuckDB sizes itself by the limits of its control group, and dies when these exist but do not open.
    "/proc/self/cgroup",
    "/proc/meminfo",
    "/sys/fs/cgroup",
)


@cache
def program_files() -> tuple[str, ...]:
    """Standard library, installed packages, our own package and the system's libraries and time zones."""
    paths = sysconfig.get_paths()
    wanted = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    wanted |= {str(Path(sys.base_prefix) / "lib"), str(_package())}
    return tuple(sorted(wanted | set(_SYSTEM)))


@cache
def lists() -> tuple[str, ...]:
    """Folders whose names may be listed but whose files stay closed: the importer looks for `sluis` there."""
    return (str(_package().parent),)


def _package() -> Path:
    return Path(__file__).resolve().parents[2]
