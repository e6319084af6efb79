"""Provenance in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.tables import facts_of, met, warnings_of
from sluis.foundation.service import names_of
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.contracts.types import Verdict
from sluis.web.formats import file_size, moment

KINDS = {
    "file": N_("Een bestand dat iemand aanleverde"),
    "source": N_("Een bron"),
    "tables": N_("Andere tabellen"),
}


def shown(found: Mapping[str, Any], version: Any) -> dict[str, Any]:
    """What the page shows of `lake.provenance`."""
    names = names_of({found["generated_by"]["by"], *(entry["by"] for entry in found["history"])})
    origin, made = found["derived_from"], found["generated_by"]
    kind = KINDS[origin["kind"]]
    facts = [
        (gettext("Waaruit"), gettext(kind)),
        (gettext("SHA-256 van de bytes"), origin["sha256"]),
        (gettext("Grootte"), file_size(origin["size"])),
        *(facts_of(version) if version.report else [(gettext("Bestand"), version.filename)]),
    ]
    how = [
        (gettext("Door wie"), names.get(made["by"], gettext("automatisch"))),
        (gettext("Gevraagd"), moment(version.created_at)),
        (gettext("Klaar op"), moment(version.finished_at)),
        (gettext("Ingelezen met"), made["software"]),
        (gettext("Opgeruimd"), moment(version.expired_at)),
        *met(version, (found["revision_of"] or {}).get("number")),
    ]
    return {
        "origin": facts,
        "source": _source(origin),
        "inputs": origin.get("inputs", []),
        "how": how,
        "revision": found["revision_of"],
        "warnings": warnings_of(version) if version.report else [],
        "checks": [{**one, "look": words.KEPT[Verdict(one["verdict"])]} for one in found["checks"]],
        "parts": found["parts"],
        "history": [
            {**entry, "at": datetime.fromisoformat(entry["at"]), "who": names.get(entry["by"], gettext("automatisch"))}
            for entry in found["history"]
        ],
    }


def _source(origin: Mapping[str, Any]) -> dict[str, str] | None:
    source = origin.get("source")
    if not source:
        return None
    known = lake.connectors().get(origin["connector"])
    return {
        "title": source["title"],
        "url": reverse("desk:source-run", args=[origin["run"]["id"]]),
        "connector": gettext(known.title) if known else origin["connector"],
    }
