"""Backup and restore: a snapshot of the database with every file, and a manifest that says what must come back.

Works while the site is being used: a snapshot is made of one moment, and only then the files are listed. Of a
PostgreSQL that snapshot is a database of SQLite too, so that a backup of one comes back in the other. A file is never
changed after it was written, so what an earlier backup beside this one holds is taken over and not copied again.
Secrets do not go along: a restored site makes its own, which only means that everybody signs in again.
"""

from typing import TYPE_CHECKING

from sluis.kernel.later import door

if TYPE_CHECKING:
    from sluis.cli.keep.backing_up import backup
    from sluis.cli.keep.contents import DATABASE, MANIFEST, MARK, state
    from sluis.cli.keep.restoring import restore, verify
else:
    __getattr__ = door(__name__)

__all__ = ["DATABASE", "MANIFEST", "MARK", "backup", "restore", "state", "verify"]
