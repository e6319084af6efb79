"""In which language a text is that is not ours, for who hears the page (WCAG 2.2, 3.1.2 Language of Parts).

What came with the data and what people here wrote is in Dutch, unless it says otherwise; what a program says in an
error is in English. A text in the language of the page needs no mark.

    {{ dataset.title|stored }}             the words, in an element with their language
    <div{{ text|lang }}>…</div>            the attribute alone, for around blocks

Neither in `<title>` nor in an attribute, where HTML knows no other language.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from sluis.kernel import text
from sluis.kernel.errors import ENGLISH, Fault, SluisError, fill

ORGANISATION, PROGRAM = "nl", "en"
WRITTEN = {"lang": ORGANISATION}  # of a field that holds what people here wrote
# Of no script: where words in a language begin and where they end, until all is escaped. Not each value by itself: what
# a kind of fault adds to its text, such as the place in a file, would stay as it came.
_ENDS = {ORGANISATION: ("\ue000", "\ue001"), PROGRAM: ("\ue002", "\ue003")}
_NONE = dict.fromkeys(ord(sign) for ends in _ENDS.values() for sign in ends)


def written(words: str) -> text.Said:
    """What people here wrote, or what came with their data."""
    return text.Said(words, ORGANISATION)


def said(dutch: str, english: str) -> text.Said:
    """The text in the language of the page, or else the other one."""
    return text.said(dutch, english, get_language() or ORGANISATION)


def of(source: Any, name: str) -> text.Said:
    """Field `name` with its `_en` twin, of a mapping or of an object."""
    if isinstance(source, Mapping):
        return said(source.get(name, ""), source.get(f"{name}_en", ""))
    return said(getattr(source, name), getattr(source, f"{name}_en"))


def lang(words: Any, own: str = ORGANISATION) -> SafeString:
    """` lang="nl"` for on the element around words in another language than the page.

    `own` is the language of words that do not say themselves which one it is.
    """
    language = words.language if isinstance(words, text.Said) else own
    differs = words and language and language != get_language()
    return format_html(' lang="{}"', language) if differs else SafeString("")


def stored(words: Any, own: str = ORGANISATION) -> SafeString:
    """Words as HTML, in an element with their language when that is not the language of the page."""
    attribute = lang(words, own)
    return (
        format_html("<span{}>{}</span>", attribute, words)
        if attribute
        else conditional_escape("" if words is None else words)
    )


def told(error: SluisError | Fault) -> SafeString:
    """An error in the language of the page as HTML. What a program said in it is English, and a value that says its
    language has that."""
    params = dict(error.params or {})
    english = str(params.pop(ENGLISH, "")).split()  # an error of the sandbox says what it likes
    for name, value in params.items():
        if name in english or isinstance(value, text.Said):
            opening, closing = _ENDS[PROGRAM if name in english else value.language or ORGANISATION]
            params[name] = opening + str(value).translate(_NONE) + closing
    if isinstance(error, Fault):
        words = replace(error, params=params).text(gettext)
    else:
        words = " ".join(fill(part, params, gettext) for part in (error.message, error.way_out) if part)
    html = escape(words)
    for language, (opening, closing) in _ENDS.items():
        attribute = lang(words, language)
        html = html.replace(opening, f"<span{attribute}>" if attribute else "")
        html = html.replace(closing, "</span>" if attribute else "")
    return mark_safe(html)  # noqa: S308 - escaped as a whole; after that only our own marks became elements
