"""What stands around every page of one dataset: title, facts and tabs."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from sluis.kernel.text import N_
from sluis.portal import licences, wording
from sluis.release.types import PublicDatasetRecord
from sluis.web import spoken
from sluis.web.shapes import Link

_LONGEST_LEAD = 240
_TABS = (
    ("dataset", N_("Overzicht")),
    ("table", N_("Tabel")),
    ("versions", N_("Versies")),
    ("decision", N_("Besluit")),
    ("dataset-api", N_("API")),
)


def of(found: PublicDatasetRecord, current: str, *, inside: bool = False) -> dict[str, Any]:
    """`current` is the tab; `inside` when the page lies below it."""
    text = spoken.of(found, "description")
    lead = _lead(text)
    return {
        "dataset": found,
        "title": spoken.of(found, "title"),
        "text": text,
        "lead": lead,
        "rest": text.removeprefix(lead).strip(),
        "kind": wording.KINDS[found.kind],
        "licence_name": licences.explain(found.licence).name if found.licence else "",
        "tabs": [_tab(found, name, label, current, inside=inside) for name, label in _TABS if _has(found, name)],
        "crumbs": _crumbs(found),
        "notice": _notice(found),
    }


def _notice(found: PublicDatasetRecord) -> dict[str, Any]:
    """A correction with its moment, the day on which the dataset goes, and since when new data waits."""
    told = found.document.get("notice") or {}
    at, ends, late = told.get("corrected_at"), told.get("ends_on"), told.get("delayed_at")
    return told | {
        "corrected_at": datetime.fromisoformat(at) if at else None,
        "delayed_at": datetime.fromisoformat(late) if late else None,
        "ends_on": date.fromisoformat(ends) if ends else None,
    }


def _has(found: PublicDatasetRecord, name: str) -> bool:
    return name != "table" or bool(found.columns)


def _tab(found: PublicDatasetRecord, name: str, label: str, current: str, *, inside: bool) -> Link:
    here = ("true" if inside else "page") if name == current else ""
    count = len(found.document.get("releases", ())) if name == "versions" else None
    return Link(gettext(label), reverse(f"portal:{name}", args=[found.slug]), current=here, count=count)


def _crumbs(found: PublicDatasetRecord) -> list[Link]:
    data = reverse("portal:search")
    crumbs = [Link("Home", reverse("portal:home")), Link(gettext("Data"), data)]
    if found.themes:
        crumbs.append(Link(wording.label(found.themes[0]), f"{data}?theme={found.themes[0]}"))
    return crumbs


def _lead(text: str) -> str:
    """The first sentence, when it stands as plain text; the rest follows below."""
    first = text.split("\n", 1)[0].strip()
    end = first.find(". ")
    first = first[: end + 1] if end > 0 else first
    return "" if len(first) > _LONGEST_LEAD or set(first) & set("#*|[]`<>_") or first.startswith("- ") else first
