"""Components: what a screen reader gets, and that nothing written by others becomes markup."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from sluis.web import navigation, svg
from sluis.web.paging import Page
from sluis.web.shapes import Bar, Column, Link, Step, Table

EVIL = '<img src=x onerror="alert(1)">'


def render(source, **context):
    context.setdefault("request", RequestFactory().get("/data?q=x&page=2"))
    with override("nl"):
        return Template("{% load sluis %}" + source).render(Context(context))


class Form(forms.Form):
    title = forms.CharField(label="Titel", help_text="Kort.")
    kind = forms.ChoiceField(label="Soort", widget=forms.RadioSelect, choices=[("a", "A")])


def test_a_table_is_a_table_for_everybody():
    table = Table(
        "Palen",
        [
            Column("Naam", sort_url="?sort=naam", sort="ascending"),
            Column("Getal", "decimal", scale=1, empty=0.004, bars=[1, 2], bars_text="klein"),
        ],
        [[Link("A", "/a"), 1.5], [EVIL, None]],
    )
    html = render("{% data_table table %}", table=table)
    assert '<caption id="table-caption">Palen</caption>' in html
    assert 'role="region" aria-labelledby="table-caption" tabindex="0"' in html
    assert 'aria-sort="ascending"' in html
    assert html.count('scope="row"') == 2
    assert 'aria-label="klein"' in html
    assert "0,4% leeg" in html
    assert '<em class="sluis-empty">leeg</em>' in html
    assert '<td class="sluis-number">1,5</td>' in html
    assert EVIL not in html


def test_a_row_of_the_wrong_length_is_not_shifted():
    with pytest.raises(ValueError, match="zip"):
        render("{% data_table table %}", table=Table("x", [Column("a"), Column("b")], [["1"]]))


def test_a_field_ties_label_help_and_error_together():
    html = render("{% error_summary form %}{% field form.title %}{% field form.kind %}", form=Form({"title": ""}))
    assert '<label class="sluis-field__label" for="id_title">Titel' in html
    assert 'aria-describedby="id_title_help id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'href="#id_title">Titel: ' in html
    assert 'href="#id_kind">Soort: ' in html
    assert '<fieldset class="sluis-field sluis-field--invalid" id="id_kind" aria-describedby="id_kind_error">' in html
    assert set(
        re.findall(r'aria-describedby="([^"]+)"', html.replace("id_title_help id_title_error", "id_title_help"))
    ) <= set(re.findall(r' id="([^"]+)"', html))


@pytest.mark.parametrize(
    ("labels", "beside"),
    [
        (("Ja", "Nee", "Weet ik niet"), True),
        (("Ja", "Nee, want dat mag niet"), False),
        (("1", "2", "3", "4", "5"), False),
    ],
)
def test_a_few_short_choices_stand_beside_each_other(labels, beside):
    field = forms.ChoiceField(widget=forms.RadioSelect, choices=[(label, label) for label in labels])
    form = type("Asked", (forms.Form,), {"asked": field})()
    assert ('<div class="sluis-row">' in render("{% field form.asked %}", form=form)) is beside


def test_pages_keep_the_query():
    html = render("{% pagination page %}", page=Page([], 2, 10, 45))
    assert 'href="/data?q=x" rel="prev"' in html
    assert 'href="/data?q=x&amp;page=3" rel="next"' in html
    assert html.count('aria-current="page"') == 1


def test_one_page_needs_no_pages():
    assert render("{% pagination page %}", page=Page([], 1, 10, 10)).strip() == ""


def test_steps_tell_where_you_are():
    html = render("{% steps steps %}", steps=[Step("Een", "done"), Step("Twee", "current"), Step("Drie")])
    assert html.count('aria-current="step"') == 1
    assert html.startswith("<ol")


def test_a_chart_has_its_numbers_in_a_table():
    html = render("{% bar_chart rows 'Per gemeente' 'Gemeente' 'Aantal' %}", rows=[Bar("Altena", 1388), Bar(EVIL, 0)])
    assert '<th scope="row">Altena</th><td class="sluis-number">1.388</td>' in html
    assert 'role="img" aria-label="Per gemeente"' in html
    assert EVIL not in html


def test_histograms():
    drawn = svg.histogram([0, 1, 4], "tekst")
    assert drawn.count("<rect") == 2
    assert 'height="32"' in drawn
    assert 'height="8"' in drawn
    assert svg.histogram([], "x") == svg.histogram([0, 0], "x") == ""


def test_no_component_styles_inline_or_runs_code():
    from pathlib import Path

    import sluis.web

    for file in Path(sluis.web.__file__).parent.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|js:|<script(?![^>]*\ssrc=)", text), file


def test_alerts_and_badges_escape():
    html = render("{% alert 'error' %}{{ evil }}{% endalert %}{% badge evil 'positive' %}", evil=EVIL)
    assert EVIL not in html
    assert 'role="alert"' in html


def test_progress_stops_asking_when_done():
    assert 'hx-get="/voortgang"' in render("{% progress 0.5 'bezig' '/voortgang' %}")
    done = render("{% progress 1 'klaar' %}")
    assert "hx-get" not in done
    assert 'value="100"' in done


def test_menus_mark_where_you_are():
    navigation.add("proef", "Onderdelen", "web:components")
    navigation.add("proef", "Weg", "nergens:niets")
    try:
        links = navigation.links("proef", RequestFactory().get("/_components"))
        assert [(link.label, link.current) for link in links] == [("Onderdelen", "page")]
        assert navigation.links("proef", RequestFactory().get("/elders"))[0].current == ""
    finally:
        del navigation._menus["proef"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_component_page_is_sound(language):
    from sluis.web.views import components

    with override(language):
        html = components(RequestFactory().get("/_components")).content.decode()
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert html.count("<h1") == html.count("<main") == 1
    assert f'<html lang="{language}"' in html
    for target in re.findall(r'(?:for|aria-labelledby)="([^"]+)"', html):
        assert target in ids, target
    assert len(html) < 60_000
