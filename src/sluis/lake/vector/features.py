"""What stands in the features of a GeoJSON collection without being a Feature; the driver passes over it in silence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from sluis.kernel.text import N_

NOT_FEATURE = N_("Dit is geen Feature, dus geen rij.")
_CHUNK = 1024 * 1024
_SPACE = " \t\r\n"


def strangers(path: Path) -> Iterator[tuple[int, Any]]:
    """(number from 1, value) of each element that is no Feature; stops where the JSON does (the driver tells why)."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        try:
            for number, element in enumerate(_elements(_Text(file)), start=1):
                if not (isinstance(element, dict) and element.get("type") == "Feature"):
                    yield number, element
        except (ValueError, RecursionError):
            return


class _Text:
    """Decodes one JSON value at a time from a file that may be larger than memory."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._held, self._at = file, "", 0
        self._decode = json.JSONDecoder().raw_decode

    def mark(self) -> str:
        """The next character that is not white space, passed; '' at the end."""
        while True:
            while self._at < len(self._held):
                self._at += 1
                if self._held[self._at - 1] not in _SPACE:
                    return self._held[self._at - 1]
            if not self._more():
                return ""

    def value(self) -> Any:
        """The next value. Raises ValueError where there is none."""
        self.mark()
        self._at -= 1
        while True:
            try:
                found, end = self._decode(self._held, self._at)
            except ValueError:
                if not self._more():
                    raise
                continue
            # A number at the end of what is held may go on after it.
            if end < len(self._held) or not self._more():
                self._at = end
                return found

    def _more(self) -> bool:
        """Twice as much each time, so that one large value is not decoded from its start over and over."""
        self._held, self._at = self._held[self._at :], 0
        text = self._file.read(max(_CHUNK, len(self._held)))
        self._held += text
        return bool(text)


def _elements(text: _Text) -> Iterator[Any]:
    sign = text.mark()
    while sign in ("{", ","):
        key = text.value()
        if text.mark() != ":":
            return
        if key == "features":
            yield from _array(text)
            return
        text.value()
        sign = text.mark()


def _array(text: _Text) -> Iterator[Any]:
    sign = text.mark()
    while sign in ("[", ","):
        try:
            yield text.value()
        except ValueError:
            return
        sign = text.mark()
