"""Tables in parts that become one file again and again, to be killed: recovers, checks all that must hold, then joins.

Run as `python joining_until_killed.py MODE SEED`; MODE is `found`, `work`, `steps` (as `work`, and it kills itself at
one of the steps of a joining) or `check`. Each line on stdout is one JSON document.
"""

import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.cli.start import migrate, start

start()

import duckdb
from django.conf import settings
from django.db import connection
from tests.chaos.soundness import unsound

from sluis.foundation.models import Job
from sluis.foundation.service import acting, blobs, create_organisation, create_person, grant, run_until_idle
from sluis.kernel.actor import SYSTEM, Actor
from sluis.lake import whole
from sluis.lake.making import one_part
from sluis.lake.models import TableVersion
from sluis.lake.parts.shape import Part
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, Files, PageRequest
from sluis.lake.service import one_file, request_ingest
from sluis.lake.types import IngestReport
from sluis.register import service as register

whole.MANY_PARTS = 1  # here the recurring work joins every table
KNOWN = settings.SLUIS.data / "known.json"
LOADS = {
    "Gelijk": [(45_000, ""), (1_000, ""), (42_000, "")],  # most is copied, neighbours are written together
    "Anders": [(41_000, ""), (30_000, ";hoogte")],  # a column that came later: all is written anew
}
_COUNTED = ("open", "os.", "shutil.", "tempfile.", "fcntl.", "sqlite3.")


class Steps:
    """What a joining asks of the system and of the database; at the `last` of them this process ends without a word."""

    def __init__(self) -> None:
        self.counting, self.done, self.last = False, 0, 0
        sys.addaudithook(lambda event, _: self.step() if self.counting and event.startswith(_COUNTED) else None)

    def step(self) -> None:
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def asked(self, execute: Callable[..., Any], *about: Any) -> Any:
        """Before and after each statement."""
        self.step()
        answer = execute(*about)
        self.step()
        return answer

    @contextmanager
    def counted(self) -> Iterator[None]:
        self.counting = True
        try:
            with connection.execute_wrapper(self.asked):
                yield
        finally:
            self.counting = False


steps = Steps()


def say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said, default=str) + "\n")
    sys.stdout.flush()


def found() -> None:
    migrate()
    home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    person = create_person(by=SYSTEM, email="s@merwede.example", name="Steward", password="een-lang-wachtwoord-8")
    grant(by=SYSTEM, user_id=person.id, organisation_id=home.id, role="data_steward")
    by = acting(person.id)
    known = [_grown(by, home.id, title, loads) for title, loads in LOADS.items()]
    steps.done = 0
    for one in known:
        _join(UUID(one["version"]))
        _apart(one)
    KNOWN.write_text(json.dumps({"tables": known, "steps": steps.done}))


def _grown(by: Actor, home: UUID, title: str, loads: list[tuple[int, str]]) -> dict[str, Any]:
    """A table of so many loads, and the one file that it has to become."""
    dataset, first = register.create(by=by, organisation_id=home, title=title).id, 0
    chance = random.Random(title)
    for number, (rows, more) in enumerate(loads):
        cell = ";2,5" if more else ""
        lines = (f"P{n:07};{chance.getrandbits(64):016x};{n % 97}{cell}\n" for n in range(first, first + rows))
        blob = blobs.put_bytes(f"code;plaats;aantal{more}\n{''.join(lines)}".encode())
        mode = "append" if number else "replace"
        version = request_ingest(by=by, dataset_id=dataset, blob=blob, filename="palen.csv", mode=mode)
        run_until_idle()
        first += rows
    row = TableVersion.objects.get(id=version)
    assert (row.status, len(row.parts), row.rows_total) == ("ready", len(loads), first)
    report, parts = IngestReport.from_json(row.report or {}), [Part.from_json(part) for part in row.parts]
    made = one_part(parts, report)
    assert one_part(parts, report) == made, "the same parts give the same bytes"
    known = {"version": str(version), "parts": row.parts, "one": made.to_json(), "answers": _answers(row)}
    blobs.store().remove(made.sha256)
    return known


def _answers(row: TableVersion) -> list[str]:
    """All rows in their order, and what a page shows of them."""
    paths = [blobs.path(part["sha256"]) for part in row.parts]
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        sql = "SELECT md5(string_agg(t::VARCHAR, chr(10))), count(*) FROM read_parquet(?, union_by_name = true) AS t"
        rows = con.execute(sql, [list(map(str, paths))]).fetchall()
    columns = [Column(column.name, column.type) for column in IngestReport.from_json(row.report or {}).columns]
    files = Files(tuple(paths), tuple(part["rows"] for part in row.parts))
    return [str(rows), str(page(files, columns, PageRequest(limit=30, count=True)))]


def _join(version: UUID, *, recurring: bool = False) -> None:
    with steps.counted():
        if recurring:
            whole.keep_tables(by=SYSTEM)
        else:
            one_file(by=SYSTEM, table_version_id=version)


def _apart(one: dict[str, Any]) -> None:
    """The table stands in its parts again, and the file that it became was never made."""
    row = TableVersion.objects.filter(id=one["version"])
    row.update(parts=one["parts"], data_sha256="", data_size=sum(part["size"] for part in one["parts"]))
    blobs.store().remove(one["one"]["sha256"])


def check(tables: list[dict[str, Any]]) -> list[str]:
    """First as it stands, then when the housekeeping was there, and then at a new try."""
    wrong = unsound()
    for one in tables:
        row = TableVersion.objects.get(id=one["version"])
        stands = ([one["one"]], one["one"]["sha256"]), (one["parts"], "")
        wrong += [] if (row.parts, row.data_sha256) in stands else [f"half a version: {row.parts} {row.data_sha256}"]
        wrong += ["other rows"] if _answers(row) != one["answers"] else []
        _apart(one)
    run_until_idle()
    wrong += [f"job {job.task} {job.state}" for job in Job.objects.exclude(state=Job.State.SUCCESSFUL)]
    blobs.sweep(older_than_seconds=-60)
    wrong += _litter()
    for one in tables:
        _join(UUID(one["version"]))
        row = TableVersion.objects.get(id=one["version"])
        wrong += [f"a new try gives {row.parts}"] if row.parts != [one["one"]] else []
        wrong += ["other rows in the one file"] if _answers(row) != one["answers"] else []
        _apart(one)
    return wrong + unsound() + _litter()


def _litter() -> list[str]:
    work = [path.name for path in (settings.SLUIS.data / "tmp").rglob("*")]
    loose = {one.sha256 for one in blobs.stored()} - blobs.wanted()
    return [f"litter: {sorted(work)} {sorted(loose)}"] if work or loose else []


def main(mode: str, seed: str) -> None:
    tempfile.tempdir = str(Path(settings.SLUIS.data))
    if mode == "found":
        found()
        return
    known, chance = json.loads(KNOWN.read_text()), random.Random(seed)
    say(wrong=check(known["tables"]))
    if mode == "check":
        return
    if mode == "steps":
        steps.done, steps.last = 0, chance.randint(1, known["steps"])
    while True:
        one = chance.choice(known["tables"])
        say(joining=one["version"])
        _join(UUID(one["version"]), recurring=chance.random() < 0.5)
        say(joined=one["version"])
        for each in known["tables"]:
            _apart(each)


main(*sys.argv[1:])
