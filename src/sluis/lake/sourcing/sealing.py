"""Secrets of sources at rest: sealed with a key made from the secret key of the installation (HKDF, Fernet).

The database and its backups hold only what is sealed; the key itself stands elsewhere. What is sealed names its
source, so that it opens nowhere else.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_

_PURPOSE = b"sluis secrets of sources, 1"


def sealed(source_id: UUID, secrets: Mapping[str, str]) -> str:
    return _box().encrypt(json.dumps([str(source_id), dict(secrets)]).encode()).decode()


def opened(source_id: UUID, title: str, text: str) -> dict[str, str]:
    """The secrets by field name. Raises Conflict when they were sealed with another key, or for another source."""
    try:
        owner, secrets = json.loads(_box().decrypt(text.encode()))
    except InvalidToken:
        owner, secrets = "", {}
    if owner != str(source_id):
        raise Conflict(
            "source.secret-unreadable",
            N_("De geheimen van de bron {source} zijn niet te lezen: de sleutel van deze installatie is veranderd."),
            way_out=N_("Vul het wachtwoord of de toegangscode van deze bron opnieuw in."),
            source=title,
        )
    return secrets


def _box() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(settings.SECRET_KEY.encode())
    return Fernet(urlsafe_b64encode(key))
