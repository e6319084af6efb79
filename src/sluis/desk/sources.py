"""A source and a schedule as what their pages show."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.forms.corrections import told
from sluis.kernel.text import N_
from sluis.lake.service import Preview, SourceRecord
from sluis.web import spoken
from sluis.web.shapes import Column, Table

WEEKDAYS = (
    N_("maandag"), N_("dinsdag"), N_("woensdag"), N_("donderdag"), N_("vrijdag"), N_("zaterdag"), N_("zondag"),
)  # fmt: skip


def schedule_words(schedule: Mapping[str, Any]) -> str:
    """When something is due, in words."""
    count, at = schedule.get("count", 0), schedule.get("at", "")
    match schedule.get("every"):
        case "minutes":
            return words.period(timedelta(minutes=count))
        case "day":
            return gettext("elke dag om {at}").format(at=at)
        case "week":
            return gettext("elke {day} om {at}").format(day=gettext(WEEKDAYS[count - 1]), at=at)
        case "month":
            return gettext("elke maand op dag {count} om {at}").format(count=count, at=at)
        case _:
            return gettext("alleen met de hand")


def facts_of(source: SourceRecord, connector: Any) -> list[tuple[str, str]]:
    """How the source is set up; a secret only as that there is one."""
    facts = [(gettext("Koppeling"), gettext(connector.title))]
    for field in connector.fields:
        value = source.config.get(field.name, "")
        if field.name in source.secrets:
            value = gettext("ingevuld, niet te zien")
        known = dict(field.choices)
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        facts.append((gettext(field.label), gettext(known[value]) if shown in known else shown))
    return [
        *facts,
        *told(source.options),
        (gettext("Nieuwe rijen"), gettext(words.SOURCE_MODES[source.mode])),
        (gettext("Sleutel"), ", ".join(source.key)),
        (gettext("Wanneer"), schedule_words(source.schedule)),
        (gettext("Pogingen"), str(source.attempts)),
    ]


def table_of(preview: Preview) -> Table:
    """The first rows under their heads."""
    heads = [
        Column(title=spoken.written(c["title"] or c["name"]), type=c["type"], scale=c.get("scale"))
        for c in preview.columns
    ]
    rows = [[row[c["name"]] for c in preview.columns] for row in preview.rows]
    return Table(
        gettext("Eerste rijen van {file}").format(file=preview.filename), heads, rows, row_header=None, id="proef"
    )
