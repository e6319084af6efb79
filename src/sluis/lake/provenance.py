"""Where a version of a table comes from, in one shape: for staff, and the part of it that may stand outside.

Terms in brackets are those of W3C PROV-O. Everything is read from what is kept; nothing is worked out from rows.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.foundation.service import audit, may
from sluis.kernel.actor import Actor
from sluis.lake.contracts.types import Status
from sluis.lake.models import ContractOutcome, SourceRun, TableVersion, TransformationRun
from sluis.lake.policy import VIEW, version_seen_by
from sluis.lake.transforming.queries import was_made

FILE, SOURCE, TABLES = "file", "source", "tables"
_DIALECT = ("encoding", "delimiter", "decimal", "quote", "header_line", "first_line", "layout")
"""What of the dialect says nothing about where the file stood: no names of sheets or layers."""


def provenance(*, by: Actor, table_version_id: UUID) -> dict[str, Any]:
    """Of one version, also when its rows are gone:

    `version` {id, number, status, created_at, ready_at [generatedAtTime], expired_at [invalidatedAtTime]}
    `derived_from` [wasDerivedFrom] {kind, sha256, size, format, dialect, filename, connector?, source?, run?, inputs?,
    definition?}: a file that somebody handed in, one that a source fetched, or other tables (hidden: not for `by`)
    `generated_by` [wasGeneratedBy] {mode, key, options, software, by [wasAssociatedWith], rows: the ledger}
    `revision_of` [wasRevisionOf] {id, number} of the version that it was put on, or None
    `schema_change`, `columns`, `warnings`; `checks`: what each contract said; `parts` [hadMember]
    `history`: what the audit chain says was done with it
    """
    row = version_seen_by(by, table_version_id)
    report = row.report or {}
    return {
        "version": {
            "id": str(row.id),
            "number": row.number,
            "status": row.status,
            "created_at": row.created_at.isoformat(),
            "ready_at": row.finished_at.isoformat() if row.finished_at else None,
            "expired_at": row.expired_at.isoformat() if row.expired_at else None,
        },
        "derived_from": _seen_by(by, _derived_from(row)),
        "generated_by": {**_made(row), "key": row.key, "options": row.options, "by": row.created_by},
        "revision_of": {"id": str(row.base.id), "number": row.base.number} if row.base else None,
        "schema_change": row.change,
        "columns": [{"name": one["name"], "type": one["type"]} for one in report.get("columns", ())],
        "warnings": report.get("warnings", []),
        "checks": _checks(row),
        "parts": row.parts,
        "history": [
            {"at": entry.at.isoformat(), "by": entry.actor_key, "action": entry.action, "detail": dict(entry.detail)}
            for entry in audit.entries_about("table-version", row.id)
        ],
    }


def public_provenance(dataset_id: UUID, sha256: str) -> dict[str, Any] | None:
    """What may stand outside of the version with this file: no names of files, sources, people or datasets inside.

    The caller has authorised that the file is public. None when there is no such version.
    """
    rows = TableVersion.ready(dataset_id).filter(data_sha256=sha256)
    row = rows.order_by("-number").first()
    if row is None:
        return None
    origin = _derived_from(row)
    dialect = {name: value for name, value in origin["dialect"].items() if name in _DIALECT}
    made = _made(row)
    return {
        "kind": origin["kind"],
        "connector": origin.get("connector", ""),
        "sha256": origin["sha256"],
        "size": origin["size"],
        "format": origin["format"],
        "dialect": dialect,
        "inputs": len(origin.get("inputs", ())),
        "software": made["software"],
        "mode": made["mode"],
        "started_at": made["started_at"],
        "ended_at": made["ended_at"],
        **made["rows"],
        "parts": [{"sha256": sha256, "size": row.data_size, "rows": row.rows_total}],
    }


def _derived_from(row: TableVersion) -> dict[str, Any]:
    report = row.report or {}
    found: dict[str, Any] = {
        "kind": FILE,
        "sha256": row.source_sha256,
        "size": row.source_size,
        "filename": row.filename,
        "format": report.get("format", ""),
        "dialect": dict(report.get("dialect") or {}),
    }
    fetched = SourceRun.objects.filter(table_version=row).select_related("source").first()
    if fetched is not None:
        at = fetched.started_at.isoformat() if fetched.started_at else None
        source = {"id": str(fetched.source.id), "title": fetched.source.title}
        return found | {"kind": SOURCE, "connector": fetched.source.connector, "source": source,
                        "run": {"id": str(fetched.id), "fetched_at": at, "bytes": fetched.bytes}}  # fmt: skip
    made = TransformationRun.objects.filter(table_version=row).first()
    if made is not None:
        return found | {"kind": TABLES, "inputs": made.inputs, "definition": made.definition}
    return found | ({"kind": TABLES, "inputs": []} if was_made(report) else {})


def _seen_by(by: Actor, origin: dict[str, Any]) -> dict[str, Any]:
    """Without names and numbers of other tables that this actor may not see."""
    if "inputs" not in origin:
        return origin
    ids = [one["version"] for one in origin["inputs"]]
    rows = TableVersion.objects.filter(id__in=ids).select_related("dataset").only("dataset")
    seen = {str(row.id) for row in rows if may(by, VIEW, row.dataset.organisation_id, row.dataset.team_id)}
    return {**origin, "inputs": [one if one["version"] in seen else {"hidden": True} for one in origin["inputs"]]}


def _made(row: TableVersion) -> dict[str, Any]:
    return {
        "mode": row.mode,
        "software": row.software,
        "started_at": row.created_at.isoformat(),
        "ended_at": row.finished_at.isoformat() if row.finished_at else None,
        "rows": {
            "rows_read": row.rows_read,
            "rows_loaded": row.rows_loaded,
            "rows_rejected": row.rows_rejected,
            "rows_total": row.rows_total,
        },
    }


def _checks(row: TableVersion) -> list[Mapping[str, Any]]:
    found = ContractOutcome.objects.filter(table_version=row).select_related("contract").order_by("contract__number")
    return [
        {
            "contract": one.contract.version,
            "verdict": one.verdict,
            "checked": len(one.outcomes),
            "broken": sum(outcome["status"] != Status.PASSED for outcome in one.outcomes),
            "at": one.checked_at.isoformat(),
        }
        for one in found
    ]
