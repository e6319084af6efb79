"""Text in a box: how wide words are and where lines break. Widths are those of the shipped typeface, Source Sans 3."""

_NARROW, _WIDE = frozenset("fijltrI.,:;'|!()[]/ "), frozenset("mwMW@%…—")


def width(text: str, size: float) -> float:
    """About how many pixels `text` takes at `size` pixels; a bit too much rather than too little."""
    return size * sum(0.3 if c in _NARROW else 0.86 if c in _WIDE else 0.62 if c.isupper() else 0.53 for c in text)


def wrapped(text: str, *, room: float, size: float, lines: int) -> list[str]:
    """At most `lines` lines no wider than `room`; what does not fit ends in an ellipsis."""
    found: list[str] = []
    for word in text.split():
        if found and width(f"{found[-1]} {word}", size) <= room:
            found[-1] += f" {word}"
        else:
            found += _pieces(word, room, size)
    if len(found) > lines:
        found = found[: max(lines, 1)]
        found[-1] = _cut(found[-1], room, size)
    return found


def _pieces(word: str, room: float, size: float) -> list[str]:
    """A word wider than the room breaks with a hyphen."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter + "-", size) > room and width(word, size) > room:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(line: str, room: float, size: float) -> str:
    while line and width(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip(" -") + "…"
