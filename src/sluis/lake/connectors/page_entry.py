"""Entries for the sandbox: what stands in a reply. No Django here.

Rows are cut out of the text as they are written, so that no digit of a number is lost on the way.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

Progress = Callable[[float, str], None]
MOST_SAID = 65_536
MOST_NAMES = 2_000
_decode = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")
_BREAKS = str.maketrans("\r\n", "  ")


def document(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Request: path. A whole document that is small."""
    text = _text(Path(request["path"]))
    try:
        return {"document": json.loads(text)}
    except (ValueError, RecursionError):
        raise _no_json(text) from None


def rows(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """One page. Request: path, out, rows (where the list stands), said (other places by name), columns and id (places
    within a row), glue, moments (columns with milliseconds since 1970), added (lists of texts by column and code).

    Writes the rows to `out`/rows and 8 bytes per row that has an id to `out`/ids. Returns count, digest, the columns
    that every row has and those that some have, and what else was said; count is None where there is no list.
    """
    text = _text(Path(request["path"]))
    try:
        return _page(text, request)
    except (ValueError, RecursionError):
        raise _no_json(text) from None


def _page(text: str, request: dict[str, Any]) -> dict[str, Any]:
    whole = _Text(text)
    said = {name: whole.value(place) for name, place in request["said"].items()}
    found = whole.list(request["rows"])
    if found is None:
        return {"count": None, "said": said}
    out, count, digest = Path(request["out"]), 0, hashlib.sha256()
    every: set[str] | None = None
    some: set[str] = set()
    change = _Change(request)
    with (out / "rows").open("w", encoding="utf-8", newline="") as lines, (out / "ids").open("wb") as ids:
        for value, raw in found:
            if not isinstance(value, dict):
                raise Invalid("source.row", N_("Rij {row} van een pagina is geen object."), row=count + 1)
            digest.update(raw.encode())
            names: set[str] = set(_within(value, request["columns"]) or ())
            every = names if every is None else every & names
            some |= names
            lines.write((request["glue"] if count else "") + change(value, raw.translate(_BREAKS)))
            if request["id"] and (key := _within(value, request["id"])) is not None:
                ids.write(hashlib.blake2b(json.dumps(key).encode(), digest_size=8).digest())
            count += 1
            if len(some) > MOST_NAMES:
                raise Invalid("source.columns", N_("De rijen hebben samen meer dan {most} kolommen."), most=MOST_NAMES)
    columns = {"every": sorted(every or ()), "some": sorted(some)}
    return {"count": count, "digest": digest.hexdigest(), "said": said, **columns}


class _Change:
    """The few things that become different in a row: moments in words, and the text of a code beside it."""

    def __init__(self, request: dict[str, Any]) -> None:
        keys = [re.escape(json.dumps(name, ensure_ascii=False)) for name in request.get("moments") or ()]
        self._moments = [re.compile(rf"({key}\s*:\s*)(-?\d+)(?=\s*[,}}])") for key in keys]
        added = request.get("added")
        self._added: dict[str, dict[str, dict[str, Any]]] = json.loads(Path(added).read_text("utf-8")) if added else {}

    def __call__(self, row: dict[str, Any], raw: str) -> str:
        for pattern in self._moments:
            raw = pattern.sub(_moment, raw)
        more: dict[str, Any] = {}
        for column, texts in self._added.items():
            more |= texts.get(str(row.get(column, "")).strip(), {})
        if not more:
            return raw
        return f"{raw.rstrip()[:-1]}, {json.dumps(more, ensure_ascii=False)[1:]}"


def _moment(found: re.Match[str]) -> str:
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[2]))
    except OverflowError:
        return found[0]
    return f'{found[1]}"{moment.isoformat().replace("+00:00", "Z")}"'


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_json("") from None


def _no_json(text: str) -> Invalid:
    start = text.lstrip()[:1]
    what = N_("een webpagina of XML") if start == "<" else N_("iets anders, of een afgebroken antwoord")
    return Invalid(
        "source.not-json",
        N_("De bron geeft geen JSON maar {what_term}."),
        way_out=N_("Controleer het adres, en of er voor deze data een account nodig is."),
        what_term=what,
    )


def _within(row: Any, place: Sequence[str]) -> Any:
    for name in place:
        row = row.get(name) if isinstance(row, dict) else None
    return row


class _Text:
    """A JSON document as text, in which places are looked up; whole, or a ValueError."""

    def __init__(self, text: str) -> None:
        self._text, self._known = text, dict[int, dict[str, int]]()
        self._top = self._after_space(0)
        _whole, end = _decode(text, self._top)
        if text[end:].strip(" \t\r\n"):
            raise ValueError(end)

    def value(self, place: Sequence[str]) -> Any:
        """What stands there, when it is short; None otherwise."""
        start = self._place(place)
        if start is None:
            return None
        value, end = _decode(self._text, start)
        return value if end - start <= MOST_SAID else None

    def list(self, place: Sequence[str]) -> Iterator[tuple[Any, str]] | None:
        """Each value of the list that stands there, with its text; None where there is no list."""
        start = self._place(place)
        return None if start is None or self._text[start] != "[" else self._elements(start)

    def _place(self, place: Sequence[str]) -> int | None:
        at = self._top
        for name in place:
            found = self._members(at).get(name)
            if found is None:
                return None
            at = found
        return at

    def _members(self, at: int) -> dict[str, int]:
        """Where the values of the object that begins here begin; empty for another value."""
        if at not in self._known:
            self._known[at] = dict(self._walk(at)) if self._text[at] == "{" else {}
        return self._known[at]

    def _walk(self, at: int) -> Iterator[tuple[str, int]]:
        at = self._after_space(at + 1)
        while self._text[at] != "}":
            name, at = _decode(self._text, at)
            at = self._after_space(self._after_space(at) + 1)  # past the colon
            yield name, at
            at = self._next(_decode(self._text, at)[1])

    def _elements(self, at: int) -> Iterator[tuple[Any, str]]:
        at = self._after_space(at + 1)
        while self._text[at] != "]":
            value, end = _decode(self._text, at)
            yield value, self._text[at:end]
            at = self._next(end)

    def _next(self, at: int) -> int:
        """Past the comma, or at the closing mark."""
        at = self._after_space(at)
        return self._after_space(at + 1) if self._text[at] == "," else at

    def _after_space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at
