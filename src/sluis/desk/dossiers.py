"""A dossier as pages show it: what is being decided, the evidence, and what to do about what the checks found."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from sluis.desk.access import open_to
from sluis.desk.forms.fields import in_words
from sluis.desk.subjects import Beside, Change, Fact, subject
from sluis.desk.transformations import figure_facts, figure_notes
from sluis.kernel.actor import Actor
from sluis.kernel.errors import from_wire
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.contracts.types import Verdict as Kept
from sluis.process import service as process
from sluis.process.rules import words
from sluis.process.types import InstanceRecord, TaskRecord
from sluis.register import service as register
from sluis.release import service as release
from sluis.release.checks.anonymity import STEPS as HIDING_STEPS
from sluis.release.checks.contract import findings
from sluis.release.types import DossierFilter, DossierRecord, ExhibitKind, ExhibitRecord, Stage, Verdict
from sluis.web import spoken
from sluis.web.formats import day, number
from sluis.web.shapes import Link
from sluis.web.spoken import stored, told

# Per check: which page of the desk mends it.
MENDED_AT = {
    "personal-data": ("desk:data", N_("Bekijk de data")),
    "small-cells": ("desk:data", N_("Bekijk de data")),
    "k-anonymity": ("desk:data", N_("Bekijk de data")),
    "table": ("desk:data", N_("Bekijk de data")),
    "contract": ("desk:contract", N_("Bekijk de afspraken")),
    "shapes": ("desk:metadata", N_("Vul de beschrijving aan")),
    "code-lists": ("desk:metadata", N_("Vul de beschrijving aan")),
    "licence-compatibility": ("desk:metadata", N_("Kies de licentie")),
    "hvd": ("desk:metadata", N_("Vul de beschrijving aan")),
    "open-format": ("desk:parts", N_("Bekijk de adressen")),
    "links": ("desk:parts", N_("Bekijk de adressen")),
}
OPENING = ("open", "planned")
NOT_OPEN_NOW = N_("Dit kan nu niet: bij het bewijs staat wat ‘open’ nog tegenhoudt.")
WAITING = (Stage.INTAKE, Stage.RETURNED, Stage.JUDGING, Stage.READY_TO_DECIDE)


@subject("dossier")
def beside(actor: Actor, instance: InstanceRecord, task: TaskRecord | None) -> Beside:
    """What stands beside a task of a dossier: the dataset, the evidence, and what the decider sends back."""
    dossier_id = release.dossier_id_of(instance.subject)
    if dossier_id is None:
        return Beside(title=instance.title)
    if task is None:
        found = release.dossier(by=actor, dossier_id=dossier_id)
        return Beside(title=found.dataset_title, url=reverse("desk:dossier", args=[found.id]))
    known = release.task_context(by=actor, task=task)
    found = known.dossier
    return Beside(
        title=found.dataset_title,
        url=reverse("desk:dossier", args=[found.id]),
        facts=tuple(
            Fact(label, value) for label, value in (*_told(instance, task), *register_facts(found, actor)) if value
        ),
        links=tuple(
            link
            for link in (
                Link(gettext("Dossier"), reverse("desk:dossier", args=[found.id])),
                Link(gettext("Beschrijving"), reverse("desk:metadata", args=[found.dataset_id])),
                Link(gettext("Data"), reverse("desk:data", args=[found.dataset_id])),
                Link(gettext("Afspraken"), reverse("desk:contract", args=[found.dataset_id])),
            )
            if open_to(actor, link.url)
        ),
        expected=known.expected,
        changes=tuple(Change(row["label"], row["was"], row["now"]) for row in fields_since(found, actor)),
        notes=(*changes_since(found, actor), *not_kept(found, actor)),
        answers=known.initial,
        columns=known.columns,
        not_now=dict.fromkeys(OPENING, gettext(NOT_OPEN_NOW)) if known.blockers else {},
        template="desk/parts/dossier_evidence.html",
        data=evidence_of(found) | {"blockers": known.blockers},
    )


def _told(instance: InstanceRecord, task: TaskRecord) -> list[tuple[str, Any]]:
    """What somebody asked or reported about what stands outside; a request only where it is judged."""
    judged = any(field.id == "changeKind" for field in task.form)
    return [
        (gettext("Gevraagde wijziging"), stored(instance.variables.get("changeRequest")) if judged else None),
        (gettext("Reden van intrekken"), stored(instance.variables.get("withdrawalReason"))),
    ]


def evidence_of(found: DossierRecord) -> dict[str, Any]:
    """Checks with what to do about them, and what the rules and people said, each as it counts now."""
    newest = {(e.kind, e.element): e for e in found.exhibits}
    checks = checks_of(found)
    fine = [row for row in checks if row["report"].verdict in (Verdict.PASSED, Verdict.NOT_APPLICABLE)]
    return {
        "dossier": found,
        "checks": [row for row in checks if row not in fine],
        "fine": fine,
        "rules": [_rule(e) for (kind, _), e in newest.items() if kind is ExhibitKind.RULE],
        "advices": [e for e in found.exhibits if e.kind is ExhibitKind.ADVICE],
        "blockers": found.blockers,
        **_hidden(found),
    }


def _hidden(found: DossierRecord) -> dict[str, Any]:
    """What a transformation did to hide people, as the check noted it: figures before and after."""
    facts = [one for report in found.checks for one in report.findings if one.code == HIDING_STEPS]
    figures = facts[0].params["figures"] if facts else None
    return {"figures": figure_facts(figures), "notes": figure_notes(figures)} if figures else {}


def _rule(exhibit: ExhibitRecord) -> dict[str, Any]:
    value = exhibit.body.get("value")
    said = value if isinstance(value, dict) else {}
    matched = exhibit.body.get("matched") or {}
    numbers = matched.get(exhibit.body.get("decision"), ())
    sha256 = str(exhibit.body.get("policy", ""))
    return {
        "title": spoken.said(exhibit.title, exhibit.title_en),
        "reason": words.reason(process.sheets_of(sha256), {**exhibit.body, **said}).said(words.language()),
        "ground": said.get("ground") or "",
        "numbers": ", ".join(str(n) for n in numbers),
        "sha256": sha256[:12],
    }


def checks_of(found: DossierRecord) -> list[dict[str, Any]]:
    """Each check with its findings in words and the page where somebody can mend them."""
    rows: list[dict[str, Any]] = []
    for report in found.checks:
        route, label = MENDED_AT.get(report.name, ("", ""))
        wrong = bool(report.findings) and "stop" in found.may and route
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
        (gettext("Dataset"), spoken.of(record, "title")),
        (gettext("Beschrijving"), spoken.of(record, "description")),
        (gettext("Licentie"), register.label(record.licence, language) if record.licence else ""),
        (gettext("Let op"), spoken.of(record, "limits")),
        (gettext("Contactpunt"), record.contact.name if record.contact else ""),
        (gettext("Versie van de beschrijving"), str(record.version)),
    ]
    if table:
        columns = ", ".join(c["title"] or c["name"] for c in (table.report or {}).get("columns", []))
        facts += [
            (
                gettext("Tabel"),
                gettext("versie {n}, {rows} rijen").format(n=table.number, rows=number(table.rows_total)),
            ),
            (gettext("Kolommen"), stored(columns)),
            (gettext("Controlegetal van de tabel (SHA-256)"), table.data_sha256),
        ]
    return facts


def changes_since(found: DossierRecord, actor: Actor) -> list[str]:
    """What is new since the last release of this dataset, in plain words; nothing when there was none."""
    earlier = release.dossiers(
        by=actor, filters=DossierFilter(stage=Stage.PUBLISHED, dataset_id=found.dataset_id, size=1)
    ).rows
    if not earlier or earlier[0].id == found.id or found.stage not in WAITING:
        return []
    since = earlier[0].changed_at
    lines: list[str] = []
    versions = [v for v in lake.versions(by=actor, dataset_id=found.dataset_id) if v.status == "ready"]
    before = next((v for v in versions if v.finished_at and v.finished_at <= since), None)
    now = versions[0] if versions else None
    if now and before and now.id != before.id:
        difference = now.rows_total - before.rows_total
        lines.append(
            gettext("Tabel: versie {old} werd versie {new}, {difference} rijen verschil.").format(
                old=before.number, new=now.number, difference="+" * (difference > 0) + number(difference)
            )
        )
        lines += _columns(now, before)
    record = register.get(by=actor, dataset_id=found.dataset_id)
    if record.changed_at and record.changed_at > since:
        lines.append(gettext("De beschrijving is gewijzigd op {date}.").format(date=day(record.changed_at)))
    return lines or [gettext("Er is niets gewijzigd sinds de vorige publicatie.")]


def not_kept(found: DossierRecord, actor: Actor) -> list[str]:
    """Which agreements the newest rows do not keep, when that is why they wait inside; before a decision the checks say
    so."""
    table = lake.latest_ready(by=actor, dataset_id=found.dataset_id) if found.stage not in WAITING else None
    newest = lake.contract_outcomes(by=actor, dataset_id=found.dataset_id, most=1) if table else ()
    outcome = next((one for one in newest if table and one.table_version_id == table.id), None)
    if table is None or outcome is None or outcome.verdict in (Kept.PASSED, Kept.ATTENTION):
        return []
    if outcome.failure:
        return [told(from_wire(outcome.failure))]
    first, *rest = [one.said(gettext) for one in findings(outcome) if one.blocks]
    text = gettext("Versie {number} van de tabel komt de afspraken niet na. {reason}")
    return [text.format(number=table.number, reason=first), *rest]


def fields_since(found: DossierRecord, actor: Actor) -> list[dict[str, str]]:
    """Per field of the description: what it was in the current release, and what is being decided about now."""
    if found.stage not in WAITING:
        return []
    known = {field.name: field for field in register.DATASET_FIELDS}
    changed = release.differences(by=actor, dataset_id=found.dataset_id)
    return [
        {"label": gettext(known[name].label), "was": _shown(known[name], was), "now": _shown(known[name], now)}
        for name, (was, now) in changed.items()
        if name in known
    ]


def _shown(field: Any, value: Any) -> str:
    if isinstance(value, dict):  # a contact by its name, a period by its two days
        return str(value.get("name") or " – ".join(str(part) for part in value.values()))
    return in_words(field, value)


def _columns(now: Any, before: Any) -> list[str]:
    new = {c["name"]: c["title"] or c["name"] for c in now.report["columns"]}
    old = {c["name"]: c["title"] or c["name"] for c in before.report["columns"]}
    lines: list[str] = []
    if added := [title for name, title in new.items() if name not in old]:
        lines.append(format_html(gettext("Nieuwe kolommen: {columns}."), columns=stored(", ".join(added))))
    if gone := [title for name, title in old.items() if name not in new]:
        lines.append(format_html(gettext("Verdwenen kolommen: {columns}."), columns=stored(", ".join(gone))))
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
