"""The near side of a check: what goes into the sandbox and what comes out.

No Django: a file on its own is checked too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.lake.contracts.types import Agreed, RuleOutcome, Status, Verdict, verdict_of

type Run = Callable[..., dict[str, Any]]

_CHECK = "sluis.lake.contracts.entry:check_rows"


@dataclass(frozen=True, slots=True)
class Checked:
    verdict: Verdict
    outcomes: tuple[RuleOutcome, ...]

    @property
    def broken(self) -> tuple[RuleOutcome, ...]:
        return tuple(one for one in self.outcomes if one.status is not Status.PASSED)


def check_table(
    agreed: Agreed,
    parts: Sequence[Path],
    columns: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    loaded_at: datetime,
    profile: Mapping[str, Any] | None = None,
    memory_mb: int = 1200,
    run: Run | None = None,
) -> Checked:
    """Raises what the sandbox raises; a rule that breaks is an outcome, no error. `run`: where, if not simply here."""
    request = {
        "parts": [str(path) for path in parts],
        "columns": [dict(column) for column in columns],
        "properties": [{"name": one.name, "names": list(one.names)} for one in agreed.properties],
        "tables": list(agreed.tables),
        "rules": [rule.to_json() for rule in agreed.rules],
        "personal": personal_columns(profile),
        "now": now.isoformat(),
        "loaded_at": loaded_at.isoformat(),
    }
    limits = Limits(memory_mb=memory_mb, cpu_seconds=3600, wall_seconds=3600)
    found = (run or _here)(_CHECK, request, parts=parts, limits=limits)
    outcomes = tuple(RuleOutcome.from_json(shape) for shape in found["outcomes"])
    return Checked(verdict_of(outcomes), outcomes)


def _here(entry: str, request: Mapping[str, Any], *, parts: Sequence[Path], limits: Limits) -> dict[str, Any]:
    return sandbox.run(entry, request, reads=parts, writes=None, limits=limits)


def personal_columns(profile: Mapping[str, Any] | None) -> dict[str, str]:
    """Column → kind of personal data, as the profile found it."""
    hits = (profile or {}).get("personal_data", ())
    return {column: hit["kind"] for hit in hits for column in hit["columns"]}
