"""Who asks, as far as the network tells."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - who has no address: all of those are one


def client_address(request: HttpRequest) -> str:
    """The address that limits count by; of IPv6 the start of the /64, because one subscriber has all of those.

    Behind https stands one proxy of ours, which adds the address it sees at the end of X-Forwarded-For; whatever
    stands before that was sent by the visitor and counts for nothing.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SLUIS.https:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
