"""The shape of a connector: which fields it asks, and how it checks and fetches."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol
from uuid import UUID

from sluis.kernel.errors import Fault, Invalid, Unavailable
from sluis.kernel.text import N_

LONGEST = 2_000
MOST_LINES = 500
LOGIN_AGAIN = N_("Vul ze opnieuw in, of vraag het de beheerder van de bron.")
Tell = Callable[..., None]
"""`tell(text, **params)`: a line in the log of the run; `text` is a Dutch source text, secrets are blotted out."""


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    ADDRESS = "address"
    SECRET = "secret"  # noqa: S105 - the kind of a field
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the connector must know; texts are Dutch source texts. `choices` are (value, label).

    `place`: it says where the source stands, so that another value asks for the secrets again: a secret typed for one
    server is never sent to another. An ADDRESS always is.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: Any = ""
    place: bool = False


class WaitingRoom(Protocol):
    """Where rows of senders wait for the next run (see `sourcing.waiting`)."""

    source_id: UUID

    def keep(self, lines: Sequence[bytes]) -> None: ...
    def taken(self) -> Iterator[bytes]: ...
    def more(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What was filled in: `config` by field name; a secret comes out by name only and never shows in a repr.

    `waiting` is there once the source is saved.
    """

    config: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    mode: str = "replace"
    waiting: WaitingRoom | None = None

    def __getitem__(self, name: str) -> Any:
        return self.config.get(name, "")

    def secret(self, name: str) -> str:
        return self.secrets.get(name, "")


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file in the work folder. `state` is handed in at the next fetch, once this file is loaded.

    `options` go to the ingest (see `ingest.plan.Options`); `more` asks to come back at once for the next file.
    """

    path: Path
    filename: str
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    more: bool = False


class Unchanged:
    """The source says itself that there is nothing new."""


UNCHANGED = Unchanged()


class Refused(Invalid):
    """Who is there does not let us in.

    A source with a secret stops at once: another try helps nobody, and can lock the account.
    """

    def __init__(self, code: str, message: str, *, way_out: str = "", **params: Any) -> None:
        super().__init__(code, message, way_out=way_out, refused=True, **params)


def told_refused(failure: Mapping[str, Any]) -> bool:
    """Of an error on the wire."""
    return (failure.get("params") or {}).get("refused") is True


class SourceBusy(Unavailable):
    """The source asks to come back later: after `retry_after` seconds, when it said so."""

    def __init__(self, *, place: str, retry_after: int = 0) -> None:
        super().__init__(
            "source.busy-there",
            N_("{place} heeft het te druk en vraagt om later terug te komen."),
            place=place,
            retry_after=retry_after,
        )


class Connector(ABC):
    """`title` and `about` are Dutch source texts; `modes` are the ways it can bring rows (replace, append, upsert);
    `receives`: messages wait at the source until a run loads them; `files`: it brings files as somebody made them, so
    how they are to be read may have to be said."""

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    modes: ClassVar[tuple[str, ...]] = ("replace",)
    receives: ClassVar[bool] = False
    files: ClassVar[bool] = False

    def faults(self, config: Mapping[str, Any], mode: str) -> Sequence[Fault]:
        """What is wrong with fields together; each alone is checked already."""
        return ()

    @abstractmethod
    def check(self, given: Given, tell: Tell) -> None:
        """Try address, credentials and permission. Raises a SluisError that says in plain words what is wrong."""

    @abstractmethod
    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        """Bring what is new since `state` as one file in the empty folder `into`."""

    def sample(self, given: Given, into: Path, tell: Tell) -> Fetched:
        """Enough to show the first rows; less than a whole fetch where the source can do that."""
        fetched = self.fetch(given, {}, into, tell)
        assert isinstance(fetched, Fetched)  # noqa: S101 - without a state nothing can be unchanged
        return fetched
