"""Forms of signing in and of the password: those of allauth, with our words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sluis.kernel.text import N_

SAID = {
    "email_password_mismatch": N_("Dit e-mailadres en wachtwoord horen niet bij elkaar."),
    "too_many_login_attempts": N_("Er is te vaak geprobeerd in te loggen. Wacht vijf minuten en probeer het opnieuw."),
    "enter_current_password": N_("Dit is niet uw huidige wachtwoord."),
}


def _plain(form: Any) -> None:
    """Our labels and help stand beside the fields; a placeholder that repeats them only gets in the way."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
        field.help_text = ""


def _said(error: ValidationError) -> ValidationError:
    known = SAID.get(getattr(error, "code", "") or "")
    return ValidationError(gettext(known), code=error.code) if known else error


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["login"].label = _("E-mailadres")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Wachtwoord")

    def clean(self) -> Any:
        try:
            return super().clean()
        except ValidationError as error:
            raise _said(error) from error


class PasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["oldpassword"].label = _("Huidig wachtwoord")
        self.fields["password1"].label = _("Nieuw wachtwoord")
        self.fields["password1"].help_text = _("Minstens 12 tekens. Een zin van een paar woorden werkt goed.")
        self.fields["password2"].label = _("Nieuw wachtwoord, nog een keer")

    def clean_oldpassword(self) -> str:
        try:
            return super().clean_oldpassword()
        except ValidationError as error:
            raise _said(error) from error
