"""Decides whether we may go to an address, and to which IP exactly."""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sluis.foundation.egress.outcome import EgressRefused, RemoteFailed, RemoteNameless
from sluis.foundation.nameless import is_nameless
from sluis.kernel.text import N_

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]{1,253}", re.IGNORECASE)
# IPv6 addresses that carry an IPv4 address inside, which a gateway would unwrap behind our back; and old site-local.
_CARRIERS = tuple(
    map(
        ipaddress.IPv6Network,
        ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"),
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host` as text; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """`allow_private` are the non-public addresses or networks (10.1.2.0/24) that may be reached all the same.

    `hosts` are names that the operator vouches for, as "host" (all its ports) or "host:port": these may be private
    and on any port.
    """

    allow_private: tuple[str, ...] = ()
    resolve: Resolve = resolve
    hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Sequence[str]) -> "EgressPolicy":
        """From a list of the operator in which networks, addresses, hosts and host:port stand together."""
        networks = tuple(entry for entry in entries if is_network(entry))
        return cls(networks, hosts=tuple(entry.lower() for entry in entries if entry not in networks))

    def vouched(self, host: str, port: int) -> bool:
        return bool({host, f"{host}:{port}"} & set(self.hosts))


@dataclass(frozen=True, slots=True)
class Target:
    """One checked address. `addresses` are the only ones a connection may be made to."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)


def check(url: str, *, allow: Sequence[str] | None, policy: EgressPolicy) -> Target:
    """Check `url` and resolve its name, once. Raises EgressRefused; RemoteNameless when the name does not exist, and
    RemoteFailed when nobody can say whether it does.

    `allow` limits to these hosts; an entry "host:port" also opens that port. None is every public host on 80 and 443.
    """
    scheme, host, port, path = _parts(url)
    if allow is not None and not {host, f"{host}:{port}"} & {entry.lower() for entry in allow}:
        raise EgressRefused("egress.not-listed", N_("{url} staat niet op de lijst van toegestane adressen."), url=url)
    if port not in _PORTS.values() and f"{host}:{port}" not in (allow or ()) and not policy.vouched(host, port):
        raise _closed(url, f"{host}:{port}")
    return Target(url, scheme, host, port, path, _addresses(url, host, port, policy))


def pinned(host: str, port: int, *, policy: EgressPolicy, usual: Sequence[int]) -> Target:
    """Check an address of another protocol than HTTP; connect to its `addresses` and to nothing else.

    `usual` are the ports of that protocol, open without the operator. Raises as `check` does.
    """
    shown = f"{host}:{port}"
    try:
        name = _host(host.strip())
    except ValueError as error:
        raise EgressRefused("egress.host", N_("{url} is geen geldig adres."), url=shown) from error
    if port not in usual and not policy.vouched(name, port):
        raise _closed(shown, f"{name}:{port}")
    return Target(shown, "", name, port, "", _addresses(shown, name, port, policy))


def _closed(url: str, place: str) -> EgressRefused:
    """An address or a network of the operator opens only the usual ports: this names what does."""
    return EgressRefused(
        "egress.port",
        N_("{url} gebruikt een poort die niet is toegestaan."),
        way_out=N_("Gebruik de gewone poort, of vraag de beheerder om {place} in SLUIS_CONNECT_ALLOW te zetten."),
        url=url,
        place=place,
    )


def is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _parts(url: str) -> tuple[str, str, int, str]:
    if not url.lower().startswith(("http://", "https://")):
        raise EgressRefused("egress.scheme", N_("{url} is geen http- of https-adres."), url=url)
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise EgressRefused("egress.address", N_("{url} is geen geldig webadres."), url=url) from error
    if "@" in parts.netloc or "\\" in url:
        raise EgressRefused("egress.userinfo", N_("{url} bevat een gebruikersnaam of een verwarrend teken."), url=url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return parts.scheme, host, port or _PORTS[parts.scheme], f"{path}?{query}" if query else path


def _host(name: str) -> str:
    """Lower-case ASCII form; raises ValueError. One form only, so that no two parsers can read it differently."""
    if ":" in name:
        return str(ipaddress.IPv6Address(name))
    ascii_name = name.encode("idna").decode().lower()
    if not _HOST.fullmatch(ascii_name):
        raise ValueError(name)
    return ascii_name


def _addresses(url: str, host: str, port: int, policy: EgressPolicy) -> tuple[str, ...]:
    try:
        found = tuple(policy.resolve(host, port))
    except OSError as error:
        raise (RemoteNameless(url=url, host=host) if is_nameless(error) else RemoteFailed(url=url)) from error
    if not found:
        raise RemoteFailed(url=url)
    # One bad address among good ones is an attack or an accident; neither deserves a second chance.
    if policy.vouched(host, port):
        return found
    if not all(_is_allowed(text, policy.allow_private) or is_public(text) for text in found):
        raise EgressRefused(
            "egress.private",
            N_("{url} wijst naar een intern of niet-openbaar netwerkadres."),
            way_out=N_(
                "Gebruik een openbaar adres. Is het een bron in uw eigen netwerk, vraag de beheerder dan haar in "
                "SLUIS_CONNECT_ALLOW te zetten."
            ),
            url=url,
        )
    return found


def _is_allowed(text: str, networks: Sequence[str]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


def is_public(text: str) -> bool:
    """Whether an IP address lies on the public internet (IANA special-purpose registries)."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _CARRIERS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
