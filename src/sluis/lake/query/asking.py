"""One door per kind of asker: what they may ask about, what it may cost, and the answer as pages of rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid
from sluis.lake.query import offering, running
from sluis.lake.query.types import Answer, Budget, Busy, Offered
from sluis.lake.rows.page import page, page_json
from sluis.lake.rows.parse import parse
from sluis.lake.rows.types import JsonPage, PageRequest, RowPage

OURS = frozenset({"sql", "page", "format", "tables", "list", "find", "stopped"})


@dataclass(frozen=True, slots=True)
class Door:
    """`offered(sql)`: the tables that a text names; `listed(start, first, size)`: a page of all of them, by name.

    Both give only what this asker may read, so whoever comes in here needs no other permission.
    """

    offered: Callable[[str], Sequence[Offered]]
    listed: Callable[[str, int, int], Sequence[Offered]]
    budget: Budget

    def ask(
        self, sql: str, *, before: Callable[[], None] = lambda: None, patience: float = running.PATIENCE
    ) -> Answer | Busy:
        """See `running.ask`; an unknown table is told with the names that look most like it."""
        try:
            return running.ask(sql, self.offered(sql), self.budget, patience=patience, before=before)
        except Invalid as error:
            raise offering.with_nearest(error, lambda start: self.listed(start, 0, 50)) from error

    def stop(self, sql: str) -> None:
        """End the run of this question, for everybody who waits for the same."""
        running.stop(sql, self.offered(sql), self.budget)


def for_staff(by: Actor) -> Door:
    """Over the newest version of every dataset of which the actor may see the rows. NotAllowed without such a role."""
    return Door(
        lambda sql: offering.offered(by=by, sql=sql),
        lambda start, first, size: offering.listed(by=by, text=start, first=first, size=size),
        running.for_staff(),
    )


def asked(answer: Answer, pairs: Iterable[tuple[str, str]]) -> PageRequest:
    """Filter, order and place in an answer, in the words of the rows of a table. Raises Invalid."""
    return parse(pairs, answer.columns, ignore=OURS)


def rows(answer: Answer, request: PageRequest, geometry: str = "wkt") -> RowPage:
    return page(Path(answer.path), answer.columns, replace(request, count=True), geometry)


def rows_json(answer: Answer, request: PageRequest) -> JsonPage:
    """The same with every row as a JSON object."""
    return page_json(Path(answer.path), answer.columns, replace(request, count=True))


def first_question(name: str) -> str:
    """A question to begin with, about the table of this name."""
    return f"SELECT *\nFROM {offering.written(name)}\nLIMIT 100"
