"""Why a dataset was found: the searched words in its title or description."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sluis.release.search import text
from sluis.release.types import PublicCard, Snippet

LENGTH = 40  # pieces around the first match: words and what stands between them

_LONG_ENOUGH = 3  # letters, to be the start of another word


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What marks a word: how it starts, or its stem in a language."""

    starts: tuple[str, ...]
    stems: tuple[tuple[str, frozenset[str]], ...]


def why(card: PublicCard, words: Sequence[str], language: str) -> tuple[Snippet, ...]:
    """Title and a piece of the description with the matching words marked; () when nothing was asked."""
    if not words:
        return ()
    wanted = _wanted(tuple(words))
    title, description = card.title, card.description
    if language == "en":
        title, description = card.title_en or title, card.description_en or description
    found = (_snippet("title", title, wanted, whole=True), _snippet("description", description, wanted, whole=False))
    return tuple(snippet for snippet in found if any(matched for _text, matched in snippet.pieces))


def _snippet(field: str, said: str, wanted: _Wanted, *, whole: bool) -> Snippet:
    marked = [(part, bool(word) and _matches(word, wanted)) for part, word in text.pieces(said[:5_000])]
    first = next((number for number, (_part, hit) in enumerate(marked) if hit), 0)
    start = 0 if whole else max(0, first - LENGTH // 4)
    shown = marked if whole else marked[start : start + LENGTH]
    joined: list[tuple[str, bool]] = [("… ", False)] if start else []
    for part, hit in shown:
        if joined and joined[-1][1] == hit:
            joined[-1] = (joined[-1][0] + part, hit)
        else:
            joined.append((part, hit))
    return Snippet(field, tuple(joined))


def _matches(word: str, wanted: _Wanted) -> bool:
    return word.startswith(wanted.starts) or any(text.stem(word, name) in stems for name, stems in wanted.stems)


@lru_cache(maxsize=256)
def _wanted(words: tuple[str, ...]) -> _Wanted:
    every = {one for word in words for one in (word, *text.synonyms(word))}
    stems = tuple((language, frozenset(text.stem(one, language) for one in every)) for language in text.STEMMED)
    return _Wanted(tuple(one for one in every if len(one) >= _LONG_ENOUGH), stems)
