"""Brings the processes and policies that come with Sluis into an installation, without touching what people chose."""

import hashlib
from pathlib import Path

from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import Invalid
from sluis.process.definitions import deploy, make_current
from sluis.process.models import CurrentDefinition, Definition
from sluis.process.shipped import shipped
from sluis.process.types import Kind


def settle_shipped() -> tuple[str, ...]:
    """Store each shipped file that is not there yet; returns the keys of processes that cannot run here.

    It becomes the current version when there is none, or when the current one came with Sluis too: what a province read
    in itself stays. Call after each migration; a file that is there costs one look at its hash.
    """
    for path in sorted(shipped("policies").glob("*.dmn")):
        _settle(Kind.POLICY, path)
    lacking: list[str] = []
    for path in sorted(shipped("processes").glob("*.bpmn")):
        try:
            _settle(Kind.PROCESS, path)
        except Invalid:  # a step that nothing in this installation does
            lacking.append(path.stem)
    return tuple(lacking)


def _settle(kind: Kind, path: Path) -> None:
    xml = path.read_bytes()
    sha256 = hashlib.sha256(xml).hexdigest()
    if Definition.objects.filter(sha256=sha256).exists():
        return
    deploy(by=SYSTEM, kind=kind, key=path.stem, xml=xml)
    now = CurrentDefinition.objects.filter(kind=kind, key=path.stem).select_related("definition").first()
    if now is None or now.definition.deployed_by == SYSTEM.key:
        make_current(by=SYSTEM, sha256=sha256)
