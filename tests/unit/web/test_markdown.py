"""Text from others: looks fine, does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.web.markdown import TAGS, to_html, to_text

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[klik](javascript:alert(1))",
    "[klik](JaVaScRiPt:alert(1))",
    "[klik](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/pixel.gif)",
    '<a href="x" onclick="alert(1)">x</a>',
    "<svg/onload=alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    '<style>*{display:none}</style><div style="x">',
]


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_become_harmless(text):
    html = to_html(text)
    for part in ("<script", "<img", "<svg", "<style", 'href="javascript', 'href="data', 'href="JaVa'):
        assert part not in html, html


def test_ordinary_markdown_survives():
    html = to_html(
        "# Kop\n\nEen **dik** [woord](https://merwede.example).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- een\n- twee"
    )
    assert "<h3>Kop</h3>" in html
    assert '<strong>dik</strong> <a href="https://merwede.example" rel="nofollow noopener">woord</a>' in html
    assert "<td>1</td>" in html
    assert "<li>twee</li>" in html


def test_headings_stay_below_those_of_the_page():
    assert "<h6>" in to_html("###### diep")
    assert "<h1" not in to_html("# een")
    assert "<h2" not in to_html("## twee")


def test_text_only():
    assert to_text("# Kop\n\nEen **dik** [woord](https://x.example) & meer") == "Kop Een dik woord &amp; meer"


@given(st.text(alphabet=st.sampled_from("<>/\"'=abhimnoprstv:;![]()*#`\n &"), max_size=120))
def test_no_other_tags_ever(text):
    import re

    assert set(re.findall(r"<\s*([a-z0-9]+)", to_html(text))) <= TAGS
