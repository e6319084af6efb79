"""The one door for XML of unknown origin: no DOCTYPE, so no entities; size and depth are capped.

Django-free. A DOCTYPE may only stand before the first element, so the prolog is read on its own first, in slices too
small to hold an entity bomb; what follows can then go to the fast parser.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

_SLICE = 256
_CHUNK = 65_536
_MB = 1024 * 1024

Source = Path | bytes | BinaryIO


@dataclass(frozen=True, slots=True)
class XmlCaps:
    """Ceilings: bytes of the document, levels of nesting, bytes before the first element."""

    total_bytes: int = 100 * _MB
    depth: int = 200
    prolog_bytes: int = 65_536


def parse(source: Source, *, file: str = "", caps: XmlCaps | None = None) -> ET.Element:
    """The root element of a whole document. Raises Invalid, naming `file` and the line."""
    root: ET.Element | None = None
    for _, element in iterparse(source, file=file, caps=caps, events=("start",)):
        root = element if root is None else root
    if root is None:
        raise _broken(file, 1)
    return root


def iterparse(
    source: Source, *, file: str = "", caps: XmlCaps | None = None, events: tuple[str, ...] = ("end",)
) -> Iterator[tuple[str, ET.Element]]:
    """Yield ("start"|"end", element) as the document streams by; clear elements you are done with.

    Raises Invalid, naming `file`, on a DOCTYPE, on broken XML, and over a cap.
    """
    caps = caps or XmlCaps()
    with _opened(source) as stream:
        name = file or getattr(stream, "name", "") or "XML"
        yield from _elements(stream, Path(str(name)).name, caps, events)


def refuse_doctype(source: Source, *, file: str = "XML", caps: XmlCaps | None = None) -> None:
    """Read only the prolog; raises Invalid on a DOCTYPE. For parsers that are not ours (RDF/XML, GML)."""
    with _opened(source) as stream:
        _read_prolog(stream, file, caps or XmlCaps())


@contextmanager
def _opened(source: Source) -> Generator[BinaryIO, None, None]:
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        yield source


def _elements(stream: BinaryIO, file: str, caps: XmlCaps, events: tuple[str, ...]) -> Iterator[tuple[str, ET.Element]]:
    chunk = _read_prolog(stream, file, caps)
    parser: ET.XMLPullParser[Any] = ET.XMLPullParser(events=("start", "end"))
    size = depth = 0
    while True:
        size += len(chunk)
        if size > caps.total_bytes:
            raise _too_big(file, caps)
        for event, element in _feed(parser, chunk, file):
            depth += 1 if event == "start" else -1
            if depth > caps.depth:
                raise _too_deep(file, caps)
            if event in events:
                yield event, element
        if not chunk:
            return
        chunk = stream.read(_CHUNK)


def _feed(parser: "ET.XMLPullParser[Any]", chunk: bytes, file: str) -> list[Any]:
    try:
        if chunk:
            parser.feed(chunk)
        else:
            parser.close()
        return list(parser.read_events())
    except ET.ParseError as error:
        raise _broken(file, error.position[0]) from error


class _RootReached(Exception):
    pass


def _read_prolog(stream: BinaryIO, file: str, caps: XmlCaps) -> bytes:
    """All bytes up to and into the first element, which hold no DOCTYPE."""
    parser = expat.ParserCreate()

    def at_doctype(*_: object) -> None:
        raise _doctype(file)

    def at_root(*_: object) -> None:
        raise _RootReached

    parser.StartDoctypeDeclHandler = at_doctype
    parser.StartElementHandler = at_root
    # Otherwise a long unfinished token is only looked at when more arrives.
    parser.SetReparseDeferralEnabled(False)
    seen = bytearray()
    try:
        while slice_ := stream.read(_SLICE):
            seen += slice_
            if len(seen) > caps.prolog_bytes:
                raise _too_big(file, caps)
            parser.Parse(slice_, False)
        parser.Parse(b"", True)
    except _RootReached:
        pass
    except expat.ExpatError as error:
        raise _broken(file, error.lineno) from error
    return bytes(seen)


def _doctype(file: str) -> Invalid:
    return Invalid(
        "xml.doctype",
        N_("{file} bevat een DOCTYPE. Daarmee kan een bestand andere bestanden binnenhalen; dat lezen we niet."),
        way_out=N_("Verwijder de regel die begint met <!DOCTYPE en lever het bestand opnieuw aan."),
        file=file,
    )


def _broken(file: str, line: int) -> Invalid:
    return Invalid(
        "xml.broken",
        N_("{file} is geen geldig XML-bestand: fout op regel {line}."),
        way_out=N_("Herstel de fout of sla het bestand opnieuw op."),
        file=file,
        line=line,
    )


def _too_big(file: str, caps: XmlCaps) -> Invalid:
    return Invalid(
        "xml.too-big",
        N_("{file} is te groot om als XML te lezen (meer dan {limit} MB)."),
        way_out=N_("Splits het bestand in kleinere delen."),
        file=file,
        limit=caps.total_bytes // _MB,
    )


def _too_deep(file: str, caps: XmlCaps) -> Invalid:
    return Invalid(
        "xml.too-deep",
        N_("{file} is dieper genest dan {limit} niveaus."),
        way_out=N_("Maak de structuur vlakker en lever het bestand opnieuw aan."),
        file=file,
        limit=caps.depth,
    )
