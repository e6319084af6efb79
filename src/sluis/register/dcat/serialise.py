"""Triples to bytes: Turtle, RDF/XML, N-Triples and compact JSON-LD."""

import json
from collections.abc import Iterable
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


def serialise(triples: Iterable[Triple], media_type: str) -> bytes:
    """The document in one of `MEDIA_TYPES`; KeyError for another."""
    ordered = by_subject(triples)
    if media_type == JSON_LD:
        return json.dumps(json_ld(ordered), ensure_ascii=False, separators=(",", ":")).encode()
    prefixes = PREFIXES if media_type != "application/n-triples" else None
    return pyoxigraph.serialize(ordered, format=FORMATS[media_type], prefixes=prefixes) or b""


def by_subject(triples: Iterable[Triple]) -> list[Triple]:
    """The same triples, those of one subject together and once each, subjects in order of first mention."""
    groups = dict[NamedNode, dict[Triple, None]]()
    for triple in triples:
        groups.setdefault(triple.subject, {})[triple] = None  # type: ignore[arg-type] - we make no blank subjects
    return [triple for group in groups.values() for triple in group]


def json_ld(ordered: Iterable[Triple]) -> dict[str, Any]:
    """A JSON-LD document with our context inside and one node object per subject."""
    nodes = dict[str, dict[str, Any]]()
    for subject, predicate, value in ordered:
        item = nodes.setdefault(subject.value, {"@id": subject.value})  # type: ignore[union-attr]
        if predicate.value == _TYPE:
            _append(item, "@type", _short(value.value))  # type: ignore[union-attr]
        else:
            _append(item, _short(predicate.value), _value(predicate.value, value))
    return {"@context": context(), "@graph": list(nodes.values())}


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
