"""Collects the triples of one document; things that many datasets share are described once."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from sluis.register import licences
from sluis.register.dcat.terms import node, term
from sluis.register.vocabularies import shipped

_A = term("rdf:type")
_DATE, _MOMENT = term("xsd:date"), term("xsd:dateTime")


class Sheet:
    """Triples in order of subject as far as the caller keeps to it; `described` holds shared things already told."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []
        self._described = set[tuple[str, str]]()

    def add(self, subject: NamedNode, predicate: str, value: NamedNode | Literal) -> None:
        self.triples.append(Triple(subject, term(predicate), value))

    def a(self, subject: NamedNode, *classes: str) -> None:
        for name in classes:
            self.triples.append(Triple(subject, _A, term(name)))

    def text(self, subject: NamedNode, predicate: str, dutch: str, english: str = "") -> None:
        """A Dutch literal and, when there is one, an English one."""
        if dutch:
            self.add(subject, predicate, Literal(dutch, language="nl"))
        if english:
            self.add(subject, predicate, Literal(english, language="en"))

    def texts(self, subject: NamedNode, predicate: str, dutch: Iterable[str], english: Iterable[str] = ()) -> None:
        for word in dutch:
            self.text(subject, predicate, word)
        for word in english:
            self.text(subject, predicate, "", word)

    def plain(self, subject: NamedNode, predicate: str, value: str) -> None:
        if value:
            self.add(subject, predicate, Literal(value))

    def typed(self, subject: NamedNode, predicate: str, value: str, datatype: str) -> None:
        if value:
            self.add(subject, predicate, Literal(value, datatype=term(datatype)))

    def moment(self, subject: NamedNode, predicate: str, value: str) -> None:
        """A date or a moment in ISO 8601."""
        if value:
            self.add(subject, predicate, Literal(value, datatype=_DATE if len(value) == 10 else _MOMENT))

    def link(self, subject: NamedNode, predicate: str, uri: str, *classes: str) -> None:
        """A link to something; its classes are told once in the document."""
        if uri:
            self.add(subject, predicate, self.thing(uri, *classes))

    def links(self, subject: NamedNode, predicate: str, uris: Iterable[str], *classes: str) -> None:
        for uri in uris:
            self.link(subject, predicate, uri, *classes)

    def concept(self, subject: NamedNode, predicate: str, uri: str, *classes: str) -> None:
        """A link to a word of a controlled list, with its labels and list, so that the document stands on its own.

        The HVD usage notes test `skos:inScheme`; the classes make the range checks of the official shapes pass.
        """
        if uri:
            self.link(subject, predicate, uri, "skos:Concept", *classes)
            self._label(uri)

    def concepts(self, subject: NamedNode, predicate: str, uris: Iterable[str], *classes: str) -> None:
        for uri in uris:
            self.concept(subject, predicate, uri, *classes)

    def licence(self, subject: NamedNode, uri: str) -> None:
        """A licence, with the address of its own text (HVD asks how a licence relates to the known ones)."""
        self.link(subject, "dct:license", uri, "dct:LicenseDocument")
        if uri and licences.page(uri) != uri and self.first(uri, "licence"):
            self.link(node(uri), "skos:exactMatch", licences.page(uri))

    def thing(self, uri: str, *classes: str) -> NamedNode:
        found = node(uri)
        for name in classes:
            if self.first(uri, name):
                self.a(found, name)
        return found

    def first(self, uri: str, what: str) -> bool:
        """True the first time this is asked about this thing."""
        key = (uri, what)
        if key in self._described:
            return False
        self._described.add(key)
        return True

    def _label(self, uri: str) -> None:
        if not self.first(uri, "label"):
            return
        dutch, english, scheme = shipped.label(uri), shipped.label(uri, "en"), shipped.scheme(uri)
        name = uri.rstrip("/").rsplit("/", 1)[-1] if dutch == uri else dutch
        self.text(node(uri), "skos:prefLabel", name, "" if english in (uri, name) else english)
        self.link(node(uri), "skos:inScheme", scheme)
