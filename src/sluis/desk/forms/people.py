"""Forms to make an account and to give roles."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.foundation.service import ROLES


class GrantForm(forms.Form):
    organisation = forms.ChoiceField(label=_("Organisatie"))
    role = forms.ChoiceField(label=_("Rol"))
    until_date = forms.DateField(
        label=_("Tot en met"),
        required=False,
        help_text=_("Leeg: tot iemand de rol weghaalt."),
        widget=forms.DateInput({"type": "date", "class": "sluis-textbox--short"}),
    )

    def __init__(self, *args: Any, organisations: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(str(row.id), row.name) for row in organisations]
        self.fields["role"].choices = [
            (r.name, f"{gettext(r.title)}: {gettext(r.description)}") for r in ROLES.values()
        ]


def _password() -> forms.CharField:
    return forms.CharField(
        label=_("Wachtwoord"),
        strip=False,
        help_text=_("Minstens 12 tekens. De persoon kan het zelf wijzigen."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class NewPersonForm(GrantForm):
    email = forms.EmailField(label=_("E-mailadres"))
    name = forms.CharField(label=_("Naam"), max_length=200)
    password = _password()
    field_order = ("name", "email", "password", "organisation", "role", "until_date")


class ResetForm(forms.Form):
    password = _password()
