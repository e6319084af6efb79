"""Sign-in of staff. Accounts are made by an administrator, never by a visitor."""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class StaffOnly(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths on this site: no other host, no `//` or `/\\` tricks (CVE-2025-64481)."""
        return bool(url) and url.startswith("/") and not url.startswith(("//", "/\\")) and super().is_safe_url(url)

    def get_login_redirect_url(self, request: Any) -> str:
        return "/desk/"

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the limiter counts: the address, of IPv6 the /64, because one subscriber has all of those.

        Behind https stands one proxy of ours, which adds the address it sees at the end of X-Forwarded-For; whatever
        stands before that was sent by the visitor and counts for nothing.
        """
        address = request.META.get("REMOTE_ADDR", "")
        if settings.SLUIS.https:
            address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return "0.0.0.0"  # noqa: S104 - no address: all of those share one count
        if isinstance(parsed, ipaddress.IPv6Address) and not parsed.ipv4_mapped:
            return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
