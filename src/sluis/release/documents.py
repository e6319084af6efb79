"""The public document of a dataset, in the shape that the register's DCAT mapping reads.

Addresses of our own are paths here; `addresses.completed` makes them whole for who reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sluis.register.types import PublicApi, PublicDecision, PublicFile, PublicRecord, PublicRelease
from sluis.release import addresses
from sluis.release.models import Release, ReleaseCopy
from sluis.release.types import Kind, Outcome

AVAILABILITY = {
    Kind.OPEN: "beschikbaar",
    Kind.PLANNED: "gepland",
    Kind.RESTRICTED: "niet_beschikbaar",
    Kind.CLOSED: "niet_beschikbaar",
    Kind.WITHDRAWN: "niet_beschikbaar",
}


def document(releases: Sequence[Release], shown: Release, kind: Kind) -> PublicRecord:
    """Everything the outside may know of one dataset; a withdrawn one keeps title, description and the reason."""
    slug = shown.metadata["slug"]
    record: PublicRecord = {
        "uri": addresses.identifier(slug),
        "page": addresses.page(slug),
        "document": addresses.document(slug),
        "slug": slug,
        "status": "withdrawn" if kind is Kind.WITHDRAWN else "published",
        "issued_at": releases[0].published_at.isoformat(),
        "changed_at": (shown.withdrawn_at or shown.published_at).isoformat(),
        "metadata": _metadata(shown, kind),
        "availability": AVAILABILITY[kind],
        "release": _release(shown, slug),
        "releases": [_release(release, slug) for release in reversed(releases)],
        "decision": decision(shown),
    }
    if kind is Kind.WITHDRAWN and shown.withdrawn_at:
        record["withdrawal"] = {"withdrawn_at": shown.withdrawn_at.isoformat(), "reason": shown.withdrawal_reason}
    elif shown.notice:
        record["notice"] = shown.notice
    if shown.table and kind is Kind.OPEN:
        record["api"] = api(slug)
    return record


def api(slug: str) -> PublicApi:
    """The row service that every published table gets."""
    return {
        "endpoint_url": f"{addresses.api(slug)}/rows",
        "description_url": "/api/v1/openapi.json",
        "documentation_url": addresses.page(slug),
    }


def decision(release: Release) -> PublicDecision:
    """The decision as the outside sees it: roles, never persons; how the checks ended, not what they saw."""
    made = release.decision
    content: Mapping[str, Any] = made.content or {}
    shape: PublicDecision = {
        "outcome": "open" if made.outcome == Outcome.PLANNED else made.outcome,
        "decided_at": made.decided_at.isoformat(),
        "role": made.role,
        "ground": made.ground,
        "motivation": made.motivation,
        "sha256": made.sha256,
        "uri": f"{addresses.release_identifier(release.metadata['slug'], release.number)}#decision",
        "steps": content.get("steps", []),
        "checks": content.get("checks", []),
    }
    if "process" in content:  # a decision from before there was a process has none
        shape["rules"], shape["process"], shape["policies"] = content["rules"], content["process"], content["policies"]
    return shape


def release_shape(release: Release) -> dict[str, Any]:
    """What a release row keeps for the page of that release; nothing of the data when it was withdrawn."""
    shown = release.status != Release.Status.WITHDRAWN
    return {
        "decision": decision(release),
        "metadata": release.metadata if shown else _bare(release.metadata),
        "columns": release.columns if shown else [],
        "rows": release.table["rows"] if shown and release.table else None,
        "coming": coming(release) if shown else [],
    }


def files_of(release: Release) -> list[dict[str, Any]]:
    """Every file of a release that is there: those it was published with, and the copies made since."""
    described = {k: v for file in release.files[:1] for k, v in file.items() if k == "distribution_id"}
    made = [file_row(vars(copy)) | described for copy in _copies(release) if copy.sha256]
    return [*release.files, *made]


def coming(release: Release) -> list[str]:
    """Formats that were promised and are still being made."""
    return [copy.format for copy in _copies(release) if not copy.sha256]


def _copies(release: Release) -> list[ReleaseCopy]:
    return sorted(release.copies.all(), key=lambda copy: copy.pk)


def file_row(file: Mapping[str, Any]) -> dict[str, Any]:
    return {name: file[name] for name in ("format", "name", "media_type", "size", "sha256")}


def _metadata(shown: Release, kind: Kind) -> dict[str, Any]:
    return _bare(shown.metadata) if kind is Kind.WITHDRAWN else shown.metadata


def _bare(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in metadata.items() if k not in ("distributions", "services", "columns", "bbox")}


def _release(release: Release, slug: str) -> PublicRelease:
    shape: PublicRelease = {
        "number": release.number,
        "uri": addresses.release_identifier(slug, release.number),
        "published_at": release.published_at.isoformat(),
        "status": release.status,
    }
    if release.status == Release.Status.WITHDRAWN:
        shape["reason"] = release.withdrawal_reason
    else:
        if because := ((release.basis or {}).get("refresh") or {}).get("reason"):
            shape["because"] = because
        shape["files"] = [_file(release, file, slug) for file in files_of(release)]
        if formats := coming(release):
            shape["coming"] = formats
    return shape


def _file(release: Release, file: Mapping[str, Any], slug: str) -> PublicFile:
    shape: PublicFile = {
        "name": file["name"],
        "url": addresses.download(slug, release.number, file["format"]),
        "access_url": addresses.page(slug),
        "format": file["format"].upper(),
        "media_type": file["media_type"],
        "size": file["size"],
        "sha256": file["sha256"],
        "modified": release.published_at.date().isoformat(),
    }
    if file.get("distribution_id"):
        shape["distribution_id"] = file["distribution_id"]
    return shape
