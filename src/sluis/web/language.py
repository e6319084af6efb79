"""The address decides the language of a page (/en/…); the Accept-Language header that of an API answer."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real

from sluis.web.negotiation import wants_html


class LanguageMiddleware(LocaleMiddleware):
    """Dutch has no prefix. No cookie and no browser setting changes a page, so that an address can be shared."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(_language(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        if not translation.get_language_from_path(request.path_info):
            patch_vary_headers(response, ("Accept", "Accept-Language"))
        return response


def _language(request: HttpRequest) -> str:
    if by_path := translation.get_language_from_path(request.path_info):
        return by_path
    if wants_html(request):
        return settings.LANGUAGE_CODE
    accepted = _accepted(request)
    if accepted == settings.LANGUAGE_CODE or _is_page(request.path_info, accepted):
        return settings.LANGUAGE_CODE
    return accepted


def _is_page(path: str, other: str) -> bool:
    """Whether this address belongs to Dutch: it is there in Dutch, and under the same address in no other language."""
    with translation.override(settings.LANGUAGE_CODE):
        in_dutch = is_valid_path(path)
    with translation.override(other):
        return in_dutch and not is_valid_path(path)


def _accepted(request: HttpRequest) -> str:
    """The first language of Accept-Language that we speak (RFC 9110, 12.5.4)."""
    for wanted, _ in trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        short = wanted.split("-")[0]
        if short in dict(settings.LANGUAGES):
            return short
    return settings.LANGUAGE_CODE
