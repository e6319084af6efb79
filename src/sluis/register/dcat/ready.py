"""Texts that are ready: what a page of the feed says about one dataset, made when the dataset changes.

Making the triples of a page takes a hundred times as long as joining texts. A text holds `ADDRESS` where the address of
the installation belongs (ADR 8); `page` puts it in. Texts are valid as long as `version` stays what it was.
"""

import zlib
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyoxigraph
from pyoxigraph import Triple

from sluis.register import licences
from sluis.register.dcat.catalogue import dataset_triples
from sluis.register.dcat.serialise import blocks, by_subject, joined
from sluis.register.public import PublicRecord
from sluis.register.vocabularies import shipped

ADDRESS = "https://address.invalid"
"""Stands for the address of the installation; no such host can exist (RFC 6761, 6.4)."""

_SEPARATOR = b"\x1e"  # "record separator": escaped in JSON and Turtle, not allowed in XML
_LEVEL = 3


def texts(record: PublicRecord, media_types: Iterable[str]) -> dict[str, bytes]:
    """Media type → compressed text of one dataset, whose own addresses begin with `ADDRESS`."""
    groups = by_subject(dataset_triples(record))
    return {form: zlib.compress(_SEPARATOR.join(blocks(groups, form)), _LEVEL) for form in media_types}


def page(head: Iterable[Triple], ready: Iterable[bytes], media_type: str, address: str) -> bytes:
    """A document of `head` and the texts of datasets. What several of them describe in the same words stands once."""
    found = blocks(by_subject(head), media_type)
    for text in ready:
        found += zlib.decompress(text).replace(ADDRESS.encode(), address.encode()).split(_SEPARATOR)
    return joined(found, media_type)


@cache
def version() -> str:
    """Another one when the mapping, the words of the lists or the library became another."""
    files = [*Path(__file__).parent.glob("*.py"), Path(licences.__file__), *shipped.files()]
    said = sha256(pyoxigraph.__version__.encode())
    for path in sorted(files):
        said.update(path.read_bytes())
    return said.hexdigest()
