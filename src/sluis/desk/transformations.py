"""A transformation and the way back of a table as what their pages show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.sources import schedule_words
from sluis.kernel.errors import Gone, NotFound
from sluis.lake.service import Lineage, Tried, connectors
from sluis.lake.service import Place as Behind
from sluis.release import reading
from sluis.web import flow, spoken
from sluis.web.formats import number
from sluis.web.shapes import Column, Table


def start_words(start: str, schedule: Mapping[str, Any]) -> str:
    """When it runs, in words."""
    return schedule_words(schedule) if start == "schedule" else gettext(words.START[start])


def figure_lines(figures: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What was measured, before and after the steps."""
    before, after = figures["before"], figures["after"]
    lines = [
        (gettext(label), number(before[name]), number(after[name]) if name in after else "")
        for name, label in words.HIDING_FIGURES.items()
        if name in before
    ]
    if "least_values" in after:
        label = gettext("Verschillende waarden van {column} in een groep, ten minste")
        lines.append((label.format(column=after["sensitive"]), "", number(after["least_values"])))
    return lines


def figure_facts(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same for a narrow place, in words: 860 → 789."""
    return [(label, f"{before} → {after}" if before else after) for label, before, after in figure_lines(figures)]


def figure_table(figures: Mapping[str, Any]) -> Table:
    measured = (gettext("Voor de stappen"), gettext("Na de stappen"))
    heads = [Column(gettext("Wat")), *(Column(head, type="integer") for head in measured)]
    return Table(gettext("Hoe herkenbaar zijn mensen?"), heads, figure_lines(figures), id="cijfers")


def figure_notes(figures: Mapping[str, Any]) -> list[str]:
    """What the figures are about, and what was done."""
    listed = (
        (gettext("Kolommen die samen iemand kunnen aanwijzen: {columns}."), figures["before"]["columns"]),
        (gettext("Weggelaten kolommen: {columns}."), figures["removed"]),
        (gettext("Pseudoniemen: {columns}."), figures["pseudonyms"]),
    )
    notes = [text.format(columns=", ".join(names)) for text, names in listed if names]
    return [*notes, gettext("Weggelaten rijen: {count}.").format(count=number(figures["left_out"]))]


def first_rows(tried: Tried) -> Table:
    heads = [
        Column(spoken.written(c["title"] or c["name"]), type=c["type"], scale=c.get("scale")) for c in tried.columns
    ]
    rows = [[row.get(c["name"]) for c in tried.columns] for row in tried.first]
    caption = gettext("Eerste rijen van {rows}").format(rows=number(tried.rows))
    return Table(caption, heads, rows, row_header=None, id="proef")


def picture(found: Lineage, slug: str) -> SafeString:
    """From source to release. `slug` is that of the dataset at the end."""
    deepest = max((place.depth for place in found.places), default=0)
    boxes = [flow.Box(p.key, _title(p), _note(p), deepest - p.depth, _rows(p.columns)) for p in found.places]
    lines = [(line.place, line.column, line.to_place, line.to_column) for line in found.lines]
    outside = _outside(slug, deepest + 1)
    if outside and found.places:
        boxes.append(outside)
        here = {name for name, _title in found.places[0].columns}
        lines += [(found.places[0].key, name, outside.key, name) for name, _title in outside.rows if name in here]
    return flow.drawn(boxes, lines, gettext("Waar elke kolom vandaan komt, van bron tot uitgave"))


def way_table(found: Lineage, slug: str) -> Table:
    """The same as rows: each column, where it directly comes from, where that begins, and whether it is outside."""
    outside = {name for name, _title in (_outside(slug, 0) or flow.Box("", "", "", 0)).rows}
    here, known = found.places[0], {place.key: place for place in found.places}
    rows: list[list[Any]] = []
    for name, title in here.columns:
        own = (here.key, name)
        direct = [(line.place, line.column) for line in found.lines if (line.to_place, line.to_column) == own]
        ends = _ends(found, own)
        rows.append(
            [
                spoken.written(title),
                _listed(direct, known),
                _listed(ends, known),
                gettext("ja") if name in outside else gettext("nee"),
            ]
        )
    heads = [gettext("Kolom"), gettext("Komt uit"), gettext("Begint bij"), gettext("Staat buiten")]
    return Table(gettext("Waar elke kolom vandaan komt"), [Column(head) for head in heads], rows, id="herkomst")


def _ends(found: Lineage, column: tuple[str, str]) -> list[tuple[str, str]]:
    """The columns furthest back that this one comes from."""
    back: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for line in found.lines:
        back.setdefault((line.to_place, line.to_column), []).append((line.place, line.column))
    seen = behind = {column: None}
    while behind:
        behind = dict.fromkeys(other for one in behind for other in back.get(one, ()) if other not in seen)
        seen = seen | behind
    return [one for one in seen if one not in back and one != column]


def _rows(columns: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, spoken.written(title)) for name, title in columns]


def _listed(columns: Sequence[tuple[str, str]], known: Mapping[str, Behind]) -> str:
    shown = [f"{_title(known[key])}: {dict(known[key].columns).get(name, name)}".rstrip(": ") for key, name in columns]
    return spoken.written("; ".join(dict.fromkeys(shown)))


def _outside(slug: str, place: int) -> flow.Box | None:
    """The release that stands outside, as the last box."""
    try:
        table = reading.table(slug)
    except (NotFound, Gone):
        return None
    title = gettext("Uitgave {n}").format(n=table.release)
    return flow.Box("release", title, gettext("staat buiten"), place, _rows((c.name, c.title) for c in table.columns))


def _title(place: Behind) -> str:
    return gettext("Een tabel die u niet mag zien") if place.kind == "hidden" else spoken.written(place.title)


def _note(place: Behind) -> str:
    if place.kind == "source":
        known = connectors().get(place.detail)
        return gettext(known.title) if known else place.detail
    if place.kind == "file":
        return gettext("aangeleverd bestand")
    return gettext(words.LAYER[place.detail]) if place.detail else gettext("tabel")
