"""Who asks, as far as the network tells; and what every form for visitors needs: a limit and a number."""

import ipaddress
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode

from sluis.kernel import clock
from sluis.kernel.errors import TooMany
from sluis.kernel.text import N_

UNKNOWN = "0.0.0.0"  # noqa: S104 - who has no address: all of those are one
HOUR, DAY = 3600, 24 * 3600
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else


def client_address(request: HttpRequest) -> str:
    """The address that limits count by; of IPv6 the start of the /64, because one subscriber has all of those."""
    return _network(_address(request))


def stands_in(request: HttpRequest, networks: Iterable[str]) -> bool:
    """Whether the asker stands in one of these networks (10.1.2.0/24) or addresses.

    False for what a proxy handed on while we do not know of one: then its own address is not that of the asker.
    """
    if not settings.SLUIS.https and any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via")):
        return False
    try:
        address = ipaddress.ip_address(_address(request))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ipaddress.ip_network(network) for network in networks)


def limit(kind: str, ip: str, most: int) -> None:
    """Raise TooMany after `most` times of this kind in an hour per IPv4 address or IPv6 /64.

    Counted in the shared cache, and kept no longer than the hour.
    """
    if _times(f"{kind}:{_network(ip)}", HOUR) > most:
        text = N_("U hebt dit formulier net al een paar keer verstuurd. Probeer het over een uur opnieuw.")
        raise TooMany("visitor.too-many", text)


def limit_mailbox(kind: str, email: str, most: int) -> None:
    """Raise TooMany after `most` mails of this kind in a day to one mailbox; `jan+data@` is the box of `jan@`.

    Counted in the shared cache under a keyed hash, and kept no longer than the day. A host counts as what a mail server
    looks up: it can be written in other letters (`ｎl`, `xn--…`) that mean the same.
    """
    name, _, host = email.lower().rpartition("@")
    box = f"{name.partition('+')[0]}@{punycode(host)}"
    box = salted_hmac("sluis.foundation.mailbox", box, algorithm="sha256").hexdigest()
    if _times(f"{kind}:{box}", DAY) > most:
        text = N_("Wij stuurden vandaag al een paar mails naar dit adres. Kijk ook bij uw ongewenste mail.")
        raise TooMany("visitor.mailbox", text, way_out=N_("Probeer het morgen opnieuw."))


def _times(what: str, seconds: int) -> int:
    """How often, this time included, in this hour or day."""
    key = f"{what}:{int(clock.now().timestamp() // seconds)}"
    cache.add(key, 0, timeout=seconds)
    return cache.incr(key)


def is_mailbox(text: str) -> bool:
    """Whether a mail can be sent there, as far as its form tells; of at most 254 characters (RFC 5321).

    A name between quotes is refused: nobody has one, and it writes one mailbox in more ways than a limit can count.
    """
    try:
        validate_email(text)
    except ValidationError:
        return False
    name = text.rpartition("@")[0]
    return len(text) <= 254 and name.isascii() and not name.startswith('"')


def reference(letter: str) -> str:
    """A number to give to a visitor, such as M-7K3PX2QD: nobody guesses one (32^8), everybody can spell it."""
    return f"{letter}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _address(request: HttpRequest) -> str:
    """Behind https stands one proxy of ours, which adds the address it sees at the end of X-Forwarded-For; whatever
    stands before that was sent by the visitor and counts for nothing.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SLUIS.https:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return address


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
