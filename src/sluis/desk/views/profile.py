"""The profile of a table: how each column is spread, personal data that was seen, keys and small groups."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sluis.desk import words
from sluis.desk.page import show, who
from sluis.desk.tables import bars_of, head, shown_value
from sluis.desk.views.tables import around
from sluis.foundation import sandbox
from sluis.kernel.errors import Conflict, Fault
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.types import ColumnType
from sluis.web import spoken
from sluis.web.formats import number
from sluis.web.shapes import Choice

_MEASURES = (
    ("min", N_("Kleinste")),
    ("quartile1", N_("Eerste kwart")),
    ("median", N_("Midden")),
    ("mean", N_("Gemiddelde")),
    ("quartile3", N_("Derde kwart")),
    ("max", N_("Grootste")),
)


@require_safe
def profile(request: HttpRequest, version_id: UUID) -> HttpResponse:
    found = lake.table_version(by=who(request), table_version_id=version_id)
    if found.status != "ready" or not found.profile:
        raise Conflict(
            "table.not-ready", N_("Deze versie heeft geen profiel: het inlezen is niet gelukt of niet klaar.")
        )
    measured = found.profile
    chosen = [name for name in request.GET.getlist("kolom") if name in {c["name"] for c in measured["columns"]}]
    context = around(request, found, deeper=True) | {
        "profile": measured,
        "columns": [_column(column) for column in measured["columns"]],
        "hits": [_hit(hit, measured) for hit in measured["personal_data"]],
        "keys": spoken.written(", ".join(_listed(key, measured, " + ") for key in measured["keys"])),
        "choices": [
            Choice(c["name"], spoken.written(c["title"] or c["name"]), checked=c["name"] in chosen)
            for c in measured["columns"]
            if c["type"] != ColumnType.GEOMETRY
        ],
        "groups": _groups(request, found, chosen) if chosen else measured.get("anonymity"),
        "chosen": chosen,
    }
    return show(request, "profile", context)


def _column(column: dict[str, Any]) -> dict[str, Any]:
    bars = bars_of(column)
    facts = [
        (gettext(label), shown_value(column, column[name])) for name, label in _MEASURES if column.get(name) is not None
    ]
    if column.get("distinct") is not None:
        about = "" if column.get("distinct_exact") else gettext("ongeveer") + " "
        facts.append((gettext("Verschillende waarden"), about + number(column["distinct"])))
    if column.get("length"):
        lengths = column["length"]
        facts.append((gettext("Aantal tekens"), f"{lengths['min']}–{lengths['max']}"))
    return {
        "name": column["name"],
        "title": spoken.written(column["title"] or column["name"]),
        "words": gettext(words.COLUMN_TYPES[ColumnType(column["type"])]),
        "empty": column["empty"],
        "share": column["empty_share"],
        "hidden": column.get("hidden", False),
        "unique": column.get("unique", False),
        "facts": facts,
        "bars": bars,
        "is_histogram": bool(column.get("histogram")),
        "top": column.get("top") if column.get("histogram") else None,
        "patterns": column.get("patterns") or [],
        "head": head(column, column),
    }


def _hit(hit: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any]:
    label, look = words.CONFIDENCE[hit["confidence"]]
    return {
        "kind": gettext(words.PERSONAL.get(hit["kind"], hit["kind"])),
        "columns": spoken.written(_listed(hit["columns"], measured, ", ")),
        "count": hit["count"],
        "share": hit["share"],
        "confidence": gettext(label),
        "look": look,
        "why": Fault(hit["why"], params=hit["params"]).text(gettext),
        "examples": hit["examples"],
        "estimated": hit.get("estimated", False),
    }


def _listed(names: Iterable[str], measured: dict[str, Any], between: str) -> str:
    titles = {c["name"]: c["title"] or c["name"] for c in measured["columns"]}
    return between.join(titles.get(name, name) for name in names)


def _groups(request: HttpRequest, found: Any, chosen: list[str]) -> dict[str, Any]:
    paths = lake.data_files(by=who(request), table_version_id=found.id).paths
    asked = {"source": [str(path) for path in paths], "columns": found.report["columns"], "quasi_identifiers": chosen}
    return sandbox.run("sluis.lake.profile.entry:anonymity", asked, reads=paths, writes=None)
