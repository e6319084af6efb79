"""Texts, cells, leads and terms, without a database."""

import pytest
from django.http import QueryDict
from django.utils.translation import override

from sluis.foundation.roles import ROLES as INSIDE
from sluis.lake.rows.parse import split_choices, written_choice
from sluis.lake.rows.types import Column
from sluis.portal import cells, details, frame, licences, selection, snippets
from sluis.portal.wording import ROLES
from sluis.release.types import PublicColumn
from sluis.web.shapes import Link


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://example.org/ onclick=x", False),
        ('https://example.org/"x', False),
        (" https://example.org", False),
        ("//example.org", False),
    ],
)
def test_only_a_whole_web_address_is_a_link(value, link):
    assert isinstance(cells.shown(value, Column("a", "text")), Link) is link


def test_shapes_are_readable():
    column = Column("g", "geometry", crs="EPSG:28992")
    assert cells.shown("POINT (126501.04 427112)", column) == "126501 427112"
    assert cells.shown("POINT (4.9801234 51.8312345)", column) == "4.98012 51.83123"
    with override("nl"):
        assert cells.shown("POLYGON ((0 0, 1 0, 1 1, 0 0))", column) == "vlak, 4 hoekpunten"
    assert cells.shown(None, column) is None


def test_a_long_text_is_cut_and_says_so():
    shown = cells.shown("x" * 500, Column("a", "text"))
    assert len(shown) == cells.LONGEST
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Een zin. En nog een.", "Een zin."),
        ("Geen punt", "Geen punt"),
        ("**vet** begin. Meer.", ""),
        ("- een lijst", ""),
        ("x" * 300, ""),
        ("", ""),
    ],
)
def test_the_lead_is_one_plain_sentence(text, lead):
    assert frame._lead(text) == lead


def test_every_term_is_explained_in_at_most_twenty_words():
    for _field, _term, name, explanation, _listed in details._TERMS:
        assert 0 < len(explanation.split()) <= 20, name


def test_licences_in_plain_words():
    eu = "http://publications.europa.eu/resource/authority/licence/"
    assert licences.explain(eu + "CC0").name.startswith("CC0")
    assert licences.explain(eu + "CC_BY_4_0").page == "https://creativecommons.org/licenses/by/4.0/"
    assert "BY-SA" in licences.explain(eu + "CC_BYSA_4_0").name


def test_a_quote_in_a_filter_stays_within_the_command():
    (curl, *_rest) = snippets.snippets("bomen", [("naam", "d'Artagnan; rm -rf ~")], organisation="merwede")
    import shlex

    assert len(shlex.split(curl.code)) == 4


@pytest.mark.parametrize("values", [["a"], ["Bergen, Noord"], ["a", "b,c", "d\\"], ["\\,", ",", "x\\y"]])
def test_every_value_can_be_chosen_and_read_back(values):
    assert split_choices(",".join(map(written_choice, values))) == values


def test_a_value_with_a_comma_can_be_ticked():
    column = PublicColumn(
        name="plaats", title="Plaats", type="text",
        profile={"distinct": 2, "top": [{"value": "Bergen, Noord", "count": 3}, {"value": "Delft", "count": 1}]},
    )  # fmt: skip
    query = QueryDict("plaats__in=Bergen%5C,%20Noord")
    choices = selection.filters([column], query)[0].choices
    assert [(c.value, c.label, c.checked) for c in choices] == [
        ("Bergen\\, Noord", "Bergen, Noord", True),
        ("Delft", "Delft", False),
    ]


def test_a_role_is_called_outside_as_it_is_inside() -> None:
    """The record of a decision says who judged: a privacy officer is not the data protection officer."""
    inside = {role.name: _plain(role.title) for role in INSIDE.values()}
    assert {name: _plain(title) for name, title in ROLES.items() if name != "system"}.items() <= inside.items()


def _plain(title: str) -> str:
    return title.casefold().replace("-", "")
