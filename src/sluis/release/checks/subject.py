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
    """Dataset, table and what the process knows (`said`: answers and results of rules, by variable).

    `outcome` is what the description would be shown as. `inputs_sha256` is the hash of dataset and table.
    """

    record: DatasetRecord
    metadata: Mapping[str, Any]
    table: TableNow | None
    said: Mapping[str, Any]
    outcome: Outcome
    ground: str
    planned_date: date | None
    inputs_sha256: str

    @property
    def personal_origin(self) -> bool:
        """Was the data made from data about people? Unknown counts as yes."""
        return self.said.get("personalOrigin") != "no"

    def result(self, variable: str, name: str) -> Any:
        """One entry of what a rule said; None when it said nothing."""
        found = self.said.get(variable)
        return found.get(name) if isinstance(found, Mapping) else None


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
