"""Three ways to carry a database over: to another for good, into the file of a backup, and out of that file again."""

import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from sluis.cli.databases.copying import Proof, Step, compare, copy, still
from sluis.cli.databases.places import opened, prepare
from sluis.cli.databases.tables import tables
from sluis.cli.language import _
from sluis.cli.terminal import progress, say
from sluis.foundation.service import audit
from sluis.kernel.errors import Conflict

FILE = "sluis.sqlite3"


def move_to(address: str, data: Path) -> tuple[list[Proof], tuple[int, str]]:
    """Copy our database to the one at `address` ('': SQLite in the data folder), which must be empty or begun before.

    Nobody writes meanwhile. Returns what was compared, and the head of the audit chain. Raises Conflict.
    """
    with opened("target", address, data):
        again = prepare("target", address, data)
        if again:
            say(_("Een eerdere poging wordt afgemaakt."))
        with still("default", stop_writing=True), _steps() as step:
            return copy("default", "target", again=again, step=step), audit.head()


def dump_to(file: Path) -> None:
    """Write one moment of our PostgreSQL as a database of SQLite, as a backup holds it; work goes on."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".dump-") as name:
        scratch = Path(name)
        with opened("target", "", scratch):
            prepare("target", "", scratch)
            with still("default", stop_writing=False), _steps() as step:
                copy("default", "target", again=False, step=step)
        (scratch / FILE).replace(file)


def fill_from(data: Path, address: str) -> None:
    """Bring a database of SQLite in the data folder, as a restore left it, into our PostgreSQL, and remove it."""
    with opened("source", "", data), still("source", stop_writing=True), _steps() as step:
        try:
            again = prepare("default", address, data)
        except Conflict as error:
            if error.code != "move.not-empty":
                raise
            # Filled by ourselves, when we were killed at the last moment: then nothing differs.
            list(compare("source", "default", step=step))
        else:
            copy("source", "default", again=again, step=step)
    for part in data.glob(f"{FILE}*"):
        part.unlink()


def _steps() -> AbstractContextManager[Step]:
    return progress(_("overzetten en vergelijken"), 2 * len(tables("default")))
