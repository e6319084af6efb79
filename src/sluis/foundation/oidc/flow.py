"""The way to the provider and back: allauth's flow with a nonce, our tokens, our network and our accounts."""

import logging
from typing import Any
from urllib.parse import urlencode

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string

from sluis.foundation.oidc.identities import PROVIDER, Identity, settle
from sluis.foundation.oidc.session import provider_session
from sluis.foundation.oidc.tokens import Untrusted, verified
from sluis.kernel.errors import NotFound, SluisError, Unavailable
from sluis.kernel.text import N_

_log = logging.getLogger(__name__)
_KEPT = 300  # seconds the provider's description of itself is kept per process
CALLBACK = "oidc_callback"


def offered() -> bool:
    """Whether this installation has a provider."""
    return bool(settings.SLUIS.oidc_issuer)


def start(request: HttpRequest, *, back_to: str) -> HttpResponseBase:
    """Send the browser to the provider; after it the reader comes back to `back_to`, a path of this site.

    Raises NotFound without a provider, Unavailable when it does not answer.
    """
    nonce = get_random_string(43)
    try:
        return _provider(request).redirect(
            request, AuthProcess.LOGIN, next_url=back_to, auth_params={"nonce": nonce}, nonce=nonce
        )
    except requests.RequestException as error:
        raise _silent(error) from error


def finish(request: HttpRequest) -> HttpResponseBase:
    """The answer of the provider: signs in and leads on, or raises Untrusted, NotAllowed, Conflict, Unavailable."""
    _provider(request)
    try:
        return _Callback.adapter_view(Adapter(request, PROVIDER))(request)
    except Untrusted as error:
        _log.warning("sign-in through the provider refused: %s", error.reason)
        raise


def sign_out_url(request: HttpRequest) -> str:
    """Where one signs out at the provider too (OpenID Connect RP-Initiated Logout 1.0); '' when it has no place."""
    if not offered():
        return ""
    try:
        end = Adapter(request, PROVIDER).openid_config.get("end_session_endpoint", "")
    except (requests.RequestException, Untrusted):
        return ""
    back = {"client_id": settings.SLUIS.oidc_client_id, "post_logout_redirect_uri": f"{settings.SLUIS.url}/"}
    return f"{end}?{urlencode(back)}" if str(end).startswith(("https://", "http://")) else ""


class Provider(OpenIDConnectProvider):
    def get_oauth2_adapter(self, request: HttpRequest) -> "Adapter":
        return Adapter(request, PROVIDER)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return data["uid"]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what the provider tells is kept with the link."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """allauth sees no address, so that it cannot look an account up by one."""
        return []


class Adapter(OpenIDConnectOAuth2Adapter):
    nonce = ""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """One address in every language, under the public name of the site: as it is registered at the provider."""
        with translation.override(settings.LANGUAGE_CODE):
            return settings.SLUIS.url + reverse(CALLBACK)

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's description of itself. Raises Untrusted when it calls itself something else."""
        issuer = settings.SLUIS.oidc_issuer
        known = caches["local"].get(f"oidc:{issuer}")
        if known is None:
            known = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if known.get("issuer") != issuer:
                raise Untrusted(f"the provider calls itself {str(known.get('issuer'))[:200]!r}")
            caches["local"].set(f"oidc:{issuer}", known, _KEPT)
        return known

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        config, raw = self.openid_config, str(kwargs["response"].get("id_token", ""))
        claims = verified(
            raw, keys=_json(config["jwks_uri"]), issuer=config["issuer"], client_id=app.client_id, nonce=self.nonce
        )
        told = self._with_userinfo(claims, token.token)
        identity = Identity(
            issuer=claims["iss"],
            subject=claims["sub"],
            email=str(told.get("email") or ""),
            name=str(told.get("name") or ""),
            groups=_groups(told.get(settings.SLUIS.oidc_groups_claim)),
        )
        login = self.get_provider().sociallogin_from_response(request, {"uid": identity.uid})
        login.identity = identity
        return login

    def _with_userinfo(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Claims that the ID token leaves out come from the userinfo of the same subject (Core 1.0, 5.3.2)."""
        wanted = {"email", "name", settings.SLUIS.oidc_groups_claim}
        if wanted <= claims.keys() or "userinfo_endpoint" not in self.openid_config:
            return claims
        found = _json(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != claims["sub"]:
            raise Untrusted("userinfo of another subject")
        return found | claims


class _Callback(OAuth2CallbackView):
    adapter: Adapter  # pyright: ignore[reportIncompatibleVariableOverride] - allauth sets what it was made with

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


class Provided(DefaultSocialAccountAdapter):
    """allauth's seam: one provider, from the settings and never from the database; accounts by `settle` alone."""

    def get_requests_session(self) -> requests.Session:
        return provider_session()

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        return _provider(request)

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        return [_app()] if offered() else []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Never: see `identities`."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        identity: Identity = sociallogin.identity  # pyright: ignore[reportAttributeAccessIssue] - see complete_login
        sociallogin.user = settle(identity)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Where allauth would show a page of its own; ours says little, the log says why."""
        if isinstance(exception, requests.RequestException):
            raise _silent(exception) from exception
        if error == AuthError.CANCELLED:
            raise Untrusted("cancelled")
        raise Untrusted(f"{error} {type(exception).__name__}")


def _provider(request: HttpRequest) -> Provider:
    if not offered():
        raise NotFound("sign-in.no-provider", N_("Deze site heeft geen inlogdienst."))
    return Provider(request, app=_app())


def _app() -> SocialApp:
    known = settings.SLUIS
    return SocialApp(
        provider=PROVIDER,
        provider_id=PROVIDER,
        client_id=known.oidc_client_id,
        secret=known.oidc_client_secret,
        settings={"oauth_pkce_enabled": True, "scope": list(known.oidc_scopes), "server_url": known.oidc_issuer},
    )


def trouble() -> str:
    """Why people cannot sign in at the provider just now, in a word for the operator; '' when it answers well."""
    issuer = settings.SLUIS.oidc_issuer
    try:
        known = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        keys = _json(str(known.get("jwks_uri")))
    except (OSError, ValueError, OAuth2Error, SluisError) as error:  # requests raises kinds of OSError and ValueError
        return type(error).__name__
    if known.get("issuer") != issuer:
        return f"issuer {str(known.get('issuer'))[:200]}"
    return "" if keys.get("keys") else "keys"


def _json(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    with provider_session() as session:
        response = session.get(url, headers=headers)
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise OAuth2Error("not an object")
    return found


def _groups(value: Any) -> frozenset[str]:
    """A list of names, or one name; anything else, a missing claim too, is no group at all."""
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(name for name in names if isinstance(name, str))


def _silent(error: Exception) -> Unavailable:
    _log.warning("the sign-in provider does not answer: %s", error)
    return Unavailable(
        "sign-in.silent",
        N_("De inlogdienst antwoordt niet."),
        way_out=N_("Probeer het over een paar minuten opnieuw."),
    )
