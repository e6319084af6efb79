"""Which ID tokens we believe: OpenID Connect Core 1.0, 3.1.3.7, and RFC 8725 (best practice for JWT).

The signature is checked although the token came straight from the provider over TLS; allauth would skip it.
"""

import hmac
from collections.abc import Mapping
from typing import Any

import jwt

from sluis.kernel.errors import NotAllowed
from sluis.kernel.text import N_

# Only signatures with a key pair: 'none' proves nothing, and a shared secret could be the public key read as one.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that two clocks may differ
REQUIRED = ("iss", "sub", "aud", "exp", "iat")


class Untrusted(NotAllowed):
    """A token that does not prove who signs in. `reason` is for the log of the operator, never for the page."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "sign-in.untrusted",
            N_("Het antwoord van de inlogdienst klopt niet."),
            way_out=N_("Begin opnieuw met inloggen. Blijft dit zo, meld het dan bij de beheerder."),
        )
        self.reason = reason


def verified(token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token. `keys` is the provider's JWK set. Raises Untrusted."""
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise Untrusted(f"algorithm {algorithm[:20]!r}")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(keys, header, algorithm),
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": list(REQUIRED)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise Untrusted(f"{type(error).__name__}: {error}") from error
    _check_party(claims, client_id)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise Untrusted("nonce")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise Untrusted("subject")
    return claims


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """A token for several audiences says who asked for it, and that is us."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise Untrusted("authorized party")


def _key(keys: Mapping[str, Any], header: Mapping[str, Any], algorithm: str) -> Any:
    """The one key that this header can mean."""
    usable = [
        key
        for key in jwt.PyJWKSet.from_dict(dict(keys)).keys
        if key.public_key_use in (None, "sig") and _given(keys, key.key_id).get("alg", algorithm) == algorithm
    ]
    if "kid" in header:
        usable = [key for key in usable if key.key_id == header["kid"]]
    fitting = [key for key in usable if key.key_type == _KINDS[algorithm[:2]]]
    if len(fitting) != 1:
        raise Untrusted(f"{len(fitting)} keys fit")
    return fitting[0].key


_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


def _given(keys: Mapping[str, Any], key_id: str | None) -> Mapping[str, Any]:
    return next((key for key in keys["keys"] if key.get("kid") == key_id), {})
