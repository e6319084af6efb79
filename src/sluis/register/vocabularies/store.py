"""The lists in the database: filled when the tables are made, read by forms and checks."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from sluis.kernel import clock
from sluis.register.models import Concept, Vocabulary
from sluis.register.types import ConceptRecord, VocabularyRecord
from sluis.register.vocabularies import shipped


def load_after_migrate(**_signal: Any) -> None:
    """Fill in what is missing after `migrate`; what a refresh wrote later stays."""
    load()


def load() -> None:
    """Bring the shipped lists in. A list in the database that is as recent or newer is left alone."""
    present = dict(Vocabulary.objects.values_list("name", "retrieved"))
    for name in shipped.names():
        item = shipped.read(name)
        if name not in present or present[name] < item.retrieved:
            put(item)


@transaction.atomic
def put(item: shipped.ShippedList) -> None:
    """Write one list: new words are added, known ones relabelled, vanished ones get a last day."""
    vocabulary, _made = Vocabulary.objects.update_or_create(
        name=item.name,
        defaults={
            "title": item.title,
            "source": item.source,
            "licence": item.licence,
            "retrieved": item.retrieved,
            "refresh_url": item.refresh,
            "base": item.base,
        },
    )
    rows = [
        Concept(
            vocabulary=vocabulary,
            uri=concept.uri,
            code=concept.code,
            label=concept.label,
            label_en=concept.label_en,
            broader=concept.broader,
            ends=concept.ends,
            position=position,
        )
        for position, concept in enumerate(item.concepts)
    ]
    Concept.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["vocabulary", "uri"],
        update_fields=["code", "label", "label_en", "broader", "ends", "position"],
    )
    gone = vocabulary.concepts.filter(ends=None).exclude(uri__in=[concept.uri for concept in item.concepts])
    gone.update(ends=item.retrieved)


def concepts(name: str, *, include_ended: bool = False) -> tuple[ConceptRecord, ...]:
    """Words of one list in their own order; () for a list that is not there."""
    rows = Concept.objects.filter(vocabulary=name).order_by("position", "uri")
    return tuple(_record(row) for row in (rows if include_ended else rows.filter(_in_use(clock.today()))))


def vocabularies() -> tuple[VocabularyRecord, ...]:
    rows = Vocabulary.objects.annotate(concept_count=Count("concepts"))
    return tuple(
        VocabularyRecord(
            name=row.name,
            title=row.title,
            source=row.source,
            licence=row.licence,
            retrieved=row.retrieved,
            concepts=row.concept_count,
        )
        for row in rows
    )


def resolve(names: tuple[str, ...], word: str) -> str | None:
    """Address of a word that may be chosen today, given by address or by code; None when no list has it."""
    match = Concept.objects.filter(Q(uri=word) | Q(code=word), _in_use(clock.today()), vocabulary__in=names)
    return match.values_list("uri", flat=True).first()


def label(uri: str, language: str = "nl") -> str:
    """Label of a word in any list, also one that has ended; the address itself when no list knows it."""
    return labels((uri,), language).get(uri, uri)


def labels(uris: Iterable[str], language: str = "nl") -> dict[str, str]:
    """Labels of those words that some list knows; one query."""
    rows = Concept.objects.filter(uri__in=set(uris)).values_list("uri", "label", "label_en")
    return {uri: (english if language == "en" else "") or dutch for uri, dutch, english in rows}


def _in_use(day: date) -> Q:
    return Q(ends=None) | Q(ends__gte=day)


def _record(row: Concept) -> ConceptRecord:
    return ConceptRecord(
        uri=row.uri, code=row.code, label=row.label, label_en=row.label_en, broader=row.broader, ends=row.ends
    )
