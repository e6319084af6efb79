"""One byte form for one value, so that a hash means something (after RFC 8785, JSON Canonicalization Scheme)."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast
from uuid import UUID


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Dates become ISO 8601, decimals and ids become strings.

    Raises TypeError for anything else JSON does not know, and ValueError for NaN or infinity.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
    ).encode()


def digest(value: Any) -> str:
    """SHA-256 of `canonical(value)`, 64 hexadecimal characters."""
    return hashlib.sha256(canonical(value)).hexdigest()


def in_order(value: Any) -> Any:
    """The same with the keys of every object sorted: PostgreSQL gives those of JSON back in an order of its own."""
    match value:
        case dict():
            known = cast("dict[str, Any]", value)
            return {name: in_order(known[name]) for name in sorted(known)}
        case list():
            return [in_order(one) for one in cast("list[Any]", value)]
        case _:
            return value


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Enum():
            return value.value
        case frozenset() | set():
            return sorted(value)
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")
