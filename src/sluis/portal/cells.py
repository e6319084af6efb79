"""Values of a row as a page shows them: text only, a web address as a link, a shape as words."""

import re
from typing import Any

from django.utils.translation import gettext

from sluis.lake.rows.types import Column
from sluis.web.formats import number
from sluis.web.shapes import Link

LONGEST = 80
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,2000}", re.IGNORECASE)
_POINT = re.compile(r"POINT(?: Z| M| ZM)? \((-?[\d.]+) (-?[\d.]+)")
_NAMES = {"POINT": "punt", "LINESTRING": "lijn", "POLYGON": "vlak", "MULTIPOINT": "punten", "MULTILINESTRING": "lijnen",
          "MULTIPOLYGON": "vlakken", "GEOMETRYCOLLECTION": "vormen"}  # fmt: skip


def shown(value: Any, column: Column, longest: int = LONGEST) -> Any:
    """Ready for a data table: None stays None, numbers and dates stay what they are."""
    if value is None:
        return None
    if column.type == "geometry":
        return _shape(str(value))
    if not isinstance(value, str):
        return value
    if _ADDRESS.fullmatch(value):
        return Link(_cut(value, longest), value)
    return _cut(value, longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _shape(wkt: str) -> str:
    """Well-known text in words: the coordinates of a point, the kind and size of anything else."""
    if found := _POINT.match(wkt):
        return " ".join(_coordinate(part) for part in found.groups())
    name = _NAMES.get(wkt.split(" ", 1)[0].split("(")[0], "")
    kind = {
        "punt": gettext("punt"), "lijn": gettext("lijn"), "vlak": gettext("vlak"), "punten": gettext("punten"),
        "lijnen": gettext("lijnen"), "vlakken": gettext("vlakken"),
    }.get(name, gettext("vorm"))  # fmt: skip
    return gettext("{kind}, {count} hoekpunten").format(kind=kind, count=number(wkt.count(",") + 1))


def _coordinate(text: str) -> str:
    """Metres to the decimetre, degrees to the metre."""
    amount = float(text)
    return f"{amount:.5f}" if abs(amount) <= 180 else f"{amount:.1f}".removesuffix(".0")
