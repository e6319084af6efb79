"""How long a dossier stays: the rule of retention of the version that the dossier itself runs on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluis.process import dmn
from sluis.process import service as process
from sluis.process.types import InstanceRecord

POLICY, DECISION = "retention", "Retention"


@dataclass(frozen=True, slots=True)
class Retention:
    """`outcome`: keep, destroy or unknown; `years` after closing when it is to be destroyed; `category` of the list."""

    outcome: str = "unknown"
    years: int | None = None
    basis: str = ""
    reason: str = ""
    category: str = ""


def retention(instance: InstanceRecord | None, outcome: str) -> Retention:
    """What the policy says of a dossier with this outcome; unknown when there is no policy or no answer."""
    sha256 = instance.policies.get(POLICY) if instance else None
    if instance is None or sha256 is None:
        return Retention()
    said = instance.variables
    category = str(said.get("provisaCategory") or "")
    asked = {
        "provisaCategory": category or None,
        "finalOutcome": outcome or None,
        "containsPersonalData": said.get("containsPersonalData"),
    }
    return _told(dmn.read(process.source(sha256)).evaluate(DECISION, asked).value, category)


def _told(value: Any, category: str) -> Retention:
    said = value if isinstance(value, Mapping) else {}
    years = said.get("years")
    return Retention(
        outcome=str(said.get("outcome") or "unknown"),
        years=int(years) if years is not None else None,
        basis=str(said.get("basis") or ""),
        reason=str(said.get("reason") or ""),
        category=category,
    )
