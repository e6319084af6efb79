"""Reads a controlled list in RDF, as its publisher gives it. Runs in the sandbox: no Django here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

_LABELS = {
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
    "https://identifier.overheid.nl/tooi/def/ont/voorkeursnaamInclSoort",
}
_ENDS = {
    "http://publications.europa.eu/ontology/euvoc#endDate",
    "https://identifier.overheid.nl/tooi/def/ont/einddatum",
}
MOST_WORDS = 50_000


def read_list(request: dict[str, Any], progress: Callable[[float, str], None]) -> dict[str, Any]:
    """`{"path", "media_type", "base"}` → `{"words": {uri: {"nl", "en", "ends"}}}`.

    Only words whose address starts with `base`.
    Raises Invalid `vocabulary.unreadable` when this is no RDF or holds no such word.
    """
    words = dict[str, dict[str, str]]()
    try:
        for triple in parse(path=request["path"], format=_format(request), base_iri=request["base"]):
            _take(words, triple, request["base"])
    except (SyntaxError, ValueError, OSError) as error:
        raise _unreadable() from error
    words = {uri: word for uri, word in words.items() if word.get("nl") or word.get("en")}
    if not words or len(words) > MOST_WORDS:
        raise _unreadable()
    progress(1.0, "")
    return {"words": words}


def _take(words: dict[str, dict[str, str]], triple: Any, base: str) -> None:
    subject, predicate, value = triple.subject, triple.predicate.value, triple.object
    if not isinstance(subject, NamedNode) or not subject.value.startswith(base) or not isinstance(value, Literal):
        return
    word = words.setdefault(subject.value, {})
    if predicate in _LABELS and (value.language or "nl") in ("nl", "en"):
        word[value.language or "nl"] = value.value.strip()[:500]
    elif predicate in _ENDS:
        word["ends"] = value.value[:10]


def _format(request: dict[str, Any]) -> RdfFormat:
    media_type = request["media_type"].split(";")[0].strip()
    if media_type in ("application/json", ""):
        return RdfFormat.JSON_LD
    found = RdfFormat.from_media_type(media_type) or RdfFormat.from_extension(Path(request["path"]).suffix[1:])
    if found is None:
        raise _unreadable()
    return found


def _unreadable() -> Invalid:
    return Invalid(
        "vocabulary.unreadable",
        N_("Het antwoord is geen waardelijst in RDF."),
        way_out=N_("De oude lijst blijft in gebruik. Probeer het later opnieuw."),
    )
