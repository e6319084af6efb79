"""Forms of a dossier that are no task of its process: stopping it, and withdrawing what stands outside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _reasons(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=20_000, widget=forms.Textarea({"rows": rows}))


class ReasonForm(forms.Form):
    reason = _reasons(_("Reden"), rows=3)


class WithdrawForm(forms.Form):
    reason = _reasons(_("Waarom trekt u dit in?"), _("Bezoekers lezen deze reden op het adres van de dataset."), rows=3)
    ground = forms.CharField(label=_("Grond, als die er is"), required=False, max_length=2_000)
