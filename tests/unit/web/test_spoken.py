"""Which language a text says it has, without a database."""

import pytest
from django.utils.translation import override

from sluis.kernel.errors import Fault, Invalid
from sluis.lake.contracts.types import Finding
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


def test_nothing_of_an_error_is_markup():
    error = Invalid("a.b", "<i>{what_term}</i> {n}", way_out="'{n}'", what_term="<b>{n}", n="<u>", english="n")
    at = Finding("Fout: {n}", field="<script>", row=3, params={"n": "<u>"}, code="x", column=1)
    with override("en"):
        assert spoken.told(error) == "&lt;i&gt;&lt;b&gt;&lt;u&gt;&lt;/i&gt; &lt;u&gt; &#x27;&lt;u&gt;&#x27;"
        assert "&lt;script&gt;" in spoken.told(at)
        assert "<" not in spoken.told(at)


def test_an_error_of_the_sandbox_that_says_nonsense_is_shown():
    assert spoken.told(Invalid("a.b", "{n}", n="<u>", english=["n"])) == "&lt;u&gt;"
