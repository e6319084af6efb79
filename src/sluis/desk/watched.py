"""Quality over time as pages show it: small charts, one table with the same figures, and troubles in words."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext, ngettext

from sluis.desk import words
from sluis.kernel import clock
from sluis.kernel.errors import Fault
from sluis.kernel.text import N_, Said
from sluis.lake import service as lake
from sluis.lake.watching.types import DRIFT_LIMIT, AlertRecord, MeasureRecord, WatchRecord
from sluis.lake.watching.wording import TEXTS, worded
from sluis.web import spoken
from sluis.web.formats import cell, number, percentage
from sluis.web.shapes import Column, Point, Series, Table

FRESH_BY = {
    "setting": N_("uw eigen grens"),
    "contract": N_("de afspraken"),
    "frequency": N_("hoe vaak de data volgens de beschrijving verandert"),
}


def charts(found: Sequence[MeasureRecord], watch: WatchRecord) -> list[Series]:
    """One small chart per matter, each with its own axis; rejected rows and empty cells only where there are any."""
    last = found[-1]
    limit = watch.limits.drift_limit if watch.limits.drift_limit is not None else DRIFT_LIMIT
    shown = [
        _fresh(found, watch),
        Series(
            gettext("Omvang"),
            _volume(last),
            [Point(_name(m), m.amount, m.odd_volume, m.low, m.high) for m in found],
            gettext("rijen"),
        ),
        Series(
            gettext("Afspraken"),
            _promises(last),
            [Point(_name(m), m.broken, m.verdict in lake.STOPS) for m in found],
            gettext("niet nagekomen"),
        ),
        Series(
            gettext("Verschuiving"),
            _drift(last),
            [Point(_name(m), m.drift, m.drift is not None and m.drift > limit) for m in found],
            limit=limit,
        ),
        Series(
            gettext("Afgekeurd"),
            ngettext("{n} rij van de nieuwste versie is afgekeurd.", "{n} rijen van de nieuwste versie zijn afgekeurd.",
                     last.rejected).format(n=number(last.rejected)),
            [Point(_name(m), m.rejected) for m in found],
            gettext("rijen"),
        ),
        Series(
            gettext("Leeg"),
            gettext("Van alle cellen is {share} leeg.").format(share=percentage(last.empty_share)),
            [Point(_name(m), round(m.empty_share * 100, 1)) for m in found],
            "%",
        ),
    ]  # fmt: skip
    return [*shown[:4], *(one for one in shown[4:] if any(point.value for point in one.points))]


def _fresh(found: Sequence[MeasureRecord], watch: WatchRecord) -> Series:
    """Days between versions, and how old the newest is now."""
    points = [Point(_name(b), _days(a.ready_at, b.ready_at)) for a, b in pairwise(found)]
    age = _days(watch.seen_at, clock.now())
    late = watch.fresh_until is not None and watch.fresh_until < clock.now()
    told = (
        gettext("De data is nu {days} dagen oud.").format(days=number(age))
        if age
        else gettext("De data is net binnen.")
    )
    limit = None
    if watch.fresh_until is not None:
        limit = _days(watch.seen_at, watch.fresh_until)
        told += " " + gettext("Verwacht binnen {days} dagen.").format(days=number(limit))
    return Series(gettext("Versheid"), told, [*points, Point(gettext("nu"), age, late)], gettext("dagen"), limit)


def _volume(last: MeasureRecord) -> str:
    said = gettext("Erbij: {count} rijen.") if last.added else gettext("De nieuwste versie heeft {count} rijen.")
    told = said.format(count=number(last.amount))
    if last.low is None:
        return f"{told} {gettext('Er zijn nog te weinig versies om te zeggen wat gewoon is.')}"
    expected = gettext("Verwacht: {low} tot en met {high}.")
    return f"{told} {expected.format(low=number(last.low), high=number(last.high))}"


def _promises(last: MeasureRecord) -> str:
    if last.broken is None:
        return gettext("Er zijn geen afspraken, of ze zijn nog niet gecontroleerd.")
    if not last.broken:
        return gettext("De nieuwste versie komt alle afspraken na.")
    said = ngettext("{n} afspraak is niet nagekomen.", "{n} afspraken zijn niet nagekomen.", last.broken)
    return said.format(n=number(last.broken))


def _drift(last: MeasureRecord) -> str:
    if last.drift is None:
        return gettext("Er is geen eerdere versie om mee te vergelijken.")
    if not last.drifts:
        return gettext("De waarden zijn verdeeld zoals in de versie ervoor.")
    name, value = next(iter(last.drifts.items()))
    return gettext("Het meest verschoven: {column} ({value} op een schaal van 0 tot 1).").format(
        column=name, value=number(value, 2)
    )


def table(found: Sequence[MeasureRecord]) -> Table:
    """The figures of the charts, the newest version first."""
    heads = [
        Column(gettext("Versie")),
        Column(gettext("Klaar op"), "date"),
        Column(gettext("Rijen"), "amount"),
        Column(gettext("Verwacht")),
        Column(gettext("Afgekeurd"), "amount"),
        Column(gettext("Leeg"), "share"),
        Column(gettext("Verschuiving"), "number", scale=2),
        Column(gettext("Afspraken")),
    ]
    lines = [
        [
            m.number,
            cell(m.ready_at.astimezone(clock.AMSTERDAM).date()),
            m.amount,
            f"{number(m.low)}–{number(m.high)}" if m.low is not None else "–",
            m.rejected,
            m.empty_share,
            m.drift,
            gettext(words.KEPT[m.verdict][0]) if m.verdict else "–",
        ]
        for m in reversed(found)
    ]
    return Table(gettext("Alle cijfers, nieuwste versie eerst"), heads, lines, id="metingen")


def told(alert: AlertRecord, title: str) -> str:
    params = {"number": str(alert.number), "dataset": Said(title, spoken.ORGANISATION), **worded(alert.params)}
    return spoken.told(Fault(TEXTS[alert.kind], params=params))


def row_of(watch: WatchRecord) -> dict[str, Any]:
    return {"watch": watch, "troubles": [words.TROUBLE[trouble] for trouble in watch.troubles]}


def _days(start: datetime, end: datetime) -> float:
    days = max(0.0, (end - start).total_seconds() / 86_400)
    return round(days) if days >= 10 else round(days, 1)


def _name(measure: MeasureRecord) -> str:
    return f"v{measure.number}"
