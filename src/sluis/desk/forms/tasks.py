"""The form of a task, made from the process that asks for it: one field there is one field here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.kernel.text import N_, Said
from sluis.process.types import Field, TaskRecord
from sluis.web import spoken

YES_NO_UNKNOWN = (("yes", N_("Ja")), ("no", N_("Nee")), ("unknown", N_("Weet ik niet")))
PREFIX = "veld"
MOST_RADIOS = 7
_TEXTS = ("text", "long-text")  # somebody wrote them


class _Choice(forms.ChoiceField):
    """Whether a choice is one of the process is asked there, so that all faults come at once and in its words."""

    def valid_value(self, value: Any) -> bool:
        return True


class _Choices(forms.MultipleChoiceField):
    def valid_value(self, value: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions under one title; '' for those that have none."""

    title: str
    questions: Sequence[Any]

    @property
    def filled(self) -> int:
        return sum(bound.value() not in (None, "", []) for bound in self.questions)


class TaskForm(forms.Form):
    """Fields under their own ids. What is needed and of which kind is asked by the process itself, not here."""

    expected = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, task: TaskRecord, *args: Any, columns: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        for field in task.form:
            made = _control(field, columns)
            made.label = spoken.said(field.label, field.label_en)
            made.help_text = spoken.said(field.help, field.help_en)
            made.required = made.widget.is_required = False
            self.fields[named(field.id)] = made

    def answers(self) -> dict[str, Any]:
        """What was filled in, as the process reads it."""
        return {field.id: self._answer(field) for field in self.task.form}

    def _answer(self, field: Field) -> Any:
        data: Any = self.data
        name = named(field.id)
        if isinstance(self.fields[name], forms.MultipleChoiceField):
            return data.getlist(name)
        text = data.get(name, "")
        return [line.strip() for line in text.splitlines() if line.strip()] if field.type == "columns" else text

    @property
    def groups(self) -> list["Asked"]:
        """The questions as they stand together; those without a group by themselves, in their place."""
        by_group = groupby(zip(self.task.form, self.questions, strict=True), key=lambda one: one[0].group)
        return [
            Asked(spoken.said(group.label, group.label_en) if group else "", [bound for _, bound in some])
            for group, some in by_group
        ]

    @property
    def questions(self) -> list[Any]:
        """Bound fields that are asked; each says itself whether it is needed."""
        needed = {named(field.id): field.required for field in self.task.form}
        found = [self[name] for name in needed]
        for bound in found:
            bound.field.required = needed[bound.name]
        return found


def named(field_id: str) -> str:
    """The name in the form: ids of a process must not meet those of the page."""
    return f"{PREFIX}-{field_id}"


def _control(field: Field, columns: Sequence[tuple[str, str]]) -> forms.Field:
    options = [(option.value, spoken.said(option.label, option.label_en)) for option in field.options]
    match field.type:
        case "yes-no-unknown":
            said = [(value, gettext(label)) for value, label in YES_NO_UNKNOWN]
            return _Choice(choices=said, widget=forms.RadioSelect)
        case "choice" if len(options) <= MOST_RADIOS:
            return _Choice(choices=options, widget=forms.RadioSelect)
        case "choice":
            return _Choice(choices=[("", gettext("Maak een keuze")), *options])
        case "choices":
            return _Choices(choices=options, widget=forms.CheckboxSelectMultiple)
        case "columns" if columns:
            return _Choices(
                choices=[(name, spoken.written(title)) for name, title in columns], widget=forms.CheckboxSelectMultiple
            )
        case "columns":
            return forms.CharField(widget=forms.Textarea({"rows": 4}))
        case "long-text":
            return forms.CharField(widget=forms.Textarea(spoken.WRITTEN | {"rows": 5}))
        case "date":
            return forms.CharField(widget=forms.DateInput({"type": "date", "class": "sluis-textbox--short"}))
        case "number":
            return forms.CharField(widget=forms.TextInput({"inputmode": "decimal", "class": "sluis-textbox--short"}))
        case _:
            return forms.CharField(widget=forms.TextInput(spoken.WRITTEN))


def initial_of(task: TaskRecord, known: Mapping[str, Any]) -> dict[str, Any]:
    """What each field begins with; a list of names goes into a text area one per line when there are no choices."""
    return {named(field.id): known[field.id] for field in task.form if known.get(field.id) is not None}


def in_words(field: Field, value: Any) -> str:
    """An answer as people read it."""
    if value in (None, "", []):
        return "–"
    labels = {option.value: spoken.said(option.label, option.label_en) for option in field.options}
    if field.type == "yes-no-unknown":
        labels = {key: gettext(label) for key, label in YES_NO_UNKNOWN}
    many = value if isinstance(value, list) else [value]
    words = ", ".join(labels.get(str(one), str(one)) for one in many)
    return Said(words, spoken.ORGANISATION) if field.type in _TEXTS else words


class ReturnForm(forms.Form):
    """Back to an earlier step, with the reason."""

    to = forms.ChoiceField(label=_("Naar welke stap?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Waarom?"),
        help_text=_("Wie de stap opnieuw doet, leest dit."),
        max_length=4_000,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, steps: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="terug", **kwargs)
        self.fields["to"].choices = list(steps)  # type: ignore[attr-defined]
        if len(steps) == 1:
            self.fields["to"].initial = steps[0][0]


class HandOverForm(forms.Form):
    to = forms.ChoiceField(label=_("Aan wie?"))

    def __init__(self, people: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="geef", **kwargs)
        self.fields["to"].choices = [("", gettext("Kies een collega")), *people]  # type: ignore[attr-defined]


class StopForm(forms.Form):
    reason = forms.CharField(
        label=_("Waarom stopt u dit proces?"), max_length=4_000, widget=forms.Textarea({"rows": 3})
    )


class StartForm(forms.Form):
    """Which process, about what, and for whom."""

    title = forms.CharField(
        label=_("Waar gaat het over?"), max_length=300, help_text=_("Zo staat het in de takenlijst van uw collega's.")
    )
    place = forms.ChoiceField(label=_("Voor welke organisatie of welk team?"))

    def __init__(self, places: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place"].initial = places[0][0]
            self.fields["place"].widget = forms.HiddenInput()


LANGUAGES = (("nl", Said("Nederlands", "nl")), ("en", Said("English", "en")))


class WishForm(forms.Form):
    by_mail = forms.BooleanField(label=_("Stuur mij berichten ook per e-mail"), required=False)
    language = forms.ChoiceField(label=_("Taal van de e-mail"), choices=LANGUAGES, widget=forms.RadioSelect)
