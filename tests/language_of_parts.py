"""Reads pages for WCAG 2.2, 3.1.2: a text is recognised by words that stand nowhere else."""

from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser

from django.test import Client

DUTCH, ENGLISH = "zwanen hals", "swan neck"  # not as one word: the name of a column in a table is no language
MARKS = {DUTCH: "nl", ENGLISH: "en"}
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
HTML = {"HTTP_ACCEPT": "text/html"}


class Read(HTMLParser):
    """Each text of a page with the language of its closest element that has one; titles have no choice, and code is in
    no language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str, bool]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given, (_, language, silent) = dict(attrs), self.open[-1] if self.open else ("", "", False)
        silent = silent or tag in ("title", "script", "code") or given.get("spellcheck") == "false"
        self.open.append((tag, given.get("lang") or language, silent))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, *_ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and not self.open[-1][2]:
            self.texts.append((data, self.open[-1][1]))


def _wrong(html: str) -> list[str]:
    reading = Read()
    reading.feed(html)
    return [
        f"{language}: {text.strip()[:100]}"
        for text, language in reading.texts
        for mark, its in MARKS.items()
        if mark in text.lower() and language != its
    ]


def pages(client: Client, addresses: Iterable[str], language: str) -> Iterator[tuple[str, str]]:
    """The pages that answer, each with its text."""
    for url in addresses:
        answer = client.get(url, **HTML)
        body = answer.getvalue()  # also of a stream: one that nobody reads keeps its place among those that go on
        if answer.status_code in (200, 410) and "html" in answer.headers["Content-Type"]:
            page = body.decode()
            assert f'<html lang="{language}"' in page or "<html" not in page, url
            yield url, page


def faults(found: Mapping[str, str]) -> list[str]:
    """Where a marked text stands in an element of another language."""
    return [f"{url} {fault}" for url, page in found.items() for fault in _wrong(page)]
