"""Takes out of a log line what is nobody's business: secrets, and what points at a person."""

import re
from collections.abc import Callable

GONE = "[...]"
_NAMED = "authorization|cookie|api[_-]?key|access_?key|secret|passw(?:or)?d|pwd|wachtwoord|token|session|sleutel"


def _bsn(digits: str) -> bool:
    """The eleven-test of the citizen service number: one in eleven numbers passes by chance, and is masked too."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0 and digits != "000000000"


def _iban(text: str) -> bool:
    turned = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _when(test: Callable[[str], bool]) -> Callable[["re.Match[str]"], str]:
    """Mask what passes the test, with its separators taken out."""
    return lambda found: GONE if test(re.sub(r"[ .-]", "", found[0]).upper()) else found[0]


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=://)[^/\s@]+@"), f"{GONE}@"),
    (re.compile(r"(?<=[\w/])\?[\w.%~\[\]-]+=[^\s\"'<>)]*"), f"?{GONE}"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {GONE}"),
    (
        re.compile(rf"((?:{_NAMED})\w{{0,20}}[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;)}}]+)", re.IGNORECASE),
        rf"\1{GONE}",
    ),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), GONE),
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), GONE),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), _when(_iban)),
    (re.compile(r"(?<![\w-])\d{4}[ .]?\d{2}[ .]?\d{3}(?![\w-])"), _when(_bsn)),
    (re.compile(r"(?<![\w.-])\d{3}[ .-]\d{3}[ .-]\d{3}(?![\w-])"), _when(_bsn)),
    (re.compile(r"(?<![\w.-])(?:\+|00)\d{2}[ -]?(?:\(0\))?(?:[ -]?\d){8,10}(?![\w-])"), GONE),
    (re.compile(r"(?<![\w.-])0[1-9](?:[ -]?\d){8}(?![\w-])"), GONE),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redacted(text: str) -> str:
    """The text without secrets, query strings, e-mail addresses, telephone numbers, BSN and IBAN."""
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def on_one_line(text: str) -> str:
    """Line breaks and other signs that steer a terminal are written out: nobody starts a log line of their own."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
