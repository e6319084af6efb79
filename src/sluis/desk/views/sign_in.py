"""Signing in, out and changing one's password: allauth does the work, these are our pages around it."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sluis.desk.forms.account import PasswordForm, SignInForm
from sluis.desk.page import show, who
from sluis.foundation.oidc import flow as oidc
from sluis.foundation.service import writing
from sluis.kernel.errors import Conflict, NotAllowed, NotFound, Unavailable
from sluis.kernel.text import N_
from sluis.web.problem import STATUS

# Each way to sign in has its own part of the page.
PROVIDER = ("provider", N_("Met uw werkaccount"), "account/ways/provider.html")
PASSWORD = ("password", N_("Met e-mailadres en wachtwoord"), "account/ways/password.html")
TOO_MANY = "too_many_login_attempts"


def _ways() -> list[tuple[str, str, str]]:
    with_password = [] if settings.SLUIS.oidc_only else [PASSWORD]
    return [PROVIDER, *with_password] if oidc.offered() else with_password


class SignIn(allauth.LoginView):
    """Wrong input answers 422, and 429 when there were too many attempts for this account or from this network."""

    form_class = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if settings.SLUIS.oidc_only:
            raise NotFound("sign-in.no-passwords", N_("Op deze site logt u in met uw werkaccount."))
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        codes = {error.code for error in form.non_field_errors().as_data()}
        return self.render_to_response(self.get_context_data(form=form), status=429 if TOO_MANY in codes else 422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | _shared(self.request)
        context.pop("site")  # allauth's, which would hide ours
        return context


def _shared(request: HttpRequest) -> dict[str, Any]:
    return {"ways": _ways(), "provider": settings.SLUIS.oidc_name, "next": _back_to(request)}


def _back_to(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    return wanted if get_adapter().is_safe_url(wanted) else reverse("desk:tasks")


@never_cache
@require_safe
def to_provider(request: HttpRequest) -> HttpResponseBase:
    """A plain link: a form would be stopped by our content policy where the provider redirects."""
    return _or_refused(request, lambda: oidc.start(request, back_to=_back_to(request)))


@never_cache
@require_safe
def from_provider(request: HttpRequest) -> HttpResponseBase:
    return _or_refused(request, lambda: oidc.finish(request))


def _or_refused(request: HttpRequest, step: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What the step answers; when it refuses, the sign-in page that says so."""
    try:
        return step()
    except (NotAllowed, Conflict, Unavailable) as error:
        context = {"form": SignInForm(request=request), "problem": error, **_shared(request)}
        return render(request, "account/login.html", context, status=STATUS.get(error.kind, 403))


class SignOut(allauth.LogoutView):
    """Who came through the provider is told that they are still signed in there."""

    def get_redirect_url(self) -> str:
        used = {record.get("method") for record in get_authentication_records(self.request, self.request.user)}
        return reverse("account_signed_out") if "socialaccount" in used else super().get_redirect_url()


@never_cache
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    context = {"url": oidc.sign_out_url(request), "provider": settings.SLUIS.oidc_name}
    return render(request, "account/signed_out.html", context)


@method_decorator(never_cache, name="dispatch")
class ChangePassword(allauth.PasswordChangeView):
    """The session stays, all other sessions of this person end: the hash they carry no longer fits."""

    form_class = PasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise NotFound("password.none", N_("U logt in met uw werkaccount; hier is geen wachtwoord."))
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
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
