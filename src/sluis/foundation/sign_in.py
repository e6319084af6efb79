"""Sign-in of staff. Accounts are made by an administrator, never by a visitor."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from sluis.foundation.visitors import client_address


class StaffOnly(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths on this site: no other host, no `//` or `/\\` tricks (CVE-2025-64481)."""
        return bool(url) and url.startswith("/") and not url.startswith(("//", "/\\")) and super().is_safe_url(url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the limiter counts."""
        return client_address(request)
