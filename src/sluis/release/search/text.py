"""From text to words: tokens, stems, stop words and synonyms. The same in every process."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_WORD = 60
MOST_WORDS = 16
STEMMED = {"nl": "dutch", "en": "english"}
_SYNONYMS = Path(__file__).parent / "synonyms.txt"
STOP_WORDS = frozenset(
    {
        "de",
        "het",
        "een",
        "en",
        "of",
        "van",
        "in",
        "op",
        "te",
        "ter",
        "ten",
        "voor",
        "met",
        "bij",
        "naar",
        "over",
        "uit",
        "aan",
        "door",
        "om",
        "tot",
        "per",
        "is",
        "zijn",
        "wat",
        "waar",
        "welke",
        "hoe",
        "hoeveel",
        "alle",
        "ik",
        "wil",
        "zoek",
        "data",
        "dataset",
        "datasets",
        "gegevens",
        "the",
        "a",
        "an",
        "on",
        "for",
        "to",
        "and",
        "or",
        "with",
        "by",
        "from",
        "where",
        "which",
        "how",
        "many",
        "all",
        "i",
        "want",
        "find",
    }
)


def analyzer(language: str) -> TextAnalyzer:
    """Lower case, accents folded, stemmed."""
    return _base().filter(Filter.stemmer(STEMMED[language])).build()


def plain_analyzer() -> TextAnalyzer:
    """Lower case and accents folded; words as people write them, for prefixes and spelling."""
    return _base().build()


def words(text: str) -> list[str]:
    """What somebody typed, as plain words: at most 16, stop words left out unless there is nothing else."""
    found = list(dict.fromkeys(_plain().analyze(text[:400])))[:MOST_WORDS]
    return [word for word in found if word not in STOP_WORDS] or found


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The stem of one plain word; the word itself when nothing is left."""
    found = _stemmer(language).analyze(word)
    return found[0] if found else word


def synonyms(word: str) -> tuple[str, ...]:
    """Other plain words for this one, compared by Dutch or English stem."""
    table = _table()
    for language in STEMMED:
        if found := table.get(stem(word, language)):
            return tuple(other for other in found if stem(other, language) != stem(word, language))
    return ()


def pieces(text: str) -> list[tuple[str, str]]:
    """Text cut into (as written, plain word or ''); joined they give the text back."""
    return [(part, _fold(part) if part[:1].isalnum() else "") for part in re.split(r"(\w+)", text) if part]


@lru_cache(maxsize=50_000)
def _fold(word: str) -> str:
    found = _plain().analyze(word)
    return found[0] if found else ""


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Stem → group, from `synonyms.txt`: one group per line, words separated by commas, # starts a remark."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _SYNONYMS.read_text(encoding="utf-8").splitlines():
        group = tuple(" ".join(_plain().analyze(part)) for part in line.partition("#")[0].split(",") if part.strip())
        for word in group:
            for language in STEMMED:
                table.setdefault(stem(word, language), group)
    return table


def _base() -> TextAnalyzerBuilder:
    simple = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD))
    return simple.filter(Filter.lowercase()).filter(Filter.ascii_fold())


@cache
def _plain() -> TextAnalyzer:
    return plain_analyzer()


@cache
def _stemmer(language: str) -> TextAnalyzer:
    return analyzer(language)
