"""XML that a server answers, read in the sandbox."""

from pathlib import Path
from typing import Any

from sluis.foundation import sandbox

_ENTRY = "sluis.lake.connectors.xml_entry"


def understood(entry: str, text: bytes | Path, into: Path) -> dict[str, Any]:
    """What `xml_entry` finds in a reply; one that is still in memory is laid down in the folder `into` first."""
    path = text if isinstance(text, Path) else into / "reply.xml"
    if isinstance(text, bytes):
        path.write_bytes(text)
    return sandbox.run(f"{_ENTRY}:{entry}", {"path": str(path)}, reads=[path], writes=None)
