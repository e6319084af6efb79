"""Untrusted bytes are parsed in a throwaway child process, never here.

The child has no network, sees no file but the program, the given `reads` and its own `writes` folder, cannot start
another program, and is killed when it takes too much time, memory or disk. A crash there is a refused file with a
clear message, never a broken site.

Modules that run in the child must not import Django.
"""

from sluis.foundation.sandbox.limits import Limits
from sluis.foundation.sandbox.outcome import (
    Crashed,
    NoRoom,
    NoSandbox,
    SandboxFailure,
    Stopped,
    TookTooLong,
    TooMuchMemory,
    TooMuchOutput,
)
from sluis.foundation.sandbox.parent import available, configure, made_file, run
from sluis.foundation.sandbox.watch import told_error

__all__ = [
    "Crashed",
    "Limits",
    "NoRoom",
    "NoSandbox",
    "SandboxFailure",
    "Stopped",
    "TooMuchMemory",
    "TooMuchOutput",
    "TookTooLong",
    "available",
    "configure",
    "made_file",
    "run",
    "told_error",
]
