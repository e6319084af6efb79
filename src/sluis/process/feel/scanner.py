"""Cuts a text into tokens. Names may hold spaces and signs (DMN 1.5, 10.3.1.2), so known names are tried first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal as OneOf

from sluis.kernel.text import N_
from sluis.process.feel.faults import FeelFault

KEYWORDS = frozenset({
    "for", "in", "return", "if", "then", "else", "some", "every", "satisfies", "instance", "of", "function", "external",
    "or", "and", "between", "true", "false", "null",
})  # fmt: skip
_START = (
    r"?A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_PART = _START + r"0-9\u00B7\u0300-\u036F\u203F-\u2040"
WORD = re.compile(rf"[{_START}][{_PART}]*")
_PART_CHARACTER = re.compile(rf"[{_PART}]")
_NEXT_WORD = re.compile(rf"[ \t\r\n\u00a0]+((?!\?)[{_PART}]+)")
_SPACE = re.compile(
    r"(?:[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]|//[^\n]*(?:\n|$)|/\*.*?\*/)+",
    re.DOTALL,
)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SIGNS = ("**", "..", "->", "<=", ">=", "!=", *"+-*/()[]{}<>=,.:")
# A key of a context or a parameter: everything up to the sign that ends it.
_LABEL = re.compile(rf"[{_START}][{_PART} \t\r\n./\-'’+*]*")

Kind = OneOf["number", "text", "moment", "name", "keyword", "sign", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    value: str
    start: int
    end: int


def needs_learning(name: str) -> bool:
    """Whether greedy reading of words would not find the name: it has a sign in it, or a keyword among its words."""
    words = name.split()
    return not all(re.fullmatch(rf"[{_PART}]+", word) and word not in KEYWORDS for word in words)


def plain_name(text: str) -> str:
    """A name with single spaces, as names are compared."""
    return " ".join(text.split())


class Scanner:
    """Tokens from a place in the text on. Learns names (of contexts, parameters, variables) while it goes."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.text = text
        self._names: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._cache: dict[int, Token] = {}
        for name in names:
            self.learn(name)

    def learn(self, name: str) -> None:
        """Know a name that greedy reading would not find: with signs, or with a keyword among its words."""
        if not needs_learning(name):
            return
        words = name.split()
        known = self._names.setdefault(words[0][0], [])
        if all(name != one for one, _ in known):
            known.append((plain_name(name), re.compile(r"\s+".join(map(re.escape, words)))))
            self._cache.clear()

    def token(self, at: int) -> Token:
        """The token at or after `at`. Raises FeelFault."""
        found = self._cache.get(at)
        if found is None:
            found = self._cache[at] = self._read(at)
        return found

    def label(self, at: int) -> Token | None:
        """The key or parameter name that starts here, with whatever signs are in it."""
        found = _LABEL.match(self.text, self._skip(at))
        return found and Token("name", plain_name(found[0]), found.start(), found.end())

    def fault(self, at: int, message: str = N_("Dit is geen FEEL: bij teken {position} staat {found}.")) -> FeelFault:
        found = self.text[at : at + 20].split("\n")[0] or "…"
        return FeelFault("feel.syntax", message, text=self.text, position=at + 1, found=found)

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        return space.end() if space else at

    def _read(self, at: int) -> Token:
        start = self._skip(at)
        if start >= len(self.text):
            return Token("end", "", start, start)
        number = _NUMBER.match(self.text, start)
        if number:
            return Token("number", number[0], start, number.end())
        name = self._name(start)
        if name:
            return name
        character = self.text[start]
        if character in '"@':
            return self._quoted(start, character)
        for sign in _SIGNS:
            if self.text.startswith(sign, start):
                return Token("sign", sign, start, start + len(sign))
        raise self.fault(start)

    def _quoted(self, start: int, character: str) -> Token:
        found = _TEXT.match(self.text, start + (character == "@"))
        if not found:
            raise self.fault(start, N_("Vanaf teken {position} mist een aanhalingsteken."))
        return Token("moment" if character == "@" else "text", found[0], start, found.end())

    def _name(self, start: int) -> Token | None:
        known = self._known(start)
        word = WORD.match(self.text, start)
        if not word:
            return known
        if word[0] in KEYWORDS:
            return known or Token("keyword", word[0], start, word.end())
        end = word.end()
        while (following := _NEXT_WORD.match(self.text, end)) and following[1] not in KEYWORDS:
            end = following.end()
        if known and known.end >= end:
            return known
        return Token("name", plain_name(self.text[start:end]), start, end)

    def _known(self, start: int) -> Token | None:
        best: Token | None = None
        for name, pattern in self._names.get(self.text[start], ()):
            found = pattern.match(self.text, start)
            if found and (best is None or found.end() > best.end) and not _goes_on(self.text, found.end()):
                best = Token("name", name, start, found.end())
        return best


def _goes_on(text: str, end: int) -> bool:
    """Whether a match stopped in the middle of a word."""
    return end < len(text) and bool(_PART_CHARACTER.match(text[end - 1]) and _PART_CHARACTER.match(text[end]))


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def unescaped(quoted: str) -> str:
    """The text between the quotes of a string literal."""

    def one(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else found[0]
        return _ESCAPED.get(found[3], found[0])

    text = _ESCAPE.sub(one, quoted[1:-1])
    # Two escapes may together be one character outside the first plane.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
