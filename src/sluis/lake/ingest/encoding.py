"""Which characters the bytes mean, found out over the whole file, and a UTF-8 copy when that is needed."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.ingest.caps import MAX_LINE_BYTES

_CHUNK = MAX_LINE_BYTES
_END, _QUOTE = b'\n"'
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Ã, Â or â€ and the like, followed by what is left of the character: `FryslÃ¢n` was `Fryslân`.
_TWICE = re.compile(
    rb"\xc3[\x82\x83\x85](?:\xc2[\x80-\xbf]|\xc5[\x93\xa1\xb8\xbe]|\xe2\x80[\x93-\xba])"
    rb"|\xc3\xa2\xe2(?:\x82\xac|\x80\x9a\xc2\xac)"
)


@dataclass(frozen=True, slots=True)
class Scan:
    """`rows` counts line ends outside quotes (plus a last line without one); `lines` counts all of them.

    `garbled` counts characters that were encoded twice, the first on `garbled_line`.
    """

    encoding: str
    nuls: int
    bad_bytes: int
    lines: int
    rows: int
    quotes_open: bool
    carriage_only: bool
    garbled: int = 0
    garbled_line: int = 0


def scan(path: Path, forced: str = "") -> Scan:
    """Read every byte once. Raises Invalid when this cannot be a text of lines."""
    with path.open("rb") as stream:
        head = stream.read(65536)
    encoding = forced or _by_head(head)
    has_bom = any(head.startswith(bom) for bom, _ in _BOMS)
    count = _Count(wide=encoding.startswith("utf-16"))
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            count.add(chunk)
    count.finish()
    if not encoding:
        encoding = _by_count(count, has_bom)
    lines = count.lines + (0 if count.last == b"\n" else 1)
    rows = count.rows + (0 if count.last == b"\n" else 1)
    return Scan(
        encoding=encoding,
        nuls=0 if count.wide else count.nuls,
        bad_bytes=count.bad if encoding.startswith("utf-8") else 0,
        lines=lines,
        rows=rows,
        quotes_open=bool(count.parity),
        carriage_only=count.lines == 0 and count.returns > 0,
        garbled=count.garbled if encoding.startswith("utf-8") else 0,
        garbled_line=count.garbled_line,
    )


def _by_head(head: bytes) -> str:
    for bom, name in _BOMS[1:]:
        if head.startswith(bom):
            return name
    sample = head[: len(head) // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) >= 4 and max(even, odd) > len(sample) // 5:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _by_count(count: "_Count", has_bom: bool) -> str:
    """UTF-8 unless the wrong bytes are too many to be accidents: then it was Windows-1252 all along."""
    if count.bad and count.bad * 50 > count.good:
        return "cp1252"
    return "utf-8-sig" if has_bom else "utf-8"


class _Count:
    """Counts over chunks: NULs, UTF-8 faults, line ends in and outside quotes."""

    def __init__(self, *, wide: bool) -> None:
        self.wide = wide
        self.nuls = self.good = self.bad = self.lines = self.rows = self.parity = self.returns = 0
        self.garbled = self.garbled_line = 0
        self.last = b""
        self._rest = b""

    def add(self, chunk: bytes) -> None:
        # Looking whether a byte is there is ten times as cheap as counting it, and NumPy counts what is there often.
        ends = int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _END))
        self.nuls += chunk.count(b"\0") if b"\0" in chunk else 0
        if not ends:
            self.returns += chunk.count(b"\r")
            if len(chunk) == _CHUNK and b"\r" not in chunk:
                raise Invalid(
                    "csv.line-too-long",
                    N_("Het bestand heeft een regel van meer dan {limit} MB; dat is geen tabel."),
                    way_out=N_("Controleer of het een tekstbestand met regels is."),
                    limit=_CHUNK // 1024 // 1024,
                )
        if not self.wide and not (chunk.isascii() and not self._rest):
            self._utf8(chunk)
            self._twice(chunk)
        self.lines += ends
        self.rows += self._outside(chunk, ends)
        self.last = chunk[-1:]

    def _twice(self, chunk: bytes) -> None:
        """Characters that were turned into UTF-8 twice: two bytes of one character, each written as a character."""
        for found in _TWICE.finditer(chunk):
            self.garbled += 1
            self.garbled_line = self.garbled_line or self.lines + chunk.count(b"\n", 0, found.start()) + 1

    def _utf8(self, chunk: bytes) -> None:
        data = self._rest + chunk
        self._rest = b""
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
            self._rest = data[used:]
            self.good += len(data) - len(text)
        except UnicodeDecodeError:
            wrong = data.decode("utf-8", "replace").count("\ufffd")
            high = len(data) - len(data.decode("ascii", "ignore"))
            self.bad += wrong
            self.good += max(0, high - wrong) // 2

    def finish(self) -> None:
        """The file ends: a character that was still waiting for its last bytes is a wrong one."""
        self.bad += bool(self._rest)
        self._rest = b""

    def _outside(self, chunk: bytes, ends: int) -> int:
        if b'"' not in chunk:
            return 0 if self.parity else ends
        data = np.frombuffer(chunk, dtype=np.uint8)
        quotes = np.flatnonzero(data == _QUOTE)
        before = np.searchsorted(quotes, np.flatnonzero(data == _END))
        outside = int(np.count_nonzero((before + self.parity) % 2 == 0))
        self.parity = (self.parity + len(quotes)) % 2
        return outside


def to_utf8(path: Path, found: Scan, target: Path) -> int:
    """Write a UTF-8 copy without byte order mark, NULs as spaces and lines that end in LF when
    they ended in CR alone; returns how many characters could not be read."""
    decoder = codecs.getincrementaldecoder(found.encoding)("replace")
    unreadable, first = 0, True
    with path.open("rb") as stream, target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            unreadable += text.count("\ufffd")
            text = (text.removeprefix("\ufeff") if first else text).replace("\0", " ")
            out.write((text.replace("\r", "\n") if found.carriage_only else text).encode("utf-8", "replace"))
            first = False
        out.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
    return unreadable
