"""Landlock through ctypes: after `restrict` this process sees only the listed files.

Source: https://docs.kernel.org/userspace-api/landlock.html (ABI 1 in Linux 5.13). Rights a kernel does not know
are left out, so an older kernel gives a somewhat weaker fence; no Landlock at all raises OSError.
"""

import ctypes
import os
import stat
from collections.abc import Iterable, Mapping

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << n for n in range(6))
MAKE_DIR, MAKE_REG = 1 << 7, 1 << 8
TRUNCATE = 1 << 14
# Number of file rights that each ABI knows: REFER came with 2, TRUNCATE with 3, IOCTL_DEV with 5.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS = 16

# EXECUTE also gates nothing for dlopen (that is mmap), so shared libraries need only READ_FILE.
READ = READ_FILE | READ_DIR
# No symlinks, sockets or devices: whatever reads the folder afterwards must not be led astray.
WRITE = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG
_ON_A_FILE = WRITE_FILE | READ_FILE | TRUNCATE

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("access", ctypes.c_uint64), ("fd", ctypes.c_int32)]


def abi() -> int:
    """The Landlock version of this kernel; 0 when there is none."""
    return max(0, _libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))


def restrict(rules: Iterable[tuple[str, int]]) -> None:
    """Confine this process and its threads-to-be to `rules` (path, rights); the rest is refused with EACCES.

    Needs no_new_privs. TCP (ABI 4), abstract sockets and signals outwards (ABI 6) are refused as well.
    """
    version = abi()
    known = (1 << _FILE_RIGHTS.get(version, _NEWEST_FILE_RIGHTS)) - 1
    attributes = _Ruleset(fs=known, net=3 if version >= 4 else 0, scoped=3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _check(_libc.syscall(_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    for path, rights in _merged(rules).items():
        _allow(ruleset, path, rights & known)
    _check(_libc.syscall(_RESTRICT, ruleset, ctypes.c_uint32(0)))
    os.close(ruleset)


def _merged(rules: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    merged: dict[str, int] = {}
    for path, rights in rules:
        merged[path] = merged.get(path, 0) | rights
    return merged


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        rights &= _ON_A_FILE
    rule = _PathBeneath(access=rights, fd=fd)
    _check(_libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0)))
    os.close(fd)


def _check(returned: int) -> int:
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return returned
