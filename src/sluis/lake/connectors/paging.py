"""Rows that a web server gives a page at a time, gathered in one file; a server that lies about it is found out.

Each page is fetched within a size and a time and read in the sandbox. Refused are: a page or link that comes twice, the
same row twice, other columns halfway, another number of rows than the server told, and links to another server.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sluis.foundation import egress
from sluis.kernel.errors import Invalid, Unavailable
from sluis.kernel.text import N_
from sluis.lake.connectors.asking import same_place
from sluis.lake.connectors.pages import Asker, Page, Reading, frame, host
from sluis.lake.connectors.unpacking import MB, too_big

SECONDS = 3600.0
MOST_PAGES = 100_000
Following = Callable[[Page], str | None]


def gathered(
    asker: Asker,
    reading: Reading,
    first: str,
    following: Following,
    *,
    total: int | None = None,
    most: int | None = None,
) -> tuple[Path, int]:
    """All pages from `first` on as one file, and how many rows that is.

    `following` gives the address after a page, None after the last; an empty page is the last. `total` is how many rows
    the server says there are; its pages may say so too, as `total`. `most`: that many rows are enough, for a sample.
    """
    book, url = _Book(asker, reading), first
    while url:
        page = book.take(url)
        if most is not None and book.rows >= most:
            return book.closed(), book.rows
        url = following(page) if page.count else None
    book.check(first, total)
    return book.closed(), book.rows


def by_offset(at: Callable[[int], str], total: int | None = None) -> Following:
    """Pages that begin after a number of rows: until the total is reached, or an empty page where nobody tells it."""

    def following(page: Page) -> str | None:
        told, came = whole_number(page.said.get("total")), page.start + page.count
        told = total if told is None else told
        return None if told is not None and came >= told else at(came)

    return following


def linked(page: Page) -> str | None:
    """The address that the page itself gives, as `next`."""
    link = page.said.get("next")
    return same_place(page.url, link) if isinstance(link, str) and link else None


class _Book:
    """What came so far."""

    def __init__(self, asker: Asker, reading: Reading) -> None:
        self.rows = 0
        self._asker, self._reading = asker, reading
        self._path, self._ids = asker.into / "rows", asker.into / "ids"
        self._path.write_text(frame(reading)[0], "utf-8")
        self._ids.touch()
        self._links, self._digests, self._told = set[str](), set[str](), set[int]()
        self._columns: tuple[set[str], set[str]] | None = None
        self._end = time.monotonic() + SECONDS

    def take(self, url: str) -> Page:
        """Fetch a page and keep its rows."""
        if url in self._links or len(self._links) >= MOST_PAGES:
            raise _again(url)
        if time.monotonic() > self._end:
            raise egress.RemoteTooSlow(url=url)
        self._links.add(url)
        page, found = self._asker.page(url, self._reading, self.rows)
        if page.count:
            self._judge(page, found)
            self._keep(page)
        if (told := whole_number(page.said.get("total"))) is not None:
            self._told = {min(self._told | {told}), told}
        return page

    def check(self, url: str, total: int | None) -> None:
        """Whether all that was told came, and each row once."""
        told = self._told | ({total} if total is not None else set())
        if told and self.rows not in told:
            raise wrong_count(url, max(told), self.rows)
        ids = np.fromfile(self._ids, dtype=np.uint64)
        if twice := len(ids) - len(np.unique(ids)):
            raise Unavailable(
                "source.rows-twice",
                N_("{place} gaf {count} rijen meer dan één keer. De bron is intussen gewijzigd of telt verkeerd."),
                way_out=N_("Haal de bron later nog eens op. Blijft het zo, meld het dan bij de beheerder van de bron."),
                place=host(url),
                count=twice,
                passes=False,
            )

    def closed(self) -> Path:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(frame(self._reading)[2])
        return self._path

    def _judge(self, page: Page, found: Mapping[str, Any]) -> None:
        if found["digest"] in self._digests:
            raise _again(page.url)
        self._digests.add(found["digest"])
        every, some = set(found["every"]), set(found["some"])
        always, known = self._columns or (every, some)
        if (lost := always - some) and (new := some - known):
            raise _other_columns(page.url, lost, new)
        self._columns = always & every, known | some

    def _keep(self, page: Page) -> None:
        with self._path.open("ab") as file, (self._asker.rows / "rows").open("rb") as rows:
            file.write(frame(self._reading)[1].encode() if self.rows else b"")
            shutil.copyfileobj(rows, file)
            if file.tell() > self._asker.max_mb * MB:
                raise too_big(host(page.url), self._asker.max_mb)
        with self._ids.open("ab") as file:
            file.write((self._asker.rows / "ids").read_bytes())
        self.rows += page.count


def whole_number(value: Any) -> int | None:
    """A count as servers write it; None when it says nothing (OGC's "unknown", a string, -1)."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def wrong_count(url: str, told: int, came: int) -> Unavailable:
    return Unavailable(
        "source.wrong-count",
        N_("{place} zegt {told} rijen te hebben, maar gaf er {came}."),
        way_out=N_("Haal de bron later nog eens op. Blijft het zo, meld het dan bij de beheerder van de bron."),
        place=host(url),
        told=told,
        came=came,
        passes=False,
    )


def _again(url: str) -> Invalid:
    return Invalid(
        "source.page-again",
        N_("{place} geeft dezelfde pagina nog een keer. Zo komt er geen einde aan."),
        way_out=N_("Meld dit bij de beheerder van de bron."),
        place=host(url),
    )


def _other_columns(url: str, lost: set[str], new: set[str]) -> Invalid:
    return Invalid(
        "source.columns-changed",
        N_("De kolommen van {place} veranderen halverwege: {lost} verdwijnt en {new} komt erbij."),
        way_out=N_("Haal de bron later nog eens op. Blijft het zo, meld het dan bij de beheerder van de bron."),
        place=host(url),
        lost=", ".join(sorted(lost))[:300],
        new=", ".join(sorted(new))[:300],
    )
