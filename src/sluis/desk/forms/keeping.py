"""How long versions of a table are kept."""

from django import forms
from django.utils.translation import gettext_lazy as _

from sluis.lake.service import Rule


class KeepForm(forms.Form):
    last = forms.IntegerField(label=_("Bewaar de laatste zoveel versies"), required=False)
    days = forms.IntegerField(label=_("Bewaar wat niet ouder is dan zoveel dagen"), required=False)
    everywhere = forms.BooleanField(
        label=_("Voor alle tabellen van de organisatie die geen eigen regel hebben"), required=False
    )

    def rule(self) -> Rule:
        return Rule(self.cleaned_data["last"], self.cleaned_data["days"])
