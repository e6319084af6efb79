"""A site at work, to be killed: recovers, checks everything that must hold, then imports, publishes and withdraws.

Run as `python work_until_killed.py MODE SEED`; MODE is `found` (make the site), `work` or `check`. Each line on stdout
is one JSON document; what was said there was acknowledged to somebody and must survive.
"""

import json
import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sluis.cli.start import migrate, start

start()

import pyarrow.parquet as pq
from django.conf import settings
from django.db.models import Count
from tests.chaos.soundness import unsound

from sluis.cli.releases import PLAIN
from sluis.foundation.jobs.worker import MAX_ATTEMPTS
from sluis.foundation.models import Job
from sluis.foundation.service import acting, blobs, create_organisation, create_person, grant, run_until_idle
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Unavailable
from sluis.lake.models import SourceRun, TableVersion
from sluis.lake.rows.page import page
from sluis.lake.rows.types import Column, PageRequest, Sort
from sluis.lake.service import (
    append_upload,
    behind,
    create_source,
    finish_upload,
    request_ingest,
    run_now,
    start_upload,
)
from sluis.lake.serving import plan
from sluis.lake.serving.ready import Ready
from sluis.lake.sourcing.running import settle_abandoned
from sluis.register import service as register
from sluis.release import aids, public
from sluis.release import models as stored
from sluis.release import service as release

plan.LEAST_ROWS, plan.BUDGET = 0, 1000  # here every table gets structures
PEOPLE = settings.SLUIS.data / "people.json"


def say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said, default=str) + "\n")
    sys.stdout.flush()


def found() -> None:
    migrate()
    home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    ids = {}
    for role in ("data_steward", "data_owner"):
        person = create_person(by=SYSTEM, email=f"{role}@merwede.example", name=role, password="een-lang-wachtwoord-8")
        grant(by=SYSTEM, user_id=person.id, organisation_id=home.id, role=role)
        ids[role] = str(person.id)
    register.add_contact(by=acting(ids["data_steward"]), organisation_id=home.id, name="Team", email="d@m.example")
    PEOPLE.write_text(json.dumps(ids | {"home": str(home.id)}))


def recover() -> None:
    """What time does by itself: leases of the dead run out, a worker takes up what lies there, and what went wrong on
    the way gets its later attempts."""
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=clock.now() - timedelta(hours=1))
    for _ in range(MAX_ATTEMPTS):
        Job.objects.update(run_after=clock.now())
        run_until_idle()
        settle_abandoned()
        run_until_idle()


def check() -> list[str]:
    wrong = unsound()
    for row in TableVersion.objects.select_related("base"):
        half = bool(row.parts) != (row.status == "ready") or (row.status == "ready" and row.report is None)
        wrong += [f"half version {row.id} {row.status}"] if half or row.status in ("queued", "running") else []
        wrong += [f"version {row.id} has other rows than it says"] if _rows(row) != row.rows_total else []
        replaced = row.change.get("replaced", 0)
        if row.status == "ready" and row.base and row.rows_total != row.base.rows_total + row.rows_loaded - replaced:
            wrong.append(f"version {row.id} does not follow from its base")
    wrong += [f"Iceberg table of {slug} is behind" for slug in behind(by=SYSTEM)]
    left = Job.objects.exclude(state=Job.State.SUCCESSFUL)
    wrong += [f"job {job.task} {job.state}: {(job.failure or {}).get('traceback')}" for job in left]
    for run in SourceRun.objects.select_related("table_version"):
        fine = run.table_version is not None and run.table_version.status == "ready"
        wrong += [f"run {run.id} {run.state}"] if run.state != "loaded" or not fine else []
    twice = SourceRun.objects.values("table_version").annotate(n=Count("id")).filter(n__gt=1)
    wrong += [f"version {row['table_version']} of several runs" for row in twice]
    for row in stored.PublicDataset.objects.all():
        current = stored.Release.objects.filter(dataset_id=row.dataset_id, status="current")
        shown = stored.PublicTable.objects.filter(dataset=row)
        if current.count() > 1 or (row.kind == "withdrawn") != (not current.exists()):
            wrong.append(f"projection of {row.slug}: {row.kind} with {current.count()} current")
        if row.kind == "withdrawn" and shown.exists():
            wrong.append(f"{row.slug} was taken back and still shows rows")
        wrong += [f"structures of {row.slug} {one.release}: {fault}" for one in shown for fault in _slow(row, one)]
    decided = stored.Dossier.objects.filter(stage="decided").count()
    return wrong + ([f"{decided} dossiers stayed decided"] if decided else [])


def _slow(row: stored.PublicDataset, shown: stored.PublicTable) -> list[str]:
    """What is wrong with what makes this table fast: it is whole, and says what the table says."""
    table = public.table(row.slug, shown.release)
    names, coming = aids.files(table.sha256)
    if coming or "vectors" not in names:
        return [f"only {sorted(names)}"]
    ready = Ready({name: blobs.path(sha) for name, sha in names.items()})
    columns = [Column(c.name, c.type) for c in table.columns]
    asked = PageRequest(sort=(Sort("aantal", descending=True),), limit=20)
    same = page(table.path, columns, asked, ready=ready) == page(table.path, columns, asked)
    return [] if same else ["other rows"]


def patiently(ask: Callable[[], list[str]]) -> list[str]:
    """A storage that fails now and then is asked again, as an operator would."""
    for _ in range(50):
        with suppress(Unavailable):
            return ask()
    return ask()


def _rows(row: TableVersion) -> int:
    return sum(pq.read_metadata(blobs.path(part["sha256"])).num_rows for part in row.parts)


def work(chance: random.Random) -> None:
    known = json.loads(PEOPLE.read_text())
    steward, owner = acting(known["data_steward"]), acting(known["data_owner"])
    while True:
        with suppress(Unavailable):  # a bucket that fails: who works hears so, and begins something else
            _story(chance, steward, owner, known["home"])


def _story(chance: random.Random, steward: Actor, owner: Actor, home: str) -> None:
    from uuid import UUID

    contact = register.contacts(by=steward, organisation_id=UUID(home))[0]
    made = register.create(
        by=steward, organisation_id=UUID(home), title=f"Bomen {chance.random()}", licence="CC0", themes=["ENVI"],
        description="Waar in de provincie bomen staan, met soort en jaar van planten.", contact=contact.id,
        keywords=["boom"],
    )  # fmt: skip
    _fetched(chance, steward, home)
    data = b"plaats;aantal\n" + b"".join(b"Gorinchem;%d\n" % n for n in range(chance.randint(5, 3000)))
    upload = start_upload(by=steward, dataset_id=made.id, filename="bomen.csv", length=len(data))
    append_upload(by=steward, upload_id=upload.id, offset=0, chunks=[data])
    version = finish_upload(by=steward, upload_id=upload.id)
    say(accepted=version)
    more = [b"plaats;aantal\n" + b"".join(b"Tiel;%d\n" % (n + chance.randint(0, 9)) for n in range(40))] * 2
    asked = [(more[0], "append", ()), (more[1], "upsert", ("aantal",))]
    for data, mode, key in asked[: chance.randint(0, 2)]:
        blob = blobs.put_bytes(data)
        say(accepted=request_ingest(by=steward, dataset_id=made.id, blob=blob, filename="m.csv", mode=mode, key=key))
    run_until_idle()
    dossier = release.open_dossier(by=steward, dataset_id=made.id)
    release.answer(by=steward, dossier_id=dossier.id, element="Intake", answers=PLAIN)
    run_until_idle()
    ready = release.dossier(by=owner, dossier_id=dossier.id)
    release.answer(
        by=owner, dossier_id=ready.id, element="Decide", expected=ready.content_sha256,
        answers={"decision": "open", "motivation": "Geen bezwaar."},
    )  # fmt: skip
    say(decided=made.id)
    run_until_idle()
    if chance.random() < 0.5:
        release.withdraw(by=owner, dataset_id=made.id, reason="Fout in de meting.")
        say(withdrawn=made.id)


def _fetched(chance: random.Random, steward: Actor, home: str) -> None:
    """A source of a dataset of its own: its run was promised, so it must end in a version."""
    from uuid import UUID

    levels = register.create(by=steward, organisation_id=UUID(home), title=f"Waterstanden {chance.random()}")
    config = {"station": "Kade", "days": chance.randint(1, 60)}
    made = create_source(by=steward, dataset_id=levels.id, connector_name="demo", title="Peil", config=config)
    say(promised=run_now(by=steward, source_id=made))
    run_until_idle()


def main(mode: str, seed: str) -> None:
    assert date(2026, 1, 1) < clock.today()
    tempfile.tempdir = str(Path(settings.SLUIS.data))
    if mode == "found":
        found()
        return
    recover()
    wrong = patiently(check)
    rows = stored.PublicDataset.objects
    say(
        wrong=wrong,
        fetched=[str(i) for i in SourceRun.objects.filter(state="loaded").values_list("id", flat=True)],
        ready=[str(i) for i in TableVersion.objects.filter(status="ready").values_list("id", flat=True)],
        outside=[str(i) for i in rows.exclude(kind="withdrawn").values_list("dataset_id", flat=True)],
        taken_back=[str(i) for i in rows.filter(kind="withdrawn").values_list("dataset_id", flat=True)],
    )
    if mode == "work":
        work(random.Random(seed))


main(*sys.argv[1:])
