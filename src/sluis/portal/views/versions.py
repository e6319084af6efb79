"""The row of versions of a dataset, one version, and the decision that let it out or kept it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from sluis.foundation.service import client_address
from sluis.kernel.errors import Gone, NotFound
from sluis.kernel.text import N_, Said
from sluis.lake.rows.types import PageRequest
from sluis.portal import columns, frame, licences, wording
from sluis.portal.views.dataset import gone, moment, still_made
from sluis.process import service as process
from sluis.process.rules import words
from sluis.release import public
from sluis.release.types import PublicDatasetRecord, PublicReleaseInfo
from sluis.web import formats, spoken
from sluis.web.paging import whole_number, with_query
from sluis.web.shapes import Bar, Column, Download, Step, Table

STATUS = {
    "current": (N_("Nieuwste versie"), "positive"),
    "superseded": (N_("Oudere versie"), "neutral"),
    "withdrawn": (N_("Ingetrokken"), "negative"),
}

WHAT = {
    "added": N_("erbij"),
    "removed": N_("weg"),
    "before": N_("was"),
    "after": N_("is nu"),
}
CHANGED, MOST_COLUMNS = 25, 12
ORIGINS = {
    "file": N_("Een bestand dat is aangeleverd"),
    "source": N_("Een bron die vanzelf wordt opgehaald"),
    "tables": N_("Andere tabellen"),
}
STEPS = {
    "opened": N_("Het dossier is geopend"),
    "checked": N_("De controles zijn gedaan"),
    "advised": N_("Er is advies gegeven"),
    "submitted": N_("Het voorstel is ingediend"),
    "decided": N_("Een tweede persoon heeft besloten"),
}
VERDICTS = {
    "passed": (N_("In orde"), "positive"),
    "attention": (N_("Bekeken door een mens"), "warning"),
    "failed": (N_("Niet in orde"), "negative"),
    "error": (N_("Niet gelukt"), "negative"),
    "not_applicable": (N_("Niet van toepassing"), "neutral"),
}
_DESCRIBED = N_("De beschrijving staat online, de data niet")


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the list; `changes` say what is different from the version before it."""

    release: PublicReleaseInfo
    badge: tuple[str, str]
    changes: Sequence[str]


def versions(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        found = public.dataset(slug)
    except Gone:
        return gone(request, public.tombstone(slug))
    rows = public.releases(slug)
    before = [*rows[1:], None]
    lines = [Line(row, STATUS[row.status], changes(old, row)) for row, old in zip(rows, before, strict=True)]
    return render(request, "portal/versions.html", {**frame.of(found, "versions"), "lines": lines})


def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version keeps its address for ever; a withdrawn one says why it is gone."""
    try:
        found = public.dataset(slug)
    except Gone:
        return gone(request, public.tombstone(slug))
    try:
        release = public.release(slug, number)
    except Gone:
        return _withdrawn_version(request, found, number)
    context = {
        **frame.of(found, "versions", inside=True),
        "release": release,
        "badge": STATUS[release.status],
        "downloads": [
            Download(
                file.name,
                f"/api/v1/datasets/{slug}/releases/{number}/download/{file.format}",
                wording.format_name(file.format), file.size, release.published_at, file.sha256,
            )
            for file in release.files
        ]
        + [still_made(slug, number, form) for form in release.coming],
        "columns": columns.meanings(release.columns),
        "decision": decided(release.decision),
        "licence": licences.explain(release.metadata.get("licence", "")),
        "uri": f"{found.uri}/releases/{number}",
        "origin": origin(slug, number),
    }  # fmt: skip
    return render(request, "portal/version.html", context)


def origin(slug: str, number: int) -> list[tuple[str, str]]:
    """Where the rows come from, in words; [] when that is not known."""
    try:
        found = public.provenance(slug, number)
    except NotFound:
        return []
    kind = ORIGINS[found["kind"]]
    return [
        (gettext("Waaruit"), gettext(kind)),
        (gettext("Formaat"), f"{found['format'].upper()}, {formats.file_size(found['size'])}"),
        (gettext("SHA-256 van wat is ingelezen"), found["sha256"]),
        (gettext("Ingelezen op"), formats.moment(moment(found["ended_at"]))),
        (gettext("Ingelezen met"), found["software"]),
        (gettext("Rijen gelezen"), formats.number(found["rows_read"])),
        (gettext("Rijen ingelezen"), formats.number(found["rows_loaded"])),
        (gettext("Rijen afgekeurd"), formats.number(found["rows_rejected"])),
        (gettext("Rijen in de tabel"), formats.number(found["rows_total"])),
    ]


def changed(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What differs from another version (`met`; the one before when not said) to this one."""
    try:
        found = public.dataset(slug)
    except Gone:
        return gone(request, public.tombstone(slug))
    others = [one for one in public.standing_tables(slug, 100) if one.number != number]
    since = whole_number(request.GET, "met", next((one.number for one in others if one.number < number), 0), least=0)
    context = {**frame.of(found, "versions", inside=True), "number": number, "since": since, "others": others}
    if not since:
        return render(request, "portal/changes.html", context)
    try:
        told = public.changes(slug, since, number, ip=client_address(request))
    except public.StillComparing:
        return render(request, "portal/changes.html", context | {"waiting": True})
    rows = public.changed_rows(told, PageRequest(limit=CHANGED, cursor=request.GET.get("cursor", "")))
    result = told.result
    titles = {one.name: columns.title_of(one) for one in public.release(slug, number).columns}
    return render(request, "portal/changes.html", context | {
        "found": result,
        "lines": _column_changes(public.release(slug, since), public.release(slug, number)),
        "bars": [Bar(titles.get(name, name), count) for name, count in result["columns"].items()],
        "table": _changed_table(result, rows.rows, titles),
        "previous_url": with_query(request, cursor=rows.previous_cursor) if rows.previous_cursor else "",
        "next_url": with_query(request, cursor=rows.next_cursor) if rows.next_cursor else "",
    })  # fmt: skip


def _changed_table(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Table:
    shown, what = result["file_columns"][:MOST_COLUMNS], result["what"]
    said = {name: gettext(text) for name, text in WHAT.items()}
    heads = [Column(gettext("Wat")), *(Column(titles.get(name, name), kind) for name, kind in shown)]
    lines = [[said[row[what]], *(row[name] for name, _kind in shown)] for row in rows]
    return Table(gettext("Rijen die verschillen"), heads, lines, row_header=None, id="changes")


def _withdrawn_version(request: HttpRequest, found: PublicDatasetRecord, number: int) -> HttpResponse:
    release = next(one for one in public.releases(found.slug) if one.number == number)
    context = {**frame.of(found, "versions", inside=True), "release": release}
    return render(request, "portal/version_gone.html", context, status=410)


def decision(request: HttpRequest, slug: str) -> HttpResponse:
    """How this dataset came outside, or why it stays inside; of a withdrawn one it stays readable."""
    try:
        found, status = public.dataset(slug), 200
    except Gone:
        found, status = public.tombstone(slug), 410
    made = found.document.get("decision") or {}
    context = {
        **frame.of(found, "decision"),
        "decision": decided(made),
        "steps": _steps(found, made),
        "rules": _rules(made),
        "checks": _checks(made),
        "versions": _versions(made),
        "ground_words": wording.labels(found.document["metadata"].get("ground_codes", ())),
        "document_url": f"{settings.SLUIS.url}/api/v1/datasets/{slug}/decision",
    }
    return render(request, "portal/decision.html", context, status=status)


def decided(made: Mapping[str, Any]) -> dict[str, Any]:
    """A decision in words: outcome, day, role, ground, motivation, hash."""
    return {
        "outcome": gettext(wording.KINDS.get(made.get("outcome", ""), ("", ""))[0] or "-"),
        "kind": wording.KINDS.get(made.get("outcome", ""), ("", "neutral"))[1],
        "at": moment(made.get("decided_at")),
        "role": _role(made.get("role", "")),
        "ground": made.get("ground", ""),
        "motivation": made.get("motivation", ""),
        "sha256": made.get("sha256", ""),
    }


def _steps(found: PublicDatasetRecord, made: Mapping[str, Any]) -> list[Step]:
    """The lock as this version went through it, and what came of it; roles, never names."""
    steps = [
        Step(label, "done", f"{_role(one['role'])}, {formats.moment(moment(one['at']))}")
        for one in made.get("steps", ())
        if (label := _label(one))
    ]
    return [*steps, *_outside(found, made)]


def _label(step: Mapping[str, Any]) -> str:
    """Its name in the process; a decision from before there was a process has steps of its own."""
    before = STEPS.get(step["name"])
    return gettext(before) if before else spoken.of(step, "title")


def _outside(found: PublicDatasetRecord, made: Mapping[str, Any]) -> list[Step]:
    """When the decided version went out, each refresh that passed under the same decision, and the end."""
    since = made.get("decided_at") or ""
    under = [one for one in reversed(found.document.get("releases", ())) if one["published_at"] >= since]
    steps = [_out(found, made, one) for one in under]
    if found.kind == "planned":
        steps.append(Step(gettext("De data komt online"), "todo", formats.day(found.planned_date)))
    if withdrawal := found.document.get("withdrawal"):
        steps.append(Step(gettext("Ingetrokken"), "done", _when(withdrawal["withdrawn_at"], withdrawal["reason"])))
    return steps


def _out(found: PublicDatasetRecord, made: Mapping[str, Any], release: Mapping[str, Any]) -> Step:
    """Of what is withdrawn the files are not told any more, so there the decision says what it was."""
    note = _when(release["published_at"], release.get("because", ""))
    was_open = found.kind == "withdrawn" and made.get("outcome") == "open"
    if not (release.get("files") or found.kind == "open" or was_open):
        return Step(gettext(_DESCRIBED), "done", note)
    return Step(gettext("Versie {number} staat online").format(number=release["number"]), "done", note)


def _when(at: str, why: str) -> str:
    told = formats.moment(moment(at))
    return format_html("{}: {}", told, spoken.stored(why)) if told and why else told or spoken.stored(why)


def _versions(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The process and the policies that were followed, each with its own page."""
    known = [("processen", made["process"])] if made.get("process") else []
    known += [("tabellen", one) for one in made.get("policies", ())]
    return [
        {**one, "url": reverse("portal:policy-version", args=[place, one["key"], one["number"]])}
        for place, one in known
    ]


def _rules(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Per rule of the policy what it said, with the numbers of the matched rules in its own table."""
    return [
        {
            "title": spoken.of(rule, "title"),
            "reason": _reason(rule),
            "ground": rule["ground"],
            "numbers": ", ".join(str(n) for n in rule["matched"].get(rule["decision"], ())),
            "policy": next((one for one in made.get("policies", ()) if one["sha256"] == rule["policy"]), None),
        }
        for rule in made.get("rules", ())
    ]


def _reason(rule: Mapping[str, Any]) -> Said:
    return words.reason(process.sheets_of(rule["policy"]), rule).said(words.language())


def _checks(made: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(check, outcome, kind of badge): how each check ended, never what it saw."""
    found = [(check["title"], VERDICTS.get(check["verdict"])) for check in made.get("checks", ())]
    return [(gettext(title), gettext(verdict[0]), verdict[1]) for title, verdict in found if verdict]


def _role(role: str) -> str:
    return gettext(wording.ROLES.get(role, role or "-"))


def changes(old: PublicReleaseInfo | None, new: PublicReleaseInfo) -> list[str]:
    """What changed between two versions, as far as both still stand."""
    if old is None:
        return [gettext("Eerste versie.")]
    if "withdrawn" in (old.status, new.status):
        return []
    found = _row_changes(old.rows, new.rows) + _column_changes(old, new)
    return found or [gettext("Geen verschil in aantal rijen of kolommen.")]


def _row_changes(old: int | None, new: int | None) -> list[str]:
    if old is None or new is None or old == new:
        return []
    text = gettext("{count} rijen meer.") if new > old else gettext("{count} rijen minder.")
    return [text.format(count=formats.number(abs(new - old)))]


def _column_changes(old: PublicReleaseInfo, new: PublicReleaseInfo) -> list[str]:
    before, after = ({c.name: c.type for c in release.columns} for release in (old, new))
    kinds = (
        (gettext("Kolommen erbij: {names}."), [name for name in after if name not in before]),
        (gettext("Kolommen weg: {names}."), [name for name in before if name not in after]),
        (gettext("Ander soort: {names}."), [n for n in after if n in before and after[n] != before[n]]),
    )
    return [text.format(names=", ".join(names)) for text, names in kinds if names]
