"""The component page: every component in its states, to look at and to test with axe."""

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Bar, Choice, Column, Download, Facet, Link, Step, Table


class ExampleForm(forms.Form):
    title = forms.CharField(label="Titel", help_text="Een korte naam die zegt wat erin staat.")
    description = forms.CharField(label="Omschrijving", widget=forms.Textarea(attrs={"rows": 3}))
    theme = forms.ChoiceField(label="Thema", choices=[("", "Kies een thema"), ("verkeer", "Verkeer")], required=False)
    openness = forms.ChoiceField(
        label="Openheid", widget=forms.RadioSelect, choices=[("open", "Open"), ("dicht", "Gesloten")]
    )
    agree = forms.BooleanField(label="Ik heb dit gecontroleerd")
    file = forms.FileField(label="Bestand", required=False)


def components(request: HttpRequest) -> HttpResponse:
    page = Page([], whole_number(request.GET, "page", 1, most=88), 8, 702)
    forms_ = {"form": ExampleForm({"title": "", "openness": "half"}), "good_form": ExampleForm(prefix="goed")}
    return render(request, "web/components.html", {**_links(), **_lists(), **forms_, "table": _table(), "page": page})


def _links() -> dict[str, object]:
    return {
        "crumbs": [Link("Home", "/"), Link("Data", "/"), Link("Verkeer", "/")],
        "tabs": [
            Link("Overzicht", "#overzicht"),
            Link("Tabel", "#tabel", current="page"),
            Link("Kaart", "#kaart"),
            Link("Grafiek", "#grafiek"),
            Link("API", "#api"),
            Link("Versies", "#versies", count=14),
            Link("Vragen", "#vragen", count=3),
        ],
        "facet": Facet(
            "gemeente",
            "Gemeente",
            [
                Choice("dordrecht", "Dordrecht", 921),
                Choice("gorinchem", "Gorinchem", 702, checked=True),
                Choice("molenlanden", "Molenlanden", 505),
                Choice("altena", "Altena", 388),
            ],
            more_url="#gemeenten",
            more_label="Alle 12 gemeenten",
        ),
        "closed_facet": Facet("jaar", "Geplaatst op", [Choice("2024", "2024", 12)], is_open=False),
    }


def _lists() -> dict[str, object]:
    day = date(2026, 11, 20)
    return {
        "downloads": [
            Download("laadpalen.csv", "#csv", "CSV", 84_212, day, "9f86d081884c7d659a2feaa0c55ad015" * 2),
            Download("laadpalen.parquet", "#parquet", "Parquet", 31_001, day, note="Voor snelle analyse"),
        ],
        "facts": [("Eigenaar", "Provincie Merwede"), ("Licentie", "CC0 1.0"), ("Leeg", "")],
        "bars": [Bar("Dordrecht", 921), Bar("Gorinchem", 702), Bar("Molenlanden", 505), Bar("Altena", 388)],
        "steps": [
            Step("Registreren", "done", "S. de Vries, 3 november"),
            Step("Profiel maken", "done", "automatisch, 3 november"),
            Step("Kwaliteit controleren", "current", "u, uiterlijk 27 november"),
            Step("Privacytoets", "todo", "privacy officer"),
            Step("Vrijgeven", "todo", "data-eigenaar"),
        ],
    }


def _table() -> Table:
    caption = "Laadpalen, rij 1 tot en met 8 van 702. Kies een kolomnaam om te sorteren."
    measured = [(22.0, 2), (11.0, 2), (50.0, 4), (22.0, 2), (150.0, 4), (22.0, 2), (11.0, 1), (300.0, 6)]
    rows = [
        [
            Link(f"MW-{4211 + 8 * i:06d}", f"#rij-{i}"),
            "Gorinchem",
            None if i == 2 else date(2024, 3 + i // 3, 14 - i),
            power,
            ports,
            "126 501, 427 112",
        ]
        for i, (power, ports) in enumerate(measured)
    ]
    return Table(caption, _columns(), rows)


def _columns() -> list[Column]:
    return [
        Column("Kenmerk", empty=0, bars=[1] * 8, bars_text="4.218 verschillende waarden", sort_url="?sort=kenmerk"),
        Column("Gemeente", "text", "categorie", "12 waarden", 0, [9, 7, 5, 4, 3, 2, 2, 1], "Dordrecht het meest"),
        Column(
            "Geplaatst op",
            "date",
            facts="2013–2026",
            empty=0.012,
            bars=[1, 1, 2, 3, 4, 6, 9, 13],
            bars_text="Van 2013 tot 2026, de meeste in 2026",
            sort_url="?sort=-geplaatst",
            sort="ascending",
        ),
        Column(
            "Vermogen (kW)",
            "decimal",
            facts="3,7–350",
            empty=0.004,
            bars=[1, 9, 5, 1, 1, 0, 0, 1],
            bars_text="Van 3,7 tot 350, de meeste rond 11",
            sort_url="?sort=vermogen",
            scale=1,
        ),
        Column("Aansluitingen", "integer", "", "1–8", 0, [2, 7, 1, 2, 0, 0, 0, 1], "Van 1 tot 8, meestal 2"),
        Column("Locatie", "geometry", "punt", "EPSG:28992", 0, [4, 6, 8, 7, 6, 7, 4, 3], "Verspreid over de provincie"),
    ]
