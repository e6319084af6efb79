"""Pure decisions about a request: its term, what its answer is, and what a step needs."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.requests.types import Outcome

TERM = timedelta(weeks=4)
"""Who article 4(1): as soon as possible, within four weeks after the day on which the request came."""
EXTENSION = timedelta(weeks=4)
"""Who article 4(2): once four weeks more, told with the reason."""
CLARIFY = timedelta(days=14)
"""What the process file gives somebody to explain their request."""

DECIDED = frozenset({Outcome.OPEN, Outcome.PLANNED, Outcome.RESTRICTED, Outcome.CLOSED, Outcome.UNDECIDED})


def due_date(received: date, asked: Iterable[tuple[date, date | None]], *, extended: bool, today: date) -> date:
    """The last day of the term.

    `asked` holds per question back the day it was asked and the day of the reply. The term stands still from the day
    after the question until the day of the reply, or until the time for it is over (Awb 4:15(1)(a)).
    """
    still = sum((_still(start, reply, today) for start, reply in asked), timedelta())
    return received + TERM + still + (EXTENSION if extended else timedelta())


def _still(start: date, reply: date | None, today: date) -> timedelta:
    until = min(reply or today, start + CLARIFY)
    return max(until - start - timedelta(days=1), timedelta())


def outcome_of(said: Mapping[str, Any]) -> Outcome:
    """How a request ended, from the variables of its process; what is not known is a refusal, never open data."""
    if said.get("alreadyPublic") == "yes":
        return Outcome.FOUND
    decided = said.get("datasetOutcome")
    if decided in DECIDED:
        return Outcome(decided)
    return Outcome.REFERRED if said.get("holder") else Outcome.REFUSED


def triage_faults(answers: Mapping[str, Any]) -> list[Fault]:
    """Whoever has to ask back needs a question; whoever points at data needs its address."""
    known = answers.get("alreadyPublic")
    if known == "yes":
        return _address_faults(str(answers.get("publicAddress") or ""))
    if (answers.get("clear"), known) != ("yes", "no") and not answers.get("question"):
        return [Fault(N_("Schrijf wat u de aanvrager wilt vragen."), "question")]
    return []


def _address_faults(address: str) -> list[Fault]:
    if is_address(address):
        return []
    return [Fault(N_("Schrijf het adres van de data voluit, met https:// of http:// ervoor."), "publicAddress")]


def is_address(text: str) -> bool:
    """Whether a text can be a link: a web address, and nothing that a browser would run."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not set(text) & set(" \t\r\n\"'<>")


def extension_faults(answers: Mapping[str, Any]) -> list[Fault]:
    if answers.get("extend") == "yes" and not answers.get("extendReason"):
        return [Fault(N_("Schrijf waarom meer tijd nodig is."), "extendReason")]
    return []


def slug_in(text: str) -> str:
    """The short name of a dataset, also out of its whole address."""
    return text.strip().split("?")[0].rstrip("/").rpartition("/")[2].lower()
