"""Texts: those of our own, for translation, and those that came from elsewhere, with the language they are in.

Source texts are Dutch (the first interface language); the English ones live in each room's `locale/`.
"""


def N_(text: str) -> str:
    """Return `text` unchanged; the extractor (`make messages`) finds it by this name.

    It marks the text without translating it.
    """
    return text


class Said(str):
    """A text that is not ours, with its language ("nl" or "en"; "": that of whoever reads).

    It is the text itself; only a page asks for the language, for who hears it read.
    """

    language: str

    def __new__(cls, text: str, language: str = "") -> "Said":
        made = super().__new__(cls, text)
        made.language = language
        return made


def said(dutch: str, english: str, language: str) -> Said:
    """The text in the language that is asked for ("nl", "en", "en-gb"), or else the one that there is."""
    found = Said(dutch, "nl"), Said(english, "en")
    wanted, other = reversed(found) if language.startswith("en") else found
    return wanted or other
