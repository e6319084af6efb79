"""What every form for visitors has."""

from django import forms
from django.utils.translation import gettext

from sluis.kernel.errors import SluisError


class VisitorForm(forms.Form):
    """`website` is a trap for machines: people do not see it."""

    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def put(self, error: SluisError) -> None:
        """Faults go to the fields that they name; an error without any stands above the form."""
        placed = [fault for fault in error.faults if fault.field in self.fields]
        for fault in placed:
            self.add_error(fault.field, fault.text(gettext))
        if not placed:
            self.add_error(None, error.detail(gettext))
