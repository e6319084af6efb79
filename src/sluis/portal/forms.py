"""What every form for visitors has."""

from django import forms

from sluis.kernel.errors import SluisError
from sluis.web import spoken


class VisitorForm(forms.Form):
    """`website` is a trap for machines: people do not see it."""

    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def put(self, error: SluisError) -> None:
        """Faults go to the fields that they name; an error without any stands above the form."""
        placed = [fault for fault in error.faults if fault.field in self.fields]
        for fault in placed:
            self.add_error(fault.field, spoken.told(fault))
        if not placed:
            self.add_error(None, spoken.told(error))
