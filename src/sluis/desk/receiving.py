"""A file that came whole, as one piece of a form: it goes the same way as an upload in pieces."""

from pathlib import PurePath
from typing import Any
from uuid import UUID

from sluis.kernel.actor import Actor
from sluis.lake import service as lake

CHUNK = 1024 * 1024


def receive(*, by: Actor, dataset_id: UUID, file: Any, options: dict[str, Any] | None = None) -> UUID:
    """Keep a Django uploaded file and queue its reading; returns the table version id. Raises Invalid, TooMany."""
    started = lake.start_upload(by=by, dataset_id=dataset_id, filename=file.name, length=file.size)
    lake.append_upload(by=by, upload_id=started.id, offset=0, chunks=file.chunks(CHUNK))
    return lake.finish_upload(by=by, upload_id=started.id, options=options)


def title_of(filename: str) -> str:
    """A title from the name of a file: `laadpalen_2026.csv` becomes `Laadpalen 2026`."""
    stem = PurePath(filename.replace("\\", "/")).name.split(".")[0].replace("_", " ").replace("-", " ").strip()
    return (stem[:1].upper() + stem[1:])[:300] or filename[:300]
