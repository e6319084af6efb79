"""Why a dataset was found: the searched words in its title or description."""

from collections.abc import Sequence

from sluis.release.search import text
from sluis.release.types import PublicCard, Snippet

LENGTH = 40  # pieces around the first match: words and what stands between them


def why(card: PublicCard, words: Sequence[str], language: str) -> tuple[Snippet, ...]:
    """Title and a piece of the description with the matching words marked; () when nothing was asked."""
    if not words:
        return ()
    wanted = {one for word in words for one in (word, *text.synonyms(word))}
    title, description = card.title, card.description
    if language == "en":
        title, description = card.title_en or title, card.description_en or description
    found = (_snippet("title", title, wanted, whole=True), _snippet("description", description, wanted, whole=False))
    return tuple(snippet for snippet in found if any(matched for _text, matched in snippet.pieces))


def _snippet(field: str, said: str, wanted: set[str], *, whole: bool) -> Snippet:
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


def _matches(word: str, wanted: set[str]) -> bool:
    if word in wanted:
        return True
    return any(
        text.stem(word, language) == text.stem(one, language) or (len(one) >= 3 and word.startswith(one))
        for one in wanted
        for language in text.STEMMED
    )
