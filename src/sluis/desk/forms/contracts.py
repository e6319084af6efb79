"""Forms of a contract: the whole text, and the usual promises per column."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.kernel.text import N_
from sluis.lake.contracts.editing import CELLS, Age, Row

UNITS = (("h", N_("uur")), ("d", N_("dagen")), ("w", N_("weken")), ("mo", N_("maanden")), ("y", N_("jaar")))
LABELS = {
    "required": N_("{name} is altijd gevuld"),
    "unique": N_("{name} is nooit dubbel"),
    "minimum": N_("Kleinste waarde van {name}"),
    "maximum": N_("Grootste waarde van {name}"),
    "pattern": N_("Patroon van {name}"),
    "valid": N_("Geldige waarden van {name}, een per regel"),
}


class ContractTextForm(forms.Form):
    text = forms.CharField(
        label=_("Contract in YAML"),
        help_text=_("Volgens de standaard ODCS 3.1. Zet er geen namen of adressen van mensen in: het wordt openbaar."),
        strip=False,
        max_length=256_000,
        widget=forms.Textarea({"rows": 30, "spellcheck": "false", "wrap": "off"}),
    )
    expected = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)


class ContractCellsForm(forms.Form):
    """Version, age and one cell per promise of a column, under `cell-column`."""

    version = forms.CharField(
        label=_("Versie"),
        max_length=40,
        help_text=_("Drie getallen. Laat u een belofte vallen, dan gaat het eerste getal omhoog."),
    )
    age = forms.CharField(label=_("De data is hoogstens zo oud"), required=False, max_length=10)
    unit = forms.ChoiceField(label=_("Eenheid"), required=False)
    column = forms.ChoiceField(label=_("Gemeten aan"), required=False)
    expected = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, rows: tuple[Row, ...], age: Age, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        units = [(unit, gettext(label)) for unit, label in UNITS]
        known = [unit for unit, _label in UNITS]
        unit: Any = self.fields["unit"]
        unit.choices = units if age.unit in known else [(age.unit, age.unit), *units]
        moments = [(row.name, row.title) for row in rows if row.type in ("date", "timestamp")]
        column: Any = self.fields["column"]
        column.choices = [("", gettext("het moment van inlezen")), *moments]
        self.initial = {"age": age.value, "unit": age.unit, "column": age.column, **self.initial}
        for row in rows:
            for cell in CELLS:
                label = gettext(LABELS[cell]).format(name=row.name)
                self.fields[f"{cell}-{row.name}"] = forms.CharField(label=label, required=False, strip=False)

    def cells(self) -> dict[str, dict[str, str]]:
        data: Any = self.data
        return {row.name: {cell: data.get(f"{cell}-{row.name}", "") for cell in CELLS} for row in self.rows}

    def chosen_age(self) -> Age:
        given = self.cleaned_data
        return Age(given["age"], given["unit"] or "d", given["column"])

    def shown_rows(self) -> list[dict[str, Any]]:
        """Each row with what stands in its cells: what was typed, or what the contract says."""
        return [self._shown(row, f"wrong-{number}") for number, row in enumerate(self.rows)]

    def _shown(self, row: Row, place: str) -> dict[str, Any]:
        """`place` is the id of the text that says what is wrong with this row."""
        typed = self.cells()[row.name] if self.is_bound else {cell: getattr(row, cell) for cell in CELLS}
        wrong = [str(fault) for cell in CELLS for fault in self.errors.get(f"{cell}-{row.name}", [])]
        attributes = {cell: self._attributes(cell, row, place) for cell in CELLS}
        return {"row": row, **typed, "wrong": wrong, "place": place, "attributes": attributes}

    def _attributes(self, cell: str, row: Row, place: str) -> SafeString:
        """Name and label of the control, and where its error stands."""
        name = f"{cell}-{row.name}"
        marks = format_html(' aria-invalid="true" aria-describedby="{}"', place) if name in self.errors else ""
        return format_html('id="id_{}" name="{}" aria-label="{}"{}', name, name, self.fields[name].label, marks)
