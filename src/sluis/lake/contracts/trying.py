"""Hold a file on disk against a contract without an installation: read it and check it, and keep nothing."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sluis.foundation import sandbox
from sluis.kernel import clock
from sluis.lake.contracts.checking import Checked, check_table
from sluis.lake.contracts.types import Agreed


def check_file(agreed: Agreed, path: Path) -> Checked:
    """Raises what reading the file raises. The file counts as loaded when it was last changed."""
    path = path.resolve(strict=True)
    with tempfile.TemporaryDirectory(prefix="sluis-contract-") as folder:
        asked = {"source": str(path), "filename": path.name, "out": folder, "options": {}}
        report = sandbox.run("sluis.lake.ingest.entry:ingest", asked, reads=[path], writes=Path(folder))
        data = Path(folder) / report["data"]
        measured = {"source": str(data), "columns": report["columns"]}
        profile = sandbox.run("sluis.lake.profile.entry:profile", measured, reads=[data], writes=None)
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return check_table(agreed, [data], report["columns"], now=clock.now(), loaded_at=changed, profile=profile)
