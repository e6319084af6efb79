"""The requests library that allauth uses, carried by the egress client: every connection it makes is checked."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from sluis.foundation import egress
from sluis.kernel.errors import SluisError

MOST_BYTES = 1_000_000
SECONDS = 10.0


def provider_session() -> requests.Session:
    """A session that reaches the issuer of the settings, the extra hosts they name, and nothing else."""
    known = settings.SLUIS
    carrier = _Carrier(
        allow=(urlsplit(known.oidc_issuer).netloc, *known.oidc_hosts),
        policy=egress.EgressPolicy(allow_private=known.oidc_private_networks),
    )
    session = requests.Session()
    session.trust_env = False  # no proxy and no password file of the environment
    session.max_redirects = 0  # those of a GET are followed, and checked, by the egress client
    session.mount("https://", carrier)
    session.mount("http://", carrier)
    return session


class _Carrier(BaseAdapter):
    def __init__(self, *, allow: tuple[str, ...], policy: egress.EgressPolicy) -> None:
        super().__init__()
        self.allow, self.policy = allow, policy

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """What the egress client refuses or fails at is a ConnectionError, which allauth expects."""
        sent = {name: str(value) for name, value in request.headers.items() if name.lower() not in _OURS}
        about: dict[str, Any] = {"purpose": "sign-in", "allow": self.allow, "policy": self.policy, "headers": sent}
        about |= {"max_bytes": MOST_BYTES, "timeout": SECONDS}
        try:
            if request.method == "POST":
                reply = egress.post(str(request.url), body=_bytes(request.body), **about)
            else:
                reply = egress.get(str(request.url), **about)
        except SluisError as error:
            raise requests.ConnectionError(error.code, request=request) from error
        return _response(request, reply)

    def close(self) -> None:
        """Each request has a connection of its own."""


_OURS = {"user-agent", "accept-encoding", "connection"}


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body or "").encode()


def _response(request: requests.PreparedRequest, reply: egress.Reply) -> requests.Response:
    response = requests.Response()
    response.status_code, response.url, response.request = reply.status, reply.url, request
    response.headers = CaseInsensitiveDict(reply.headers)
    response._content = reply.body  # pyright: ignore[reportPrivateUsage] - requests has no other way to hand it over
    return response
