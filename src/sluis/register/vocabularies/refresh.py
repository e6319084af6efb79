"""Asks the publishers of the lists what changed, and says what that was. A bad answer changes nothing."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sluis.foundation import sandbox
from sluis.foundation.service import require, writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Invalid, NotFound, SluisError
from sluis.kernel.text import N_
from sluis.register.models import Concept
from sluis.register.types import ConceptRecord, VocabularyDifference
from sluis.register.vocabularies import shipped, store

if TYPE_CHECKING:  # its HTTP client takes long to load, and hardly any process fetches something
    from sluis.foundation import egress

_ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/json;q=0.7"
_MOST_BYTES = 30_000_000
_LEAST_SHARE = 0.5


def refresh_vocabularies(
    *, by: Actor, names: tuple[str, ...] | None = None, policy: "egress.EgressPolicy | None" = None
) -> list[VocabularyDifference]:
    """Refresh these lists (all that have an official address when None) and report the differences per list.

    A list that cannot be fetched or read keeps its old content; its difference carries the `problem`.
    Raises NotSignedIn or NotAllowed without `platform.operate`, NotFound for a list Sluis does not know.
    """
    by = require(by, "platform.operate")
    for name in names or ():
        if name not in shipped.names():
            raise NotFound("vocabulary.unknown", N_("Er is geen waardelijst {name}."), name=name)
    wanted = names or tuple(name for name in shipped.names() if shipped.read(name).refresh)
    return [_refresh(by, shipped.read(name), policy) for name in wanted]


def _refresh(by: Actor, item: shipped.ShippedList, policy: "egress.EgressPolicy | None") -> VocabularyDifference:
    if not item.refresh:
        return VocabularyDifference(item.name, problem=N_("Deze lijst heeft geen adres om hem te verversen."))
    try:
        fresh = _words(item, policy)
    except SluisError as error:
        return VocabularyDifference(item.name, problem=str(error))
    before = {row.uri: row for row in Concept.objects.filter(vocabulary=item.name)}
    merged = _merge(item, before, fresh)
    difference = _difference(item.name, before, merged)
    with writing(by=by, action="register.vocabulary.refreshed", subject=("vocabulary", item.name)) as w:
        store.put(replace(item, retrieved=clock.today(), concepts=tuple(merged)))
        w.note(added=len(difference.added), ended=len(difference.ended), relabelled=len(difference.relabelled))
    return difference


def _words(item: shipped.ShippedList, policy: "egress.EgressPolicy | None") -> dict[str, dict[str, str]]:
    """The words as the publisher gives them now, read in the sandbox."""
    from sluis.foundation import egress

    reply = egress.get(
        item.refresh,
        purpose="vocabulary",
        allow=[urlsplit(item.refresh).netloc],
        max_bytes=_MOST_BYTES,
        timeout=60.0,
        headers={"accept": _ACCEPT},
        policy=policy,
    )
    if reply.status != 200:
        raise Invalid(
            "vocabulary.no-answer",
            N_("{url} geeft de lijst niet (antwoord {status}). De oude lijst blijft in gebruik."),
            url=item.refresh[:120],
            status=reply.status,
        )
    with TemporaryDirectory(prefix="sluis-list-") as folder:
        path = Path(folder) / "list"
        path.write_bytes(reply.body)
        request = {"path": str(path), "media_type": reply.headers.get("content-type", ""), "base": item.base}
        read = sandbox.run("sluis.register.vocabularies.convert:read_list", request, reads=[path], writes=None)
    words: dict[str, dict[str, str]] = read["words"]
    known = sum(concept.uri in words for concept in item.concepts)
    if known < _LEAST_SHARE * len(item.concepts):
        raise Invalid(
            "vocabulary.too-different",
            N_("Het antwoord kent maar {known} van de {all} woorden. De oude lijst blijft in gebruik."),
            known=known,
            all=len(item.concepts),
        )
    return words


def _merge(
    item: shipped.ShippedList, before: dict[str, Concept], fresh: dict[str, dict[str, str]]
) -> list[ConceptRecord]:
    """Our words in our order with fresh labels, then new ones; a word that is gone ends today."""
    kept = [_updated(row, fresh.get(uri), item) for uri, row in before.items()]
    new = sorted(set(fresh) - set(before)) if item.whole else []
    return kept + [_new(uri, fresh[uri], item.base) for uri in new]


def _updated(row: Concept, word: dict[str, str] | None, item: shipped.ShippedList) -> ConceptRecord:
    ends = row.ends
    if word is None:
        ends = ends or (clock.today() if item.whole else None)
        word = {}
    return ConceptRecord(
        uri=row.uri,
        code=row.code,
        label=word.get("nl") or row.label,
        label_en=word.get("en") or row.label_en,
        broader=row.broader,
        ends=_day(word.get("ends")) or ends,
    )


def _new(uri: str, word: dict[str, str], base: str) -> ConceptRecord:
    english = word.get("en", "")
    return ConceptRecord(uri, uri.removeprefix(base), word.get("nl") or english, english, "", _day(word.get("ends")))


def _difference(name: str, before: dict[str, Concept], merged: list[ConceptRecord]) -> VocabularyDifference:
    def changed(test: Any) -> tuple[str, ...]:
        return tuple(new.uri for new in merged if new.uri in before and test(before[new.uri], new))

    return VocabularyDifference(
        name,
        added=tuple(new.uri for new in merged if new.uri not in before),
        ended=changed(lambda old, new: old.ends is None and new.ends is not None),
        relabelled=changed(lambda old, new: (old.label, old.label_en) != (new.label, new.label_en)),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
