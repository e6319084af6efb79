"""Shapes of keeping, and the rule itself: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sluis.kernel.text import N_


class Why(StrEnum):
    """What keeps a version."""

    RULE = "rule"
    NEWEST = "newest"
    RELEASED = "released"
    DECIDED = "decided"
    DOSSIER = "dossier"
    DIFFERENCE = "difference"
    BREACH = "breach"
    BASE = "base"
    TRANSFORMATION = "transformation"


TEXTS: Mapping[Why, str] = {
    Why.RULE: N_("De bewaarregel houdt haar."),
    Why.NEWEST: N_("Dit is de nieuwste versie."),
    Why.RELEASED: N_("Zij is vrijgegeven."),
    Why.DECIDED: N_("Er is over besloten."),
    Why.DOSSIER: N_("Er loopt een dossier over deze dataset."),
    Why.DIFFERENCE: N_("Er is een verschil met een andere versie van bewaard."),
    Why.BREACH: N_("Zij voldoet niet aan de afspraken die gelden: dat is bewijs."),
    Why.BASE: N_("Een versie die nog wordt ingelezen, bouwt erop."),
    Why.TRANSFORMATION: N_("Een transformatie leest haar."),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A version goes when it is not among the `last` newest and older than `days`; None: that does not keep it."""

    last: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """`own`: of this dataset; otherwise of its organisation."""

    rule: Rule
    own: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one version: it goes when nothing keeps it."""

    version_id: UUID
    number: int
    ready_at: datetime
    size: int
    why: tuple[Why, ...]

    @property
    def goes(self) -> bool:
        return not self.why


def kept_by_rule(rule: Rule, ready_at: Sequence[datetime], now: datetime) -> list[bool]:
    """Per version, the newest first, whether the rule keeps it; an empty rule keeps everything."""
    if rule == Rule():
        return [True] * len(ready_at)
    return [
        (rule.last is not None and place < rule.last)
        or (rule.days is not None and now - moment <= timedelta(days=rule.days))
        for place, moment in enumerate(ready_at)
    ]
