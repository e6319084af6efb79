"""What a backup holds and under which names, and how it is held against what was noted about it."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sluis.foundation import anchors
from sluis.foundation.storage import Disk
from sluis.kernel.canonical import canonical, digest
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.sql import quoted
from sluis.kernel.text import N_

DATABASE = "sluis.sqlite3"
MANIFEST = "manifest.json"
FORMAT = 1
MARK = "restore-unfinished"
"""Stands in a data folder for as long as what is brought back into it is not all there."""
SETTINGS = "sluis.toml"
EXTRAS = (anchors.FILE, SETTINGS)


def blob(sha256: str) -> str:
    """Where a file stands in a backup. Raises Invalid when this is no hash: a name must not lead elsewhere."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise unreadable()
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def seal(manifest: dict[str, Any]) -> str:
    """A hash over all of the manifest but this hash itself."""
    return digest({name: value for name, value in manifest.items() if name != "seal"})


def fits(file: Path, sha256: str) -> bool:
    return file.is_file() and hash_of(file) == sha256


def unreadable() -> Invalid:
    return Invalid("backup.manifest", N_("Dit is geen back-up van Sluis: manifest.json ontbreekt of is kapot."))


def damaged(file: Path) -> Invalid:
    return Invalid("backup.damaged", N_("Bestand {file} ontbreekt of is beschadigd."), file=file.name)


def hash_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def refuse_unfinished(data: Path) -> None:
    """Raise Conflict when a restore into this folder broke off: what stands there is no site."""
    if (data / MARK).exists():
        raise Conflict(
            "restore.unfinished",
            N_("In {data} is het terugzetten van een back-up niet afgemaakt."),
            way_out=N_("Voer sluis restore nog een keer uit, met deze of een andere back-up, of neem een lege map."),
            data=str(data),
        )


def disk(data: Path) -> Disk:
    return Disk(data / "blobs", data / "tmp")


def state(database: Path) -> dict[str, Any]:
    """What must be equal after a restore: hash of the canonical dump, and the head of the audit chain."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        head = connection.execute("SELECT seq, hash FROM foundation_audithead").fetchone() or (0, "0" * 64)
        return {"dump": _dump(connection), "audit_seq": head[0], "audit_head": head[1]}


def _dump(connection: sqlite3.Connection) -> str:
    """SHA-256 over every row of every table in a fixed order: equal content gives an equal hash."""
    hasher = hashlib.sha256()
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    for (table,) in tables.fetchall():
        named = connection.execute("SELECT name FROM pragma_table_info(?)", [table])
        columns = sorted(name for (name,) in named.fetchall())
        chosen = ", ".join(map(quoted, columns))
        hasher.update(canonical([table, columns]))
        rows = f"SELECT {chosen} FROM {quoted(table)} ORDER BY {chosen}"  # noqa: S608 - a name is quoted, never bound
        for row in connection.execute(rows):
            hasher.update(canonical([value.hex() if isinstance(value, bytes) else value for value in row]))
    return hasher.hexdigest()
