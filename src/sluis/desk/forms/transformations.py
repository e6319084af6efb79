"""The form of a transformation: SQL, steps and tests as text, and when it runs."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.desk import words
from sluis.desk.forms.listed import one_of
from sluis.desk.forms.sources import EVERY, short
from sluis.kernel.errors import Fault, Invalid
from sluis.lake.service import TransformationRecord
from sluis.lake.steps.text import read_list, write_list

_AREA = {"spellcheck": "false", "wrap": "off"}
EXAMPLES: Mapping[str, Any] = {
    "drop": {"do": "drop", "columns": ["naam"]},
    "generalise": {"do": "generalise", "column": "leeftijd", "to": "range", "width": 10},
    "round": {"do": "round", "column": "bedrag", "nearest": 100},
    "aggregate": {
        "do": "aggregate", "by": ["gemeente"], "measures": [{"name": "aantal", "of": "count"}], "least": 5
    },
    "pseudonymise": {"do": "pseudonymise", "columns": ["klantnummer"]},
    "k_anonymise": {"do": "k_anonymise", "columns": ["leeftijd", "postcode"], "k": 5},
}  # fmt: skip
"""A step of each kind, to begin with."""


class TransformationForm(forms.Form):
    """`example` adds a step of that kind to the text, without saving."""

    sql = forms.CharField(
        label=_("SQL"), strip=False, max_length=20_000, widget=forms.Textarea({"rows": 10, **_AREA}),
        help_text=_(
            "Eén SELECT. Een tabel heet als haar dataset, met _ in plaats van -. "
            "Bij ‘Vraag in SQL’ staan alle namen en kolommen."
        ),
    )  # fmt: skip
    steps = forms.CharField(
        label=_("Stappen"), strip=False, required=False, max_length=100_000,
        widget=forms.Textarea({"rows": 8, **_AREA}),
        help_text=_("Na de SQL, in deze volgorde, als YAML. Voeg hieronder een voorbeeld toe en pas het aan."),
    )  # fmt: skip
    example = forms.ChoiceField(label=_("Stap toevoegen"), required=False)
    tests = forms.CharField(
        label=_("Toetsen"), strip=False, required=False, max_length=100_000,
        widget=forms.Textarea({"rows": 5, **_AREA}),
        help_text=_("Elke toets heeft een name en een sql. Geeft die rijen, dan komt er geen nieuwe versie."),
    )  # fmt: skip
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, held: TransformationRecord | None, start: str = "", values: dict[str, Any] | None = None
    ) -> None:
        """`held` is what is in force; `start` the SQL to begin with; `values` what was typed already."""
        super().__init__(*args, initial=values or _initial(held, start))
        layers = [(value, gettext(label)) for value, label in words.LAYER.items()]
        starts = [(value, gettext(label)) for value, label in words.START.items()]
        every = [(value, gettext(label)) for value, label in EVERY if value != "never"]
        count = gettext("Het aantal minuten, de dag van de week (1 is maandag) of de dag van de maand.")
        self.fields |= {
            "layer": one_of(layers, empty=False, label=gettext("Laag"), help_text=gettext("Alleen een naam.")),
            "start": one_of(starts, empty=False, label=gettext("Wanneer maken")),
            "every": one_of(every, empty=True, required=False, label=gettext("Vast moment")),
            "count": short(gettext("Getal"), count),
            "at": short(gettext("Tijd"), gettext("Zoals 06:30, Nederlandse tijd.")),
        }
        example: Any = self.fields["example"]
        example.choices = [(value, gettext(label)) for value, label in words.STEPS.items()]

    def definition(self) -> dict[str, Any]:
        """What `lake.try_transformation` takes. Raises Invalid with the line of what cannot be read."""
        data = self.cleaned_data
        faults, parts = list[Fault](), dict[str, Any]()
        for name in ("steps", "tests"):
            try:
                parts[name] = read_list(data[name].replace("\r\n", "\n"), name)
            except Invalid as wrong:
                faults += wrong.faults
        if faults:
            raise Invalid("transformation.yaml", gettext("Deze tekst is niet te lezen als YAML."), faults=faults)
        return {"sql": data["sql"].replace("\r\n", "\n"), **parts}

    def given(self) -> dict[str, Any]:
        """What `lake.save_transformation` takes, beside the dataset."""
        data = self.cleaned_data
        schedule = {name: data[name] for name in ("every", "count", "at")}
        planned = {"layer": data["layer"], "start": data["start"], "schedule": schedule}
        return self.definition() | planned | {"expected": data["expected"] or 0}

    def with_example(self) -> "TransformationForm":
        """The same with an example at the end of the steps; nothing in it is judged yet."""
        typed: Any = self.data
        values = {name: str(typed.get(name, "")) for name in self.fields}
        example = write_list([EXAMPLES.get(values["example"], EXAMPLES["drop"])])
        before = values["steps"].rstrip()
        values["steps"] = f"{before}\n{example}" if before else example
        return TransformationForm(held=None, values=values)


def _initial(held: TransformationRecord | None, start: str) -> dict[str, Any]:
    if held is None:
        return {"sql": start, "layer": "silver", "start": "inputs", "expected": 0}
    schedule = {name: value or "" for name, value in held.schedule.items()} if held.start == "schedule" else {}
    return schedule | {
        "sql": held.sql,
        "steps": write_list(held.steps),
        "tests": write_list(held.tests),
        "layer": held.layer,
        "start": held.start,
        "expected": held.number,
    }
