"""Brings the processes and policies that come with Sluis into an installation, without touching what people chose.

Every command begins with this, and mostly finds all of it there: the engines are loaded when there is something to do.
"""

import hashlib
from pathlib import Path

from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid
from sluis.process.models import CurrentDefinition, Definition
from sluis.process.shipped import shipped
from sluis.process.types import Kind


def settle_shipped() -> tuple[str, ...]:
    """Store each shipped file that is not there yet; returns the keys of processes that cannot run here.

    It becomes the current version when there is none, or when the current one came with Sluis too: what a province read
    in itself stays. Call after each migration; a file that is there costs one look at its hash.
    """
    files = [
        *((Kind.POLICY, path) for path in sorted(shipped("policies").glob("*.dmn"))),
        *((Kind.PROCESS, path) for path in sorted(shipped("processes").glob("*.bpmn"))),
    ]
    hashed = [(kind, path, hashlib.sha256(path.read_bytes()).hexdigest()) for kind, path in files]
    there = Definition.objects.filter(sha256__in=[sha256 for *_, sha256 in hashed])
    known = set(there.values_list("sha256", flat=True))
    lacking: list[str] = []
    for kind, path, sha256 in hashed:
        if sha256 in known:
            continue
        try:
            _settle(kind, path, sha256)
        except Invalid:
            if kind is not Kind.PROCESS:
                raise
            lacking.append(path.stem)  # a step that nothing in this installation does
    return tuple(lacking)


def _settle(kind: Kind, path: Path, sha256: str) -> None:
    from sluis.process.definitions import deploy, make_current

    deploy(by=SYSTEM, kind=kind, key=path.stem, xml=path.read_bytes())
    now = CurrentDefinition.objects.filter(kind=kind, key=path.stem).select_related("definition").first()
    if now is None or now.definition.deployed_by == SYSTEM.key:
        make_current(by=SYSTEM, sha256=sha256)
