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
    told = [(c, about(c.name, c.title)) for c in columns]
    found = [{"column": c.name, "about": what} for c, what in told if what and _groups(basics, c, rows)]
    return found[:MOST]


def about(name: str, title: str) -> str:
    """What a column of this name and title tells of a person, as a source text; "" for nothing that is known here."""
    text = re.sub(r"[^\w]+", "_", f"{name} {title}".lower())
    return next((what for pattern, what in _ABOUT if pattern.search(text)), "")


def _groups(basics: Basics, column: Column, rows: int) -> bool:
    if column.type in (ColumnType.GEOMETRY, ColumnType.JSON):
        return False
    return 1 < basics[column.name]["distinct"] < max(3, _ALMOST_UNIQUE * rows)
