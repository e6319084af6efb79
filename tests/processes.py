"""The shipped process and policies as a migrated installation has them, without the seconds their check takes."""

import hashlib

from sluis.kernel import clock
from sluis.process.models import CurrentDefinition, Definition, Enactment
from sluis.process.shipped import shipped


def deployed() -> None:
    files = [("policy", path) for path in sorted(shipped("policies").glob("*.dmn"))]
    files.append(("process", shipped("processes") / "open-data-release.bpmn"))
    rows = [
        Definition(
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            kind=kind,
            key=path.stem,
            number=1,
            name=path.stem,
            source=path.read_bytes(),
            deployed_at=clock.now(),
            deployed_by="system",
        )
        for kind, path in files
    ]
    Definition.objects.bulk_create(rows)
    now = clock.now()
    Enactment.objects.bulk_create(Enactment(kind=row.kind, key=row.key, definition=row, at=now) for row in rows)
    CurrentDefinition.objects.bulk_create(
        CurrentDefinition(kind=row.kind, key=row.key, definition=row, since=now) for row in rows
    )
