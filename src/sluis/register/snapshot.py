"""The canonical metadata of a dataset: what a decision hashes and what a release shows.

Two rules give the hash its meaning. Empty values are left out, so a field that Sluis learns later does not change old
hashes; and lists whose order says nothing are sorted. Left out on purpose: the team (who works on it), version and
moments (they change without the content), availability and publication (publishing itself changes them), and the last
seen status of an address.
"""

from dataclasses import fields as shape_fields
from typing import Any

from sluis.register.types import (
    ColumnRecord,
    ContactRecord,
    DatasetRecord,
    DistributionRecord,
    OrganisationRef,
    ServiceRecord,
)
from sluis.register.values import is_empty, plain

SCHEMA = "sluis-dataset/1"
_NOT_DECIDED = {"version", "created_at", "changed_at", "availability", "publication", "organisation_id", "url_status",
                "team_id", "team"}  # fmt: skip
_KEEPS_AVAILABILITY = DistributionRecord
_IN_ORDER = {"bbox", "temporal", "creator"}

Part = DatasetRecord | DistributionRecord | ServiceRecord | ContactRecord | ColumnRecord | OrganisationRef


def snapshot_of(record: DatasetRecord) -> dict[str, Any]:
    """JSON-able; equal content gives equal bytes under `kernel.canonical`, different content gives different bytes."""
    whole = _part(record)
    whole["schema"] = SCHEMA
    return whole


def _part(part: Part) -> dict[str, Any]:
    out = dict[str, Any]()
    for item in shape_fields(part):
        if item.name in _NOT_DECIDED and not (item.name == "availability" and isinstance(part, _KEEPS_AVAILABILITY)):
            continue
        value = _value(item.name, getattr(part, item.name))
        if not is_empty(value):
            out[item.name] = value
    return out


def _value(name: str, value: Any) -> Any:
    match value:
        case OrganisationRef() | ContactRecord():
            return _part(value)
        case (ColumnRecord(), *_):
            return sorted((_part(column) for column in value), key=lambda c: (c.get("table", ""), c["name"]))
        case (DistributionRecord(), *_) | (ServiceRecord(), *_):
            return sorted((_part(item) for item in value), key=lambda part: part["id"])
        case tuple() if name not in _IN_ORDER:
            return sorted(plain(value))
        case _:
            return plain(value)
