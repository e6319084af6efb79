"""The form of a source, made from the fields of its connector."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.forms.corrections import CorrectionForm, initial_of
from sluis.desk.forms.listed import one_of
from sluis.kernel.text import N_
from sluis.lake.service import SOURCE_MODES, SourceRecord

EVERY = (
    ("never", N_("alleen met de hand")),
    ("minutes", N_("om de zoveel minuten")),
    ("day", N_("elke dag")),
    ("week", N_("elke week")),
    ("month", N_("elke maand")),
)


class SourceForm(forms.Form):
    """`own` are the fields of the connector under their own names. A secret goes in and is never filled in by us, but
    comes back to who typed it as long as the source is not saved."""

    def __init__(self, connector: Any, *args: Any, source: SourceRecord | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(connector, source), **kwargs)
        self.connector = connector
        self._has = source.secrets if source else ()
        title = forms.CharField(label=gettext("Naam van de bron"), max_length=200)
        self.fields = {"title": title} | {field.name: self._control(field) for field in connector.fields}
        self.own = ["title", *(field.name for field in connector.fields)]
        ways = CorrectionForm().fields if connector.files else {}
        self.reading, self._options = list(ways), dict(source.options if source else {})
        self.fields |= ways
        self._add_when()

    def _add_when(self) -> None:
        modes = [(mode, gettext(words.SOURCE_MODES[mode])) for mode in SOURCE_MODES if mode in self.connector.modes]
        key = gettext("Kolommen waaraan een rij te herkennen is, met komma's ertussen.")
        every = [(value, gettext(label)) for value, label in EVERY]
        count = gettext("Het aantal minuten, de dag van de week (1 is maandag) of de dag van de maand.")
        attempts = gettext(
            "Na zoveel mislukte pogingen krijgt u bericht. De bron stopt dan; is hij alleen even weg, dan blijft Sluis"
            " het twaalf uur proberen."
        )
        self.fields |= {
            "mode": one_of(modes, empty=False, label=gettext("Nieuwe rijen")),
            "key": forms.CharField(label=gettext("Sleutel"), required=False, help_text=key),
            "every": one_of(every, empty=False, label=gettext("Wanneer ophalen")),
            "count": short(gettext("Getal"), count),
            "at": short(gettext("Tijd"), gettext("Zoals 06:30, Nederlandse tijd.")),
            "attempts": short(gettext("Pogingen"), attempts),
        }
        if len(modes) == 1:
            del self.fields["key"]

    def _control(self, field: Any) -> forms.Field:
        label, said = gettext(field.label), gettext(field.help) if field.help else ""
        if field.kind == "choice":
            return one_of(
                [(value, gettext(text)) for value, text in field.choices], empty=False, label=label, help_text=said
            )
        if field.kind == "secret" and field.name in self._has:
            said = gettext("Er is er al een. Laat leeg om die te houden.")
        return forms.CharField(
            label=label, help_text=said, required=field.required and field.kind != "secret", widget=_widget(field.kind),
            strip=field.kind != "secret",
        )  # fmt: skip

    def given(self) -> dict[str, Any]:
        """What `lake.create_source` and `lake.change_source` take, beside the dataset and the connector."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "config": self.config(),
            "options": self.options(),
            "mode": data["mode"],
            "key": [name for name in data.get("key", "").split(",") if name.strip()],
            "schedule": {name: data[name] for name in ("every", "count", "at")},
            "attempts": int(data["attempts"]) if data["attempts"].isdigit() else 0,
        }

    def options(self) -> dict[str, Any]:
        """How a file is to be read; what was set elsewhere, and this form does not show, stays."""
        kept = {name: value for name, value in self._options.items() if name not in self.reading}
        chosen = {name: self.cleaned_data[name] for name in self.reading}
        return kept | {name: value for name, value in chosen.items() if value not in (None, "")}

    def config(self) -> dict[str, Any]:
        return {field.name: self.cleaned_data[field.name] for field in self.connector.fields}


def _initial(connector: Any, source: SourceRecord | None) -> Mapping[str, Any]:
    if source is None:
        return {field.name: field.default for field in connector.fields} | {"attempts": 5, "every": "never"}
    config = {name: "\n".join(v) if isinstance(v, list) else v for name, v in source.config.items()}
    schedule = {name: value or "" for name, value in source.schedule.items()}
    if schedule.get("every") in ("never", "minutes"):
        schedule["at"] = ""
    own = {"title": source.title, "mode": source.mode, "key": ", ".join(source.key), "attempts": source.attempts}
    return initial_of(source.options) | config | schedule | own


def _widget(kind: str) -> forms.Widget:
    match kind:
        case "secret":
            return forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"})
        case "lines":
            return forms.Textarea(attrs={"rows": 3})
        case "number":
            return forms.TextInput(attrs={"inputmode": "numeric", "class": "sluis-textbox--short"})
        case _:
            return forms.TextInput()


def short(label: str, said: str) -> forms.CharField:
    """A box for a few characters."""
    widget = forms.TextInput(attrs={"class": "sluis-textbox--short"})
    return forms.CharField(label=label, help_text=said, required=False, widget=widget)
