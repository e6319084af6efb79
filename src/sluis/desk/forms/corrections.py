"""What the owner of a file may correct about how it was read."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from sluis.desk import words
from sluis.lake.types import ColumnType

GUESS = ("", _("Zelf uitzoeken"))
ENCODINGS = (
    GUESS,
    ("utf-8", _("UTF-8")),
    ("windows-1252", _("Windows-1252 (West-Europees)")),
    ("iso-8859-15", "ISO-8859-15"),
    ("utf-16", "UTF-16"),
)
DELIMITERS = (GUESS, *((mark, words.MARKS[mark]) for mark in (";", ",", "\t", "|")))
DECIMALS = (GUESS, (",", words.MARKS[","]), (".", words.MARKS["."]))
ORDERS = (
    GUESS,
    ("dmy", _("dag, maand, jaar")),
    ("mdy", _("maand, dag, jaar")),
    ("ymd", _("jaar, maand, dag")),
)
CHOOSABLE = tuple(kind for kind in ColumnType if kind not in (ColumnType.GEOMETRY, ColumnType.JSON))
OF_TEXT, OF_SHEETS, OF_LAYERS = ("csv", "tsv", "txt", "delimited"), ("xlsx", "ods", "xls"), ("gpkg", "gml", "shp")


def _words(choices: Any) -> list[tuple[str, str]]:
    return [(value, gettext(label) if isinstance(label, str) else label) for value, label in choices]


class CorrectionForm(forms.Form):
    """Only what is filled in is corrected; the column rows are read from the post by `options`."""

    delimiter = forms.ChoiceField(label=_("Scheidingsteken"), required=False)
    encoding = forms.ChoiceField(label=_("Tekencodering"), required=False)
    decimal = forms.ChoiceField(label=_("Decimaalteken"), required=False)
    date_order = forms.ChoiceField(label=_("Volgorde in datums"), required=False)
    header_row = forms.IntegerField(
        label=_("Regel met de kolomkoppen"), required=False, min_value=0, help_text=_("0 als er geen koppen zijn.")
    )
    skip = forms.IntegerField(label=_("Regels overslaan aan het begin"), required=False, min_value=0)
    sheet = forms.CharField(label=_("Werkblad"), required=False, max_length=200)
    layer = forms.CharField(label=_("Laag"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = {"delimiter": DELIMITERS, "encoding": ENCODINGS, "decimal": DECIMALS, "date_order": ORDERS}
        for name, choices in lists.items():
            self.fields[name].choices = _words(choices)
        for name in ("header_row", "skip"):
            self.fields[name].widget.attrs["class"] = "sluis-textbox--short"

    @property
    def reading(self) -> list[Any]:
        return [self[name] for name in self.fields]


def initial_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What was corrected the last time."""
    return {name: value for name, value in options.items() if name in CorrectionForm.base_fields}


def told(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same in words."""
    ways = CorrectionForm().fields
    lines: list[tuple[str, str]] = []
    for name, value in initial_of(options).items():
        said = dict(getattr(ways[name], "choices", ())).get(value, value)
        lines.append((str(ways[name].label), str(said)))
    return lines


def column_rows(columns: Any, options: Mapping[str, Any], posted: Any = None) -> list[dict[str, Any]]:
    """One row of the table of columns: what was understood, and what the reader chose instead."""
    types, titles = options.get("types", {}), options.get("titles", {})
    rows: list[dict[str, Any]] = []
    for column in columns:
        name = column["name"]
        chosen = types.get(name, "") if posted is None else posted.get(f"type-{name}", "")
        title = titles.get(name, column["title"]) if posted is None else posted.get(f"title-{name}", "")
        seen = gettext(words.COLUMN_TYPES[ColumnType(column["type"])])
        rows.append({"column": column, "choices": type_choices(chosen), "words": seen, "title": title})
    return rows


def type_choices(chosen: str) -> list[tuple[str, str, bool]]:
    automatic = [("", pgettext("soort kolom", "zelf uitzoeken"), chosen == "")]
    return automatic + [(kind.value, gettext(words.COLUMN_TYPES[kind]), kind.value == chosen) for kind in CHOOSABLE]


def options_of(form: CorrectionForm, columns: Any, posted: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """The corrections as the lake takes them; what an earlier correction set and this form does not show stays."""
    kept = {k: v for k, v in before.items() if k not in form.fields and k not in ("types", "titles")}
    options = kept | {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    names = [column["name"] for column in columns]
    types = {name: kind for name in names if (kind := posted.get(f"type-{name}", ""))}
    titles = {
        column["name"]: title
        for column in columns
        if (title := posted.get(f"title-{column['name']}", "").strip()) and title != _first_title(column, before)
    }
    return options | ({"types": types} if types else {}) | ({"titles": titles} if titles else {})


def _first_title(column: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """The title that the file gives; one that a correction gave has to be given again to stay."""
    return "" if column["name"] in before.get("titles", {}) else column["title"]
