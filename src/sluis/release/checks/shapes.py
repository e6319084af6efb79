"""Would the public feed be right? The record as it would stand outside, against our own SHACL shapes."""

from collections.abc import Mapping
from typing import Any, cast

from sluis.kernel import clock
from sluis.kernel.text import N_
from sluis.register import shapes
from sluis.register.dcat import dataset_triples
from sluis.register.types import DatasetRecord, DistributionKind, PublicRecord
from sluis.register.values import plain
from sluis.release import addresses
from sluis.release.documents import AVAILABILITY, api
from sluis.release.types import Finding, Kind, Outcome


def violations(record: DatasetRecord, metadata: Mapping[str, Any], outcome: Outcome) -> list[Finding]:
    """One blocking finding per fault of the shapes; [] when the feed would be right."""
    shown = addresses.completed({**_as_public(record, metadata, outcome)})
    faults = shapes.validate(dataset_triples(cast("PublicRecord", shown)))
    text = N_("De beschrijving past niet in de landelijke catalogus: {message} ({path})")
    return [
        Finding("metadata.shape", text, {"message": f.message, "path": f.path.rpartition("/")[2]}, "metadata")
        for f in faults
    ]


def _as_public(record: DatasetRecord, metadata: Mapping[str, Any], outcome: Outcome) -> PublicRecord:
    now, slug = clock.now().isoformat(), record.slug
    decided = Outcome.OPEN if outcome is Outcome.PLANNED else outcome
    shown = {**metadata, "openness": record.openness.value, "openness_ground": record.openness_ground}
    if outcome is not Outcome.OPEN:
        shown = {k: v for k, v in shown.items() if k not in ("distributions", "services", "columns")}
    public: PublicRecord = {
        "uri": addresses.identifier(slug),
        "page": addresses.page(slug),
        "document": addresses.document(slug),
        "slug": slug,
        "status": "published",
        "issued_at": now,
        "changed_at": now,
        "metadata": {**shown, "planned_date": plain(record.planned_date)} if record.planned_date else shown,
        "availability": AVAILABILITY[Kind(outcome)],
        "decision": {
            "outcome": decided.value,
            "decided_at": now,
            "role": "data_owner",
            "ground": record.openness_ground,
            "motivation": "",
            "sha256": "",
        },
    }
    if outcome is Outcome.OPEN and any(part.kind is DistributionKind.TABLE for part in record.distributions):
        public["api"] = api(slug)  # publishing gives every table its row service
    return public
