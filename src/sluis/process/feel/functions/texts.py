"""Functions on texts (DMN 1.5, 10.3.4.3), and from and to text (10.3.4.1).

Patterns are run by RE2, which takes time in proportion to the text, whatever the pattern; what RE2 does not know
(references back to a group) is null.
"""

import re
from decimal import Decimal
from typing import Any

from sluis.process.feel.faults import Budget
from sluis.process.feel.functions.declaring import feel, whole
from sluis.process.feel.writing import to_text

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LONGEST_PATTERN = 1_000


@feel("string", "from: any")
def _string(budget: Budget, value: Any) -> str | None:
    return None if value is None else to_text(value, budget)


@feel("number", "from: s", "from: s, grouping separator?: s, decimal separator?: s")
def _number(budget: Budget, text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    if grouping not in (None, " ", ",", ".") or point not in (None, ".", ",") or (grouping and grouping == point):
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point:
        text = text.replace(point, ".")
    from sluis.process.feel.values import from_python

    return from_python(Decimal(text)) if len(text) < 1_000 and _NUMBER.fullmatch(text) else None


@feel("substring", "string: s, start position: n", "string: s, start position: n, length?: n")
def _substring(budget: Budget, text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    place = whole(start)
    if not place or abs(place) > len(text):
        return None
    begin = place - 1 if place > 0 else len(text) + place
    if length is None:
        return text[begin:]
    size = int(length)
    return text[begin : begin + size] if size > 0 else None


@feel("string length", "string: s")
def _string_length(budget: Budget, text: str) -> Decimal:
    return Decimal(len(text))


@feel("upper case", "string: s")
def _upper(budget: Budget, text: str) -> str:
    return text.upper()


@feel("lower case", "string: s")
def _lower(budget: Budget, text: str) -> str:
    return text.lower()


@feel("substring before", "string: s, match: s")
def _before(budget: Budget, text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@feel("substring after", "string: s, match: s")
def _after(budget: Budget, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@feel("contains", "string: s, match: s")
def _contains(budget: Budget, text: str, match: str) -> bool:
    return match in text


@feel("starts with", "string: s, match: s")
def _starts(budget: Budget, text: str, match: str) -> bool:
    return text.startswith(match)


@feel("ends with", "string: s, match: s")
def _ends(budget: Budget, text: str, match: str) -> bool:
    return text.endswith(match)


@feel("string join", "list: l", "list: l, delimiter?: s")
def _join(budget: Budget, items: list[Any], delimiter: str | None = None) -> str | None:
    if not all(item is None or isinstance(item, str) for item in items):
        return None
    parts = [item for item in items if item is not None]
    budget.text(sum(map(len, parts)) + len(delimiter or "") * len(parts))
    return (delimiter or "").join(parts)


# --- patterns ---------------------------------------------------------------------------------------------------------


@feel("matches", "input: s, pattern: s", "input: s, pattern: s, flags?: s")
def _matches(budget: Budget, text: str, pattern: str, flags: str | None = None) -> bool:
    compute, expression = _pattern(budget, text, pattern, flags)
    return compute.match_substring_regex(_boxed(text), expression).as_py()


@feel("replace", "input: s, pattern: s, replacement: s", "input: s, pattern: s, replacement: s, flags?: s")
def _replace(budget: Budget, text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    compute, expression = _pattern(budget, text, pattern, flags)
    if compute.match_substring_regex(_boxed(""), expression).as_py():
        return None  # XPath refuses a pattern that matches nothing at all
    budget.text(len(text) + (len(replacement) + 10) * (len(text) + 1) if len(text) < 1_000 else len(text) * 10)
    made = compute.replace_substring_regex(_boxed(text), expression, _rewritten(replacement)).as_py()
    budget.text(len(made))
    return made


@feel("split", "string: s, delimiter: s")
def _split(budget: Budget, text: str, delimiter: str) -> list[str]:
    compute, expression = _pattern(budget, text, delimiter, None)
    parts = compute.split_pattern_regex(_boxed(text), expression).as_py()
    budget.spend(len(parts))
    return parts


def _boxed(text: str) -> Any:
    import pyarrow

    return pyarrow.scalar(text)


def _pattern(budget: Budget, text: str, pattern: str, flags: str | None) -> tuple[Any, str]:
    """RE2 by way of Arrow, and the pattern with its flags (XPath 3.1: s, m, i, x). Raises ValueError, so: null."""
    import pyarrow.compute

    flags = flags or ""
    if len(pattern) > _LONGEST_PATTERN or set(flags) - set("smix"):
        raise ValueError(pattern)
    budget.spend(1 + len(text) // 8)
    if "x" in flags:
        pattern = _without_space(pattern)
    kept = "".join(sorted(set(flags) - {"x"}))
    return pyarrow.compute, (f"(?{kept})" if kept else "") + pattern


def _without_space(pattern: str) -> str:
    """Without white space outside a class of characters (XPath 3.1, 5.6.2)."""
    kept: list[str] = []
    inside = escaped = False
    for character in pattern:
        if not character.isspace() or inside or escaped:
            kept.append(character)
        inside = inside if escaped else (character == "[" or (inside and character != "]"))
        escaped = character == "\\" and not escaped
    return "".join(kept)


def _rewritten(replacement: str) -> str:
    """`$1` of XPath as `\\1` of RE2; raises ValueError, so: null, on a lone `$` or backslash."""

    def one(found: re.Match[str]) -> str:
        sign = found[0]
        if sign[0] == "$" and len(sign) == 2:
            return "\\" + sign[1]
        if sign in ("\\\\", "\\$"):
            return "\\\\" if sign == "\\\\" else "$"
        raise ValueError(replacement)

    return re.sub(r"\$[0-9]?|\\.?", one, replacement)
