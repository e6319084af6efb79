"""What a check looks at and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sluis.register.types import DatasetRecord
from sluis.release.source import TableNow
from sluis.release.types import Finding, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """The proposal with everything it is about. `inputs_sha256` is the hash of all of it."""

    record: DatasetRecord
    metadata: Mapping[str, Any]
    table: TableNow | None
    proposal: Outcome
    ground: str
    planned_date: date | None
    quasi_identifiers: tuple[str, ...]
    inputs_sha256: str


Look = Callable[[Subject], tuple[Verdict, list[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    title: str
    version: str
    look: Look


def judged(findings: list[Finding]) -> tuple[Verdict, list[Finding]]:
    """Failed when one of them blocks; passed otherwise."""
    return (Verdict.FAILED if any(f.blocks for f in findings) else Verdict.PASSED), findings


NOTHING_TO_LOOK_AT: tuple[Verdict, list[Finding]] = (Verdict.NOT_APPLICABLE, [])
