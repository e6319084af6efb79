"""Which language a text says it has, without a database."""

import pytest
from django.utils.translation import override

from sluis.kernel.errors import Fault, Invalid
from sluis.web import spoken


@pytest.mark.parametrize(
    ("page", "dutch", "english", "text", "language"),
    [
        ("nl", "Boom", "Tree", "Boom", ""),
        ("en", "Boom", "Tree", "Tree", ""),
        ("en", "Boom", "", "Boom", ' lang="nl"'),
        ("nl", "", "Tree", "Tree", ' lang="en"'),
        ("nl", "", "", "", ""),
    ],
)
def test_the_other_language_is_named(page, dutch, english, text, language):
    with override(page):
        found = spoken.said(dutch, english)
        assert (found, spoken.lang(found)) == (text, language)


def test_what_people_wrote_is_escaped_and_in_dutch():
    with override("en"):
        assert spoken.stored("<b>Boom & blad") == '<span lang="nl">&lt;b&gt;Boom &amp; blad</span>'
        assert (spoken.stored(""), spoken.stored(None), spoken.stored(0, "")) == ("", "", "0")
    with override("nl"):
        assert spoken.stored("<b>Boom") == "&lt;b&gt;Boom"


def test_the_words_of_a_program_in_an_error_are_english():
    error = Invalid("a.b", "{place} weigert: {reason}.", place="<kade>", reason="no <such> host", english="reason")
    with override("nl"):
        assert spoken.told(error) == '&lt;kade&gt; weigert: <span lang="en">no &lt;such&gt; host</span>.'
    with override("en"):
        assert spoken.told(error) == "&lt;kade&gt; weigert: no &lt;such&gt; host."


def test_a_value_that_says_its_language_keeps_it_in_a_sentence():
    fault = Fault("{dataset} is laat.", params={"dataset": spoken.written("Bomen\ue000")})
    with override("en"):
        assert spoken.told(fault) == '<span lang="nl">Bomen</span> is laat.'
