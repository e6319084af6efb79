"""Which versions of a table stay because of what was, or is being, decided."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sluis.lake import service as lake
from sluis.lake.service import Why
from sluis.release.models import Decision, Dossier, Release
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.types import Stage


def pointed_at(dataset_id: UUID) -> Iterator[tuple[str, Why]]:
    """Released versions that were not withdrawn, what a standing decision is about, and all while a dossier runs.

    A running dossier may look at any version again: its process decides which, not we.
    """
    if Dossier.objects.filter(dataset_id=dataset_id, stage__in=OPEN_STAGES).exists():
        yield lake.EVERY_VERSION, Why.DOSSIER
    released = Release.objects.filter(dataset_id=dataset_id).exclude(status=Release.Status.WITHDRAWN)
    for table in released.values_list("table", flat=True):
        if table:
            yield table["sha256"], Why.RELEASED
    ended = (Stage.REFUSED, Stage.WITHDRAWN)
    standing = Decision.objects.filter(dataset_id=dataset_id).exclude(dossier__stage__in=ended)
    for content in standing.values_list("content", flat=True):
        if content.get("table"):
            yield content["table"], Why.DECIDED


def releases_of(dataset_id: UUID, sha256: str) -> tuple[tuple[int, str, datetime], ...]:
    """Number, status and moment of the releases made of the table with this file, for who may see that table."""
    rows = Release.objects.filter(dataset_id=dataset_id, table__sha256=sha256) if sha256 else Release.objects.none()
    return tuple(rows.order_by("number").values_list("number", "status", "published_at"))
