"""Forms to make an account and to give roles."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.desk.forms.listed import one_of
from sluis.foundation.service import ROLES, Place


class RoleForm(forms.Form):
    """A role and where it counts: a whole organisation, or one team. `held()` gives both."""

    organisation = forms.ChoiceField()  # which ones follows from the reader
    role = forms.ChoiceField(label=_("Rol"))

    def __init__(self, *args: Any, places: Iterable[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places}
        options = [(place.key, place.title) for place in self.places.values()]
        self.fields["organisation"] = one_of(options, empty=False, label=gettext("Organisatie of team"))
        self.fields["role"].choices = [
            (r.name, f"{gettext(r.title)}: {gettext(r.description)}") for r in ROLES.values()
        ]

    def where(self) -> dict[str, Any]:
        """Organisation, team and role, as operations take them."""
        place = self.places[self.cleaned_data["organisation"]]
        return {
            "organisation_id": place.organisation_id,
            "team_id": place.team_id,
            "role": self.cleaned_data["role"],
        }


class GrantForm(RoleForm):
    until_date = forms.DateField(
        label=_("Tot en met"),
        required=False,
        help_text=_("Leeg: tot iemand de rol weghaalt."),
        widget=forms.DateInput({"type": "date", "class": "sluis-textbox--short"}),
    )


class GroupForm(RoleForm):
    group = forms.CharField(
        label=_("Groep"),
        max_length=300,
        help_text=_("Precies zoals de inlogdienst de groep noemt. Bij Entra is dat vaak een nummer."),
    )
    field_order = ("group", "organisation", "role")


class TeamForm(forms.Form):
    organisation = forms.ChoiceField()  # which ones follows from the reader
    name = forms.CharField(label=_("Naam van het team"), max_length=200)

    def __init__(self, *args: Any, organisations: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [(str(row.id), row.name) for row in organisations]
        self.fields["organisation"] = one_of(options, empty=False, label=gettext("Organisatie"))


class ReplacementForm(forms.Form):
    """Which of one's own roles, by whom, from when until when."""

    role = forms.ChoiceField(label=_("Rol"))
    to = forms.ChoiceField(label=_("Collega"), help_text=_("Mensen die bij dezelfde organisatie een rol hebben."))
    from_date = forms.DateField(
        label=_("Vanaf"), widget=forms.DateInput({"type": "date", "class": "sluis-textbox--short"})
    )
    until_date = forms.DateField(
        label=_("Tot en met"),
        help_text=_("Hoogstens een jaar later."),
        widget=forms.DateInput({"type": "date", "class": "sluis-textbox--short"}),
    )

    def __init__(self, *args: Any, roles: Iterable[Any], people: Iterable[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = {own.key: own.held for own in roles}
        self.fields["role"].choices = [(own.key, _place(own)) for own in roles]
        self.fields["to"].choices = [(str(key), name) for key, name in people]


def _place(own: Any) -> str:
    return ", ".join(filter(None, (gettext(ROLES[own.held.role].title), own.organisation, own.team)))


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
