"""Identifiers: time-ordered UUIDs (RFC 9562 version 7) and readable slugs."""

import os
import re
import unicodedata
import uuid

from sluis.kernel import clock


def new_id() -> uuid.UUID:
    """A UUIDv7: milliseconds since 1970 in the first 48 bits, so that keys stay in order of making."""
    ms = int(clock.now().timestamp() * 1000) & ((1 << 48) - 1)
    rand = int.from_bytes(os.urandom(10), "big")
    value = (ms << 80) | (0x7 << 76) | ((rand >> 62 & 0xFFF) << 64) | (0b10 << 62) | (rand & ((1 << 62) - 1))
    return uuid.UUID(int=value)


def slugify(text: str, *, limit: int = 80) -> str:
    """Lower-case ASCII words joined by '-', at most `limit` characters; '' when nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text.lower())
    slug = "-".join(words)
    if len(slug) <= limit:
        return slug
    return slug[:limit].rsplit("-", 1)[0] if "-" in slug[:limit] else slug[:limit]
