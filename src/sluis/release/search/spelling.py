"""Other spellings that do find something: near words from the index itself."""

from collections.abc import Sequence

import tantivy

from sluis.release.search import schema

MOST = 3
_CANDIDATES = 4_000


def corrections(searcher: tantivy.Searcher, words: Sequence[str]) -> tuple[str, ...]:
    """At most three rewritten queries, best first; () when every word is known or nothing is near."""
    choices = [_near(searcher, word) for word in words]
    best = [options[0] if options else word for options, word in zip(choices, words, strict=True)]
    if best == list(words):
        return ()
    found = [" ".join(best)]
    for number, options in enumerate(choices):
        found += [" ".join([*best[:number], other, *best[number + 1 :]]) for other in options[1:MOST]]
    return tuple(dict.fromkeys(found))[:MOST]


def _near(searcher: tantivy.Searcher, word: str) -> list[str]:
    """Known words by distance, then by how often they occur. The first letter is nearly always typed right."""
    if len(word) < 3 or searcher.doc_freq(schema.PLAIN, word):
        return []
    allowed = 1 if len(word) < 6 else 2
    known = searcher.terms_with_prefix(schema.PLAIN, word[0], limit=_CANDIDATES)
    ranked = [(distance(word, term, allowed), -count, term) for term, count in known]
    return [term for steps, _count, term in sorted(ranked) if steps <= allowed]


def distance(one: str, other: str, enough: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between two words; `enough + 1` when there are more."""
    if abs(len(one) - len(other)) > enough:
        return enough + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], older[j - 2] + 1)
    return min(row[-1], enough + 1)
