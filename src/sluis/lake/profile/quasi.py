"""Which columns may, taken together, point out a person: a proposal, from their names and their values."""

import re
from collections.abc import Sequence
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.profile.duck_columns import Basics
from sluis.lake.types import Column, ColumnType

_ABOUT = (
    (re.compile(r"post_?code|(?:^|_)pc[46]"), N_("postcode")),
    (
        re.compile(r"geboorte_?(?:datum|dag|jaar)|birth|leeftijd|(?:^|_)age(?:_|$)|geb_?jaar"),
        N_("geboorte of leeftijd"),
    ),
    (re.compile(r"geslacht|gender|(?:^|_)sex(?:e|_|$)"), N_("geslacht")),
    (re.compile(r"gemeente|woonplaats|(?:^|_)wijk|(?:^|_)buurt"), N_("woonplaats")),
    (re.compile(r"beroep|functie(?:_|$)|profession|opleiding"), N_("beroep of opleiding")),
    (re.compile(r"nationaliteit|geboorteland|herkomst|burgerlijke_?staat|gezin|huishouden"), N_("herkomst of gezin")),
)
_ALMOST_UNIQUE = 0.9
MOST = 5


def propose(columns: Sequence[Column], basics: Basics, rows: int) -> list[dict[str, Any]]:
    """At most five columns, each with what it is about; columns that tell rows apart by themselves are left out."""
    found = [{"column": c.name, "about": about} for c in columns if (about := _about(c)) and _groups(basics, c, rows)]
    return found[:MOST]


def _about(column: Column) -> str:
    text = re.sub(r"[^\w]+", "_", f"{column.name} {column.title}".lower())
    return next((about for pattern, about in _ABOUT if pattern.search(text)), "")


def _groups(basics: Basics, column: Column, rows: int) -> bool:
    if column.type in (ColumnType.GEOMETRY, ColumnType.JSON):
        return False
    return 1 < basics[column.name]["distinct"] < max(3, _ALMOST_UNIQUE * rows)
