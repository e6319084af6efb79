"""Signing in, out and changing one's password: allauth does the work, these are our pages around it."""

from typing import Any

from allauth.account import views as allauth
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from sluis.desk.forms.account import PasswordForm, SignInForm
from sluis.desk.page import show, who
from sluis.foundation.service import writing
from sluis.kernel.text import N_

# Each way to sign in has its own part of the page; an OpenID Connect provider becomes a second line here.
WAYS = (("password", N_("Met e-mailadres en wachtwoord"), "account/ways/password.html"),)
TOO_MANY = "too_many_login_attempts"


class SignIn(allauth.LoginView):
    """Wrong input answers 422, and 429 when there were too many attempts for this account or from this network."""

    form_class = SignInForm

    def form_invalid(self, form: Any) -> HttpResponse:
        codes = {error.code for error in form.non_field_errors().as_data()}
        return self.render_to_response(self.get_context_data(form=form), status=429 if TOO_MANY in codes else 422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {"ways": WAYS}
        context.pop("site")  # allauth's, which would hide ours
        return context


class SignOut(allauth.LogoutView):
    pass


@method_decorator(never_cache, name="dispatch")
class ChangePassword(allauth.PasswordChangeView):
    """The session stays, all other sessions of this person end: the hash they carry no longer fits."""

    form_class = PasswordForm

    def get_default_success_url(self) -> str:
        from django.urls import reverse

        return reverse("desk:account")

    def form_valid(self, form: Any) -> HttpResponse:
        actor = who(self.request)
        with writing(by=actor, action="foundation.person.password-changed", subject=("person", actor.user_id)):
            response = super().form_valid(form)
        messages.success(self.request, gettext("Uw wachtwoord is gewijzigd."))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def closed(request: HttpRequest) -> HttpResponse:
    return show(request, "closed", status=403)
