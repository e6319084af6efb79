"""Forms for a new dataset and for handing in a file."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.desk.forms.listed import one_of
from sluis.foundation.service import places
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
    organisation = forms.ChoiceField()  # which ones follows from the reader
    file = forms.FileField(
        label=_("Bestand"),
        required=False,
        help_text=_("CSV, Excel, ODS, JSON, Parquet, GeoJSON, GeoPackage, Shapefile (zip) of GML. Het mag ook later."),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places(by=actor, permission="dataset.edit")}
        options = [(place.key, place.title) for place in self.places.values()]
        self.fields["organisation"] = one_of(options, empty=False, label=gettext("Organisatie of team"))
        if len(self.places) == 1:
            self.fields["organisation"].initial = next(iter(self.places))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("title") and not given.get("file") and not given.get("upload"):
            self.add_error("title", gettext("Vul een titel in, of kies een bestand."))
        return given


class TeamOfDatasetForm(forms.Form):
    """Where a dataset belongs, out of the places its editor reaches."""

    place = forms.ChoiceField(label=_("Organisatie of team"))

    def __init__(self, *args: Any, actor: Actor, organisation_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = places(by=actor, permission="dataset.edit")
        self.places = {place.key: place for place in found if place.organisation_id == organisation_id}
        self.fields["place"].choices = [(place.key, place.title) for place in self.places.values()]
