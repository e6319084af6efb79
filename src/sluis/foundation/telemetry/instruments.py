"""Counts that are kept while things happen.

In a serving process they live in memory-mapped files, one per process, so that one answer of `/metrics` adds up all
processes of this machine and none of them lies for the others. A single command (`sluis import`) counts for itself.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_LONG = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)

REQUESTS = Histogram(
    "sluis_http_request_seconds",
    "Requests by name of the route, method and status, with their duration.",
    ("route", "method", "status"),
    buckets=_QUICK,
    registry=REGISTRY,
)
JOBS = Histogram(
    "sluis_job_seconds",
    "Attempts at jobs by task and outcome (done, again, failed, lost), with their duration.",
    ("task", "outcome"),
    buckets=_LONG,
    registry=REGISTRY,
)
LEASES_LOST = Counter(
    "sluis_job_leases_lost_total",
    "Jobs taken over because their worker no longer renewed the lease.",
    registry=REGISTRY,
)
SANDBOX = Histogram(
    "sluis_sandbox_seconds",
    "Runs in the sandbox by entry and outcome (done, refused, or the code of what ended it), with their duration.",
    ("entry", "outcome"),
    buckets=_LONG,
    registry=REGISTRY,
)
EGRESS = Counter(
    "sluis_egress_requests_total",
    "Requests to other servers by outcome (a class of status, or the code of why there was none).",
    ("outcome",),
    registry=REGISTRY,
)
COUNTED = (REQUESTS, JOBS, LEASES_LOST, SANDBOX, EGRESS)


@dataclass
class Timing:
    """One thing that is being timed; whoever times it says how it ended before the end."""

    outcome: str = "done"
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started


@contextmanager
def timed(histogram: Histogram, name: str) -> Generator[Timing]:
    """Time the block and note it under `name` and the outcome that the block left behind, however it ends."""
    timing = Timing()
    try:
        yield timing
    except BaseException:
        timing.outcome = "failed" if timing.outcome == "done" else timing.outcome
        raise
    finally:
        histogram.labels(name, timing.outcome).observe(timing.seconds)
