"""What is on the disk already is not waited for: every commit, job and file did, and only after a power cut is there a
difference. Those are tested with processes and a disk of their own (tests/chaos/test_power_cuts.py)."""

import os
from typing import Any


def do_not_wait_for_it(database: dict[str, Any]) -> None:
    """In this process; `database` is an entry of DATABASES. The PostgreSQL of the tests waits for nothing itself."""
    os.fsync = lambda fd: None
    options = database["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
