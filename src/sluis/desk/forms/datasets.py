"""Forms for a new dataset and for handing in a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.foundation.service import organisations_for
from sluis.kernel.actor import Actor


class FileForm(forms.Form):
    """A file of the form itself, or the number of an upload that came in pieces before it."""

    file = forms.FileField(
        label=_("Bestand"),
        required=False,
        help_text=_("CSV, Excel, ODS, JSON, Parquet, GeoJSON, GeoPackage, Shapefile (zip) of GML."),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not given.get("upload") and "file" not in self.errors:
            self.add_error("file", gettext("Kies een bestand."))
        return given


class NewDatasetForm(forms.Form):
    """A title and an organisation are enough; the rest follows."""

    title = forms.CharField(
        label=_("Titel"),
        max_length=300,
        required=False,
        help_text=_("Waar gaat de data over? Noem onderwerp en gebied. Met een bestand mag dit leeg: dan nemen wij "
                    "de naam van het bestand."),
    )  # fmt: skip
    organisation = forms.ChoiceField(label=_("Organisatie"))
    file = forms.FileField(
        label=_("Bestand"),
        required=False,
        help_text=_("CSV, Excel, ODS, JSON, Parquet, GeoJSON, GeoPackage, Shapefile (zip) of GML. Het mag ook later."),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = organisations_for(by=actor, permission="dataset.edit")
        self.fields["organisation"].choices = [(str(row.id), row.name) for row in mine]
        if len(mine) == 1:
            self.fields["organisation"].initial = str(mine[0].id)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("title") and not given.get("file") and not given.get("upload"):
            self.add_error("title", gettext("Vul een titel in, of kies een bestand."))
        return given
