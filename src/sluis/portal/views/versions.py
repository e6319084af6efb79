"""The row of versions of a dataset, one version, and the decision that let it out or kept it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from sluis.kernel.errors import Gone
from sluis.kernel.text import N_
from sluis.portal import columns, frame, licences, wording
from sluis.portal.views.dataset import gone, moment
from sluis.release import public
from sluis.release.types import PublicDatasetRecord, PublicReleaseInfo
from sluis.web import formats
from sluis.web.shapes import Download, Step

STATUS = {
    "current": (N_("Nieuwste versie"), "positive"),
    "superseded": (N_("Oudere versie"), "neutral"),
    "withdrawn": (N_("Ingetrokken"), "negative"),
}


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
        ],
        "columns": columns.meanings(release.columns),
        "decision": decided(release.decision),
        "licence": licences.explain(release.metadata.get("licence", "")),
        "uri": f"{found.uri}/releases/{number}",
    }  # fmt: skip
    return render(request, "portal/version.html", context)


def _withdrawn_version(request: HttpRequest, found: PublicDatasetRecord, number: int) -> HttpResponse:
    release = next(one for one in public.releases(found.slug) if one.number == number)
    context = {**frame.of(found, "versions", inside=True), "release": release}
    return render(request, "portal/version_gone.html", context, status=410)


def decision(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        found = public.dataset(slug)
    except Gone:
        return gone(request, public.tombstone(slug))
    made = found.document.get("decision") or {}
    context = {
        **frame.of(found, "decision"),
        "decision": decided(made),
        "steps": _steps(found, made),
        "ground_words": wording.labels(found.document["metadata"].get("ground_codes", ())),
        "document_url": f"{settings.SLUIS.url}/api/v1/datasets/{slug}/decision",
    }
    return render(request, "portal/decision.html", context)


def decided(made: Mapping[str, Any]) -> dict[str, Any]:
    """A decision in words: outcome, day, role, ground, motivation, hash."""
    return {
        "outcome": gettext(wording.KINDS.get(made.get("outcome", ""), ("", ""))[0] or "-"),
        "kind": wording.KINDS.get(made.get("outcome", ""), ("", "neutral"))[1],
        "at": moment(made.get("decided_at")),
        "role": gettext(wording.ROLES.get(made.get("role", ""), made.get("role", "") or "-")),
        "ground": made.get("ground", ""),
        "motivation": made.get("motivation", ""),
        "sha256": made.get("sha256", ""),
    }


def _steps(found: PublicDatasetRecord, made: Mapping[str, Any]) -> list[Step]:
    """The lock as this version went through it; roles, never names."""
    at = formats.day(moment(made.get("decided_at")))
    role = gettext(wording.ROLES.get(made.get("role", ""), "data-eigenaar"))
    last = {
        "open": Step(gettext("De data staat online"), "done", formats.day(found.changed_at)),
        "planned": Step(gettext("De data komt online"), "todo", formats.day(found.planned_date)),
    }.get(
        found.kind, Step(gettext("De beschrijving staat online, de data niet"), "done", formats.day(found.changed_at))
    )
    return [
        Step(gettext("De data is beschreven"), "done", gettext("datasteward")),
        Step(gettext("De controles zijn gedaan"), "done", gettext("automatisch")),
        Step(gettext("Het voorstel is bekeken door een tweede persoon"), "done", role),
        Step(gettext("Het besluit is genomen"), "done", f"{role}, {at}"),
        last,
    ]


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
