"""Triples to bytes: Turtle, RDF/XML, N-Triples and compact JSON-LD."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from sluis.register.dcat.context import LINKS, TYPED, context
from sluis.register.dcat.terms import PREFIXES

FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-triples": RdfFormat.N_TRIPLES,
}
JSON_LD = "application/ld+json"
MEDIA_TYPES = (*FORMATS, JSON_LD)
_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]
_BY_NAMESPACE = {address: prefix for prefix, address in PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands before, between and after the blocks of a document, and how to tell where one ends.

    No text can hold an `edge`: Turtle and N-Triples escape newlines, RDF/XML escapes angle brackets.
    """

    opening: bytes = b""
    between: bytes = b""
    closing: bytes = b""
    edge: re.Pattern[bytes] = re.compile(rb"(?<= \.\n)")


def serialise(triples: Iterable[Triple], media_type: str) -> bytes:
    """The document in one of `MEDIA_TYPES`; KeyError for another."""
    return joined(blocks(by_subject(triples), media_type), media_type)


def blocks(groups: Mapping[NamedNode, list[Triple]], media_type: str) -> list[bytes]:
    """The text of each subject (see `by_subject`); `joined` makes a document of any such texts."""
    if media_type == JSON_LD:
        return [_json(_node(subject.value, group)) for subject, group in groups.items()]
    frame = _frame(media_type)
    prefixes = PREFIXES if media_type != "application/n-triples" else None
    triples = [triple for group in groups.values() for triple in group]
    text = pyoxigraph.serialize(triples, format=FORMATS[media_type], prefixes=prefixes) or b""
    return [block for block in frame.edge.split(text[len(frame.opening) : len(text) - len(frame.closing)]) if block]


def joined(texts: Iterable[bytes], media_type: str) -> bytes:
    """One document of the blocks, each once."""
    frame = _frame(media_type)
    return frame.opening + frame.between.join(dict.fromkeys(texts)) + frame.closing


def by_subject(triples: Iterable[Triple]) -> dict[NamedNode, list[Triple]]:
    """The same triples, those of one subject together and once each, subjects in order of first mention."""
    groups = dict[NamedNode, dict[Triple, None]]()
    for triple in triples:
        groups.setdefault(triple.subject, {})[triple] = None  # type: ignore[arg-type] - we make no blank subjects
    return {subject: list(group) for subject, group in groups.items()}


@cache
def _frame(media_type: str) -> _Frame:
    """In RDF/XML and Turtle what the library writes around nothing, and before the first triple."""
    if media_type == JSON_LD:
        return _Frame(b'{"@context":' + _json(context()) + b',"@graph":[', b",", b"]}")
    if media_type == "application/rdf+xml":
        closing = b"\n</rdf:RDF>"
        nothing = pyoxigraph.serialize([], format=FORMATS[media_type], prefixes=PREFIXES) or b""
        return _Frame(nothing.removesuffix(closing), b"", closing, re.compile(rb"(?=\n\t<[^/])"))
    if media_type == "text/turtle":
        return _Frame("".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items()).encode())
    return _Frame()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _node(subject: str, triples: Iterable[Triple]) -> dict[str, Any]:
    """The node object of one subject."""
    item: dict[str, Any] = {"@id": subject}
    for _subject, predicate, value in triples:
        if predicate.value == _TYPE:
            _append(item, "@type", _short(value.value))  # type: ignore[union-attr]
        else:
            _append(item, _short(predicate.value), _value(predicate.value, value))
    return item


def _append(item: dict[str, Any], key: str, value: Any) -> None:
    if key not in item:
        item[key] = value
    elif isinstance(item[key], list):
        item[key].append(value)
    else:
        item[key] = [item[key], value]


def _value(predicate: str, value: Any) -> Any:
    if isinstance(value, NamedNode):
        return value.value if predicate in LINKS else {"@id": value.value}
    return _literal(predicate, value)


def _literal(predicate: str, value: Literal) -> Any:
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype.value == TYPED.get(predicate):
        return value.value
    if value.datatype.value == _XSD + "string":
        return {"@value": value.value} if predicate in LINKS or predicate in TYPED else value.value
    return {"@value": value.value, "@type": _short(value.datatype.value)}


_shortened = dict[str, str]()


def _short(uri: str) -> str:
    if uri not in _shortened:
        cut = max(uri.rfind("#"), uri.rfind("/")) + 1
        prefix = _BY_NAMESPACE.get(uri[:cut])
        _shortened[uri] = f"{prefix}:{uri[cut:]}" if prefix else uri
    return _shortened[uri]
