"""Choosing from a long list by typing: what is understood, what is refused, and how it stands in the form."""

from urllib.parse import urlencode

import pytest
from django import forms
from django.http import QueryDict

from sluis.desk.forms.listed import LONGEST_SELECT, Listed, ListedField, ListedManyField, one_of
from sluis.web.fields import field_context

URI = "http://publications.europa.eu/resource/authority/file-type/"
OPTIONS = [
    (URI + "CSV", "CSV"), (URI + "GEOJSON", "GeoJSON"), (URI + "JSON", "JSON"), (URI + "GPKG", "GeoPackage"),
    (URI + "ODS", "Werkblad"), (URI + "XLSX", "Werkblad"),
]  # fmt: skip


class Formats(forms.Form):
    one = ListedField(OPTIONS, label="Formaat", required=False)
    many = ListedManyField(OPTIONS, usual=[URI + "CSV"], label="Formaten", required=False)


def form(text):
    return Formats(QueryDict(text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CSV", "CSV"), (" csv ", "CSV"), ("json", "JSON"), ("gpkg", "GPKG"), ("geopack", "GPKG"), (URI + "ODS", "ODS"),
        ("Werkblad (XLSX)", "XLSX"),
    ],
)  # fmt: skip
def test_words_codes_and_a_clear_part_are_understood(typed, meant):
    filled = form(urlencode({"one": typed}))
    assert filled.is_valid(), filled.errors
    assert filled.cleaned_data["one"] == URI + meant


def test_what_fits_more_is_asked_again_with_what_it_can_be():
    filled = form("one=geo")
    assert "GeoJSON, GeoPackage" in filled.errors["one"][0]
    assert 'value="geo"' in str(filled["one"])


def test_what_is_not_in_the_list_is_refused_and_stays_in_the_box():
    filled = form("one=<b>zip")
    assert "staat niet in de lijst" in filled.errors["one"][0]
    assert 'value="&lt;b&gt;zip"' in str(filled["one"])


def test_the_box_shows_words_and_says_unchanged_when_nothing_changed():
    begun = {"one": URI + "GPKG"}
    assert 'value="GeoPackage"' in str(Formats(initial=begun)["one"])
    assert "one" not in Formats(QueryDict("one=GeoPackage"), initial=begun).changed_data


def test_several_stand_as_boxes_and_another_is_added_by_typing():
    filled = form(f"many={URI}CSV&many_more=geojson&many_more=")
    assert filled.is_valid()
    assert filled.cleaned_data["many"] == [URI + "CSV", URI + "GEOJSON"]
    context = field_context(filled["many"])
    assert [choice.choice_label for choice in context["choices"]] == ["CSV", "GeoJSON"]
    assert context["more"] == ""


def test_an_unknown_other_one_stays_in_the_text_box():
    filled = form("many_more=zip")
    assert "staat niet in de lijst" in filled.errors["many"][0]
    assert field_context(filled["many"])["more"] == "zip"


def test_only_long_lists_are_searched():
    short = [(str(number), f"Keuze {number}") for number in range(LONGEST_SELECT)]
    assert isinstance(one_of(short), forms.ChoiceField)
    assert isinstance(one_of([*short, ("x", "Nog een")]), ListedField)


def test_a_text_that_is_a_value_goes_before_words():
    assert Listed([("a", "b"), ("b", "a")]).meant("a") == "a"
