"""Public copy is plain Dutch: a proxy for level B1, over the source texts of the public rooms.

Flesch-Douma (Douma, 1960): 206.84 - 0.77 x syllables per 100 words - 0.93 x words per sentence; 60 and up is "plain".
It counts, it does not understand: people still have to read what they write.
"""

import re
from collections import defaultdict

import pytest
from tools import messages

PUBLIC = ("portal", "web")
LEAST, ENOUGH_WORDS, LONGEST = 60, 25, 20
# Words of officials and of machines, and what to write in their place.
BANNED = {
    "aangaande": "over", "additioneel": "extra", "alsmede": "en", "alvorens": "voordat", "betreffende": "over",
    "conform": "volgens", "derhalve": "daarom", "dienaangaande": "daarover", "dienen te": "moeten", "dient te": "moet",
    "echter": "maar", "eveneens": "ook", "faciliteren": "helpen", "gaarne": "graag", "genereren": "maken",
    "geschieden": "gebeuren", "hetgeen": "wat", "hieromtrent": "hierover", "implementeren": "invoeren",
    "indien": "als", "ingevolge": "volgens", "inzake": "over", "jegens": "tegen", "krachtens": "volgens",
    "met betrekking tot": "over", "middels": "met", "mits": "als", "mutatie": "wijziging",
    "naar aanleiding van": "door",
    "nader": "verder", "omtrent": "over", "onderhavige": "deze", "onverwijld": "meteen", "optimaliseren": "verbeteren",
    "reeds": "al", "respectievelijk": "en", "retourneren": "terugsturen", "te allen tijde": "altijd", "teneinde": "om",
    "ten behoeve van": "voor", "thans": "nu", "uiterst": "heel", "uitvragen": "vragen",
    "vigerend": "geldend", "voornoemd": "deze", "voorts": "ook", "wederom": "weer", "zulks": "dat",
    "zorgdragen": "zorgen", "submitten": "versturen", "queryen": "zoeken", "stakeholder": "betrokkene",
    "use case": "voorbeeld", "content": "tekst", "user": "gebruiker",
}  # fmt: skip
_VOWELS = re.compile(r"aai|ooi|oei|eeu|ieu|ij|[aeiouyàáâéèêíîóôúùû]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")


def syllables(word: str) -> int:
    """Groups of vowels; a letter with a diaeresis begins a new one."""
    plain = re.sub("[ëïöü]", lambda found: "|" + "eiou"["ëïöü".index(found[0])], word.lower())
    return max(1, sum(len(_VOWELS.findall(part)) for part in plain.split("|")))


def sentences(text: str) -> list[list[str]]:
    found = (_WORD.findall(part) for part in re.split(r"[.!?:;]+(?:\s|$)|\n", text))
    return [words for words in found if words]


def score(text: str) -> float:
    parts = sentences(text)
    words = [word for part in parts for word in part]
    return 206.84 - 77 * sum(map(syllables, words)) / len(words) - 0.93 * len(words) / len(parts)


def texts(*rooms: str) -> list[tuple[str, str]]:
    """(file, Dutch source text), places to fill in replaced by a short word."""
    found = []
    for room in rooms:
        for message in messages.known(room):
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            plain = [_PLACE.sub("dit", form) for form in forms if form]
            found += [(file, form) for file, _ in message.locations for form in plain]
    return found


def pages() -> dict[str, str]:
    """Per file all its texts, where there are enough to judge."""
    per_file = defaultdict(list)
    for file, text in texts(*PUBLIC):
        per_file[file].append(text)
    joined = {file: "\n".join(found) for file, found in per_file.items()}
    return {file: text for file, text in joined.items() if len(_WORD.findall(text)) >= ENOUGH_WORDS}


@pytest.mark.parametrize(("file", "text"), pages().items(), ids=list(pages()))
def test_a_public_page_reads_easily(file, text):
    assert score(text) >= LEAST, sorted((score(line), line) for line in text.splitlines())[:5]


def test_no_public_sentence_is_long():
    long = [
        (file, " ".join(words)) for file, text in texts(*PUBLIC) for words in sentences(text) if len(words) > LONGEST
    ]
    assert long == []


def test_nobody_is_spoken_to_in_the_words_of_officials_or_machines():
    words = re.compile(rf"\b({'|'.join(map(re.escape, BANNED))})\b", re.IGNORECASE)
    found = [
        (file, hit[0], BANNED[hit[0].lower()], text)
        for file, text in texts(*PUBLIC, "desk", "release", "register", "lake")
        for hit in words.finditer(text)
    ]
    assert found == []


def test_the_measure_tells_plain_from_official():
    plain = "U mag deze data gratis gebruiken. Vertel ons als er iets niet klopt. Wij kijken er dan naar."
    official = (
        "Ingevolge de vigerende beleidsregels inzake informatievoorziening dient de verantwoordelijke "
        "gegevensbeheerder onverwijld zorg te dragen voor adequate terbeschikkingstelling van gegevensverzamelingen."
    )
    assert score(plain) > 80
    assert score(official) < 0
    assert [syllables(word) for word in ("data", "geïmporteerd", "zee", "bureau", "tweeën", "kwaliteit")] == [
        2, 4, 1, 2, 2, 3,
    ]  # fmt: skip
