"""Which figures of a column would show the personal data in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sluis.lake.profile.personal import POSSIBLE

_TELLING = ("min", "max", "mean", "quartile1", "median", "quartile3", "quartiles_exact", "top", "histogram")


def hide(shape: dict[str, Any], hits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a profile shows must not be the personal data itself. A postcode alone does not name anyone."""
    found = [h for h in hits if shape["name"] in h["columns"]]
    if all(h["kind"] == "address" and h["confidence"] == POSSIBLE for h in found):
        return shape
    return {key: value for key, value in shape.items() if key not in _TELLING} | {"hidden": True}
