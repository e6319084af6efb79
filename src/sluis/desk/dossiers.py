"""A dossier as its page shows it: the steps, the checks with what to do about them, and what is being decided."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext

from sluis.desk import words
from sluis.desk.forms.fields import in_words
from sluis.foundation.service import ROLES
from sluis.kernel.actor import Actor
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.release import service as release
from sluis.release.types import DossierFilter, DossierRecord, Stage
from sluis.web.formats import day, number
from sluis.web.shapes import Step

# Per check: which page of the desk mends it.
MENDED_AT = {
    "table": ("desk:data", N_("Bekijk de data")),
    "personal_data": ("desk:data", N_("Bekijk de data")),
    "anonymity": ("desk:data", N_("Bekijk de data")),
    "metadata": ("desk:metadata", N_("Vul de beschrijving aan")),
    "licence": ("desk:metadata", N_("Kies de licentie")),
    "open_format": ("desk:parts", N_("Bekijk de adressen")),
    "fetch_back": ("desk:data", N_("Bekijk de data")),
}
DUE = (Stage.INTAKE, Stage.RETURNED, Stage.READY_TO_DECIDE)


def headline(found: DossierRecord) -> str:
    """One sentence: which step, whose turn, until when."""
    for place, step in enumerate(found.steps, 1):
        if step.state == "current":
            said = gettext("Stap {n} van {total}: {title}.").format(
                n=place, total=len(found.steps), title=gettext(step.title).lower()
            )
            due = gettext("Uiterlijk {date}.").format(date=day(found.due_date)) if found.stage in DUE else ""
            return f"{said} {due}".strip()
    return gettext(words.STAGES[found.stage][0]) + "."


def stepper(found: DossierRecord) -> list[Step]:
    """The steps in words; what was skipped counts as not started."""
    return [
        Step(gettext(step.title), step.state if step.state in ("done", "current") else "todo", _note(step))
        for step in found.steps
    ]


def _note(step: Any) -> str:
    role = gettext(ROLES[step.who].title).lower() if step.who in ROLES else gettext("automatisch")
    if step.state == "skipped":
        return gettext("gaat niet door")
    return f"{role}, {day(step.at)}" if step.at and step.state == "done" else role


def checks_of(found: DossierRecord, actor: Actor) -> list[dict[str, Any]]:
    """Each check with its findings in words and the page where somebody can mend them."""
    may_edit = "propose" in found.may
    rows: list[dict[str, Any]] = []
    for report in found.checks:
        route, label = MENDED_AT.get(report.name, ("", ""))
        wrong = bool(report.findings) and may_edit and route
        rows.append(
            {
                "report": report,
                "url": reverse(route, args=[found.dataset_id]) if wrong else "",
                "label": gettext(label) if wrong else "",
            }
        )
    return rows


def register_facts(found: DossierRecord, actor: Actor) -> list[tuple[str, Any]]:
    """What is being decided about, in a few lines."""
    record = register.get(by=actor, dataset_id=found.dataset_id)
    table = lake.latest_ready(by=actor, dataset_id=found.dataset_id)
    language = get_language() or "nl"
    facts: list[tuple[str, Any]] = [
        (gettext("Dataset"), record.title),
        (gettext("Beschrijving"), record.description),
        (gettext("Licentie"), register.label(record.licence, language) if record.licence else ""),
        (gettext("Let op"), record.limits),
        (gettext("Contactpunt"), record.contact.name if record.contact else ""),
        (gettext("Versie van de beschrijving"), str(record.version)),
    ]
    if table:
        facts += [
            (
                gettext("Tabel"),
                gettext("versie {n}, {rows} rijen").format(n=table.number, rows=number(table.rows_loaded)),
            ),
            (gettext("Kolommen"), ", ".join(c["title"] or c["name"] for c in (table.report or {}).get("columns", []))),
            (gettext("Controlegetal van de tabel (SHA-256)"), table.data_sha256),
        ]
    return facts


def changes_since(found: DossierRecord, actor: Actor) -> list[str]:
    """What is new since the last release of this dataset, in plain words; nothing when there was none."""
    earlier = release.dossiers(
        by=actor, filters=DossierFilter(stage=Stage.PUBLISHED, dataset_id=found.dataset_id, size=1)
    ).rows
    if not earlier or earlier[0].id == found.id or found.stage not in (Stage.READY_TO_DECIDE, *DUE):
        return []
    since = earlier[0].changed_at
    lines: list[str] = []
    versions = [v for v in lake.versions(by=actor, dataset_id=found.dataset_id) if v.status == "ready"]
    before = next((v for v in versions if v.finished_at and v.finished_at <= since), None)
    now = versions[0] if versions else None
    if now and before and now.id != before.id:
        difference = now.rows_loaded - before.rows_loaded
        lines.append(
            gettext("Tabel: versie {old} werd versie {new}, {difference} rijen verschil.").format(
                old=before.number, new=now.number, difference=f"{difference:+d}"
            )
        )
        lines += _columns(now, before)
    record = register.get(by=actor, dataset_id=found.dataset_id)
    if record.changed_at and record.changed_at > since:
        lines.append(gettext("De beschrijving is gewijzigd op {date}.").format(date=day(record.changed_at)))
    return lines or [gettext("Er is niets gewijzigd sinds de vorige publicatie.")]


def fields_since(found: DossierRecord, actor: Actor) -> list[dict[str, str]]:
    """Per field of the description: what it was in the current release, and what is being decided about now."""
    if "decide" not in found.may:
        return []
    known = {field.name: field for field in register.DATASET_FIELDS}
    changed = release.differences(by=actor, dataset_id=found.dataset_id)
    return [
        {"label": gettext(known[name].label), "was": _told(known[name], was), "now": _told(known[name], now)}
        for name, (was, now) in changed.items()
        if name in known
    ]


def _told(field: Any, value: Any) -> str:
    if isinstance(value, dict):  # a contact by its name, a period by its two days
        return str(value.get("name") or " – ".join(str(part) for part in value.values()))
    return in_words(field, value)


def _columns(now: Any, before: Any) -> list[str]:
    new = {c["name"]: c["title"] or c["name"] for c in now.report["columns"]}
    old = {c["name"]: c["title"] or c["name"] for c in before.report["columns"]}
    lines: list[str] = []
    if added := [title for name, title in new.items() if name not in old]:
        lines.append(gettext("Nieuwe kolommen: {columns}.").format(columns=", ".join(added)))
    if gone := [title for name, title in old.items() if name not in new]:
        lines.append(gettext("Verdwenen kolommen: {columns}.").format(columns=", ".join(gone)))
    return lines


def public_url(found: DossierRecord) -> str:
    """The page that visitors see; '' when there is none."""
    if found.stage is not Stage.PUBLISHED:
        return ""
    for arguments in ({"slug": found.dataset_slug},):
        try:
            return reverse("portal:dataset", kwargs=arguments)
        except NoReverseMatch:
            continue
    return ""
