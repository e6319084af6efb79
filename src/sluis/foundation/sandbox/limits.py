"""What one sandboxed run may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings of one run; crossing one ends the run.

    `memory_mb`  resident memory (MB) of the child, watched from outside.
    `cpu_seconds`, `wall_seconds`  processor time and elapsed time.
    `output_mb`  all files in the `writes` folder together.
    `result_mb`  the returned JSON together with progress lines.
    `threads`    advice for thread pools (OpenMP, Arrow); DuckDB must be told by the entry itself.
    """

    memory_mb: int = 1200
    cpu_seconds: int = 900
    wall_seconds: float = 1800
    output_mb: int = 20_000
    result_mb: int = 32
    threads: int = 2
