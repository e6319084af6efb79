"""Examples that show the shape of a value and not the value."""

import re

from sluis.lake.profile.rules import Kind

_SIGN = "•"


def mask(kind: Kind, text: str) -> str:
    """The text with every letter and digit hidden, but for a hint of at most three that fits the kind."""
    if kind is Kind.EMAIL:
        return _hide(text, first=1) if len(text.partition("@")[0]) > 2 else _hide(text)
    if kind in (Kind.IBAN, Kind.PHONE):
        return _hide(text, first=2)
    if kind in (Kind.NAME, Kind.ADDRESS):
        return _hide(text, first=1) if len(text) > 3 else _hide(text)
    if kind is Kind.BSN:
        return _hide(text, last=2)
    return _hide(text)


def _hide(text: str, first: int = 0, last: int = 0) -> str:
    end = len(text) - last
    return text[:first] + re.sub(r"\w", _SIGN, text[first:end]) + text[end:]
