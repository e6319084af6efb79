"""The data of a dataset over its releases: only what stood outside, and still does."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext

from sluis.lake.watching.drift import drifts
from sluis.release import public
from sluis.release.types import PublicDatasetRecord, PublicReleaseInfo
from sluis.web.formats import day, number
from sluis.web.shapes import Column, Point, Series, Table

MOST = 24


def over_time(found: PublicDatasetRecord) -> dict[str, Any] | None:
    """Small charts with their table; None while there is nothing to hold beside each other."""
    if not found.columns or len(found.document.get("releases", ())) < 2:
        return None
    shown = public.standing_tables(found.slug, MOST)[::-1]
    if len(shown) < 2:
        return None
    moved = {b.number: _moved(a, b) for a, b in pairwise(shown)}
    days = {b.number: (b.published_at - a.published_at).days for a, b in pairwise(shown)}
    return {"charts": _charts(shown, days, moved), "table": _table(shown, days, moved)}


def _moved(before: PublicReleaseInfo, after: PublicReleaseInfo) -> float:
    found = drifts(_profile(before), _profile(after))
    return max(found.values(), default=0.0)


def _profile(release: PublicReleaseInfo) -> dict[str, Any]:
    """The part of the profile that the outside may see."""
    return {"columns": [{**c.profile, "name": c.name, "type": c.type} for c in release.columns if "rows" in c.profile]}


def _charts(shown: Sequence[PublicReleaseInfo], days: Mapping[int, int], moved: Mapping[int, float]) -> list[Series]:
    last, later = shown[-1], shown[1:]
    return [
        Series(
            gettext("Omvang"),
            gettext("De nieuwste versie heeft {count} rijen.").format(count=number(last.rows)),
            [Point(f"v{one.number}", one.rows) for one in shown],
            gettext("rijen"),
        ),
        Series(
            gettext("Versheid"),
            gettext("De nieuwste versie kwam {days} dagen na die ervoor.").format(days=number(days[last.number])),
            [Point(f"v{one.number}", days[one.number]) for one in later],
            gettext("dagen"),
        ),
        Series(
            gettext("Verschuiving"),
            gettext("Hoe anders waarden verdeeld zijn dan in de versie ervoor: 0 is gelijk, 1 lijkt niet meer."),
            [Point(f"v{one.number}", moved[one.number]) for one in later],
        ),
    ]


def _table(shown: Sequence[PublicReleaseInfo], days: Mapping[int, int], moved: Mapping[int, float]) -> Table:
    heads = [
        Column(gettext("Versie")),
        Column(gettext("Online sinds")),
        Column(gettext("Rijen"), "amount"),
        Column(gettext("Dagen na de vorige"), "amount"),
        Column(gettext("Verschuiving"), "number", scale=2),
    ]
    lines = [
        [one.number, day(one.published_at), one.rows, days.get(one.number), moved.get(one.number)]
        for one in reversed(shown)
    ]
    return Table(gettext("De cijfers, nieuwste versie eerst"), heads, lines, id="verloop")
