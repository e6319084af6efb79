"""A public dataset in a list, as the pages show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sluis.kernel.text import Said
from sluis.portal import wording
from sluis.release.types import PublicCard, SearchHit
from sluis.web import spoken
from sluis.web.markdown import to_text

_LENGTH = 220


@dataclass(frozen=True, slots=True)
class Card:
    """`title` and `text` in pieces: (text, whether it is a searched word)."""

    facts: PublicCard
    title: Said
    text: Said
    title_pieces: Sequence[tuple[str, bool]]
    text_pieces: Sequence[tuple[str, bool]]
    kind: tuple[str, str]
    formats: Sequence[str]


def of_cards(cards: Iterable[PublicCard]) -> list[Card]:
    return [_card(card, {}) for card in cards]


def of_hits(hits: Iterable[SearchHit]) -> list[Card]:
    return [_card(hit.card, {snippet.field: snippet.pieces for snippet in hit.why}) for hit in hits]


def _card(card: PublicCard, why: dict[str, Sequence[tuple[str, bool]]]) -> Card:
    title, text = spoken.of(card, "title"), spoken.of(card, "description")
    return Card(
        facts=card,
        title=title,
        text=text,
        title_pieces=why.get("title") or [(title, False)],
        text_pieces=why.get("description") or [(_short(to_text(text)), False)],
        kind=wording.KINDS[card.kind],
        formats=[wording.format_name(name) for name in card.formats],
    )


def _short(text: str) -> str:
    return text if len(text) <= _LENGTH else text[:_LENGTH].rsplit(" ", 1)[0] + " …"
