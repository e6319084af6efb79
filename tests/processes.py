"""The shipped processes and policies as a migrated installation has them, without the seconds their check takes."""

import hashlib
import re
from pathlib import Path

from sluis.kernel import clock
from sluis.process.models import CurrentDefinition, Definition, Enactment
from sluis.process.shipped import shipped


def deployed() -> None:
    """Every file, as far as it is not there yet."""
    files = [("policy", path) for path in sorted(shipped("policies").glob("*.dmn"))]
    files += [("process", path) for path in sorted(shipped("processes").glob("*.bpmn"))]
    now, known = clock.now(), set(Definition.objects.values_list("kind", "key"))
    rows = [
        Definition(
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            kind=kind,
            key=path.stem,
            number=1,
            name=_name(path, "name"),
            name_en=_name(path, "name-en"),
            source=path.read_bytes(),
            deployed_at=now,
            deployed_by="system",
        )
        for kind, path in files
        if (kind, path.stem) not in known
    ]
    Definition.objects.bulk_create(rows)
    Enactment.objects.bulk_create(Enactment(kind=row.kind, key=row.key, definition=row, at=now) for row in rows)
    CurrentDefinition.objects.bulk_create(
        CurrentDefinition(kind=row.kind, key=row.key, definition=row, since=now) for row in rows
    )


def _name(path: Path, attribute: str) -> str:
    """As the element of the whole says it, without reading the file as a model."""
    said = re.search(r"<(?:\w+:)?(?:process|definitions) [^>]*?name=[^>]*>", path.read_text(encoding="utf-8"))
    found = re.search(rf'[ :]{attribute}="([^"]*)"', said.group() if said else "")
    return found.group(1) if found else ""
