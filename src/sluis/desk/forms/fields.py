"""Forms made from the register's own list of fields: one line there is one field here."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language, gettext

from sluis.desk import words
from sluis.desk.forms.listed import ListedManyField, one_of
from sluis.kernel.text import Said
from sluis.register import service as register
from sluis.register.service import Field, Kind
from sluis.register.types import Agent, Bbox, Period
from sluis.web import spoken

MOST_BOXES = 20
OPTION_WORDS = {"openness": words.OPENNESS, "availability": words.AVAILABILITY}
# Of long lists the words that a province needs get a box; the rest is found by typing.
USUAL = {"language": ("NLD", "ENG", "DEU", "FRA", "FRY"), "file-type": ("CSV", "JSON", "GEOJSON", "GML", "XML")}
START, END = "_start", "_end"
_WRITTEN = (Kind.LINE, Kind.PROSE, Kind.WORDS)  # in somebody's own words


class FieldsForm(forms.Form):
    """Fields of the register under their own names; a period stands in two, from and until."""

    def __init__(self, fields: Iterable[Field], *args: Any, contacts: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = tuple(fields)
        self.contacts = tuple(contacts)
        for field in self.known:
            self._add(field)

    def _add(self, field: Field) -> None:
        label, help_text = gettext(field.label), gettext(field.help) if field.help else ""
        if field.kind is Kind.PERIOD:
            for end, said in ((START, gettext("vanaf")), (END, gettext("tot en met"))):
                day = forms.CharField(label=f"{label}: {said}", required=False, widget=_day())
                self.fields[field.name + end] = day
            return
        made = self._control(field)
        made.label, made.help_text, made.required = label, help_text, False
        self.fields[field.name] = made

    def _control(self, field: Field) -> forms.Field:
        if field.kind is Kind.CHOICES:
            return _several(field, self.initial.get(field.name) or ())
        if field.kind is Kind.CHOICE:
            chosen = self.initial.get(field.name)
            return one_of(_choices(field, [chosen] if chosen else []))
        if field.kind is Kind.OPTION:
            known = OPTION_WORDS.get(field.name, {})
            return one_of([(o, gettext(known[o][0]) if o in known else o) for o in field.options], empty=False)
        if field.kind is Kind.REFERENCE:
            return one_of([(str(contact.id), contact.name) for contact in self.contacts])
        made = forms.CharField(strip=False, widget=_widget(field.kind))
        if field.kind in _WRITTEN:
            made.widget.attrs["lang"] = _language(field)
        return made

    def given(self) -> dict[str, Any]:
        """What was typed, as the register reads it: per field name."""
        return {field.name: self._given(field) for field in self.known}

    def _given(self, field: Field) -> Any:
        data: Any = self.data
        if field.kind is Kind.PERIOD:
            return [data.get(field.name + START, "").strip(), data.get(field.name + END, "").strip()]
        if field.kind in (Kind.CHOICE, Kind.CHOICES, Kind.REFERENCE):
            return self[field.name].data or ([] if field.kind is Kind.CHOICES else "")
        return data.get(field.name, "").strip()

    def changes(self) -> dict[str, Any]:
        """Only what differs from what the form began with."""
        changed = set(self.changed_data)
        periods = {name.removesuffix(end) for name in changed for end in (START, END) if name.endswith(end)}
        return {name: value for name, value in self.given().items() if name in changed or name in periods}


def initial_of(fields: Iterable[Field], record: Any) -> dict[str, Any]:
    """The values of a record as a form shows them."""
    found: dict[str, Any] = {}
    for field in fields:
        value = getattr(record, field.name, None)
        if field.kind is Kind.PERIOD:
            found[field.name + START] = value.start.isoformat() if value and value.start else ""
            found[field.name + END] = value.end.isoformat() if value and value.end else ""
        else:
            found[field.name] = shown(field, value)
    return found


def shown(field: Field, value: Any) -> Any:
    """One value of a record as text, or as a list for boxes to tick."""
    if field.kind is Kind.CHOICES:
        return list(value or ())
    if field.kind is Kind.REFERENCE:
        return str(getattr(value, "id", value) or "")
    match value:
        case None:
            return ""
        case Bbox():
            return f"{value.west}, {value.south}, {value.east}, {value.north}"
        case Agent():
            return value.name
        case tuple():
            return ("\n" if field.kind is Kind.LINKS else ", ").join(str(part) for part in value)
        case _:
            return str(value)


def in_words(field: Field, value: Any) -> str:
    """One value for people: words of a list by their label, an empty one as a dash."""
    if isinstance(value, Period):
        return f"{value.start or ''} – {value.end or ''}"
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        many = value if isinstance(value, list | tuple) else [value] if value else []
        return ", ".join(register.label(uri, get_language() or "nl") for uri in many) or "–"
    if field.kind is Kind.OPTION:
        known = OPTION_WORDS.get(field.name, {})
        return gettext(known[value][0]) if value in known else str(value)
    if field.kind is Kind.REFERENCE:
        return str(getattr(value, "name", value) or "–")
    words = str(shown(field, value)) or "–"
    return Said(words, _language(field)) if field.kind in _WRITTEN else words


def _choices(field: Field, chosen: Iterable[str]) -> list[tuple[str, str]]:
    """Every word of the lists of this field; what was chosen before is there even when the list no longer has it."""
    english = get_language() == "en"
    found: dict[str, str] = {}
    for name in field.vocabularies:
        for concept in register.concepts(name):
            found.setdefault(concept.uri, (english and concept.label_en) or concept.label)
    for uri in chosen:
        found.setdefault(uri, register.label(uri, "en" if english else "nl"))
    return list(found.items())


def _several(field: Field, chosen: Iterable[str]) -> forms.Field:
    options = _choices(field, chosen)
    if len(options) <= MOST_BOXES:
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple)
    usual = [c.uri for name in field.vocabularies for c in register.concepts(name) if c.code in USUAL.get(name, ())]
    return ListedManyField(options, [*usual, *chosen])


def _language(field: Field) -> str:
    return "en" if field.name.endswith("_en") else spoken.ORGANISATION


def _widget(kind: Kind) -> forms.Widget:
    match kind:
        case Kind.PROSE:
            return forms.Textarea(attrs={"rows": 4})
        case Kind.LINKS:
            return forms.Textarea(attrs={"rows": 2})
        case Kind.DAY:
            return _day()
        case Kind.EMAIL:
            return forms.EmailInput()
        case Kind.LINK:
            return forms.URLInput()
        case Kind.COUNT | Kind.DECIMAL:
            return forms.TextInput(attrs={"inputmode": "decimal", "class": "sluis-textbox--short"})
        case _:
            return forms.TextInput()


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "sluis-textbox--short"})


def bound_of(form: FieldsForm, names: Iterable[str]) -> list[BoundField]:
    """The fields of these names; of a period both ends."""
    return [form[name] for base in names for name in (base, base + START, base + END) if name in form.fields]
