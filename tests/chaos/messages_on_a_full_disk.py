"""A site with one source that waits for messages. Run as `python messages_on_a_full_disk.py MODE`.

`found` makes it and says `source` and `key`; `due` lets the source take its turn now; `check` says what is wrong and
which messages are in the newest version.
"""

import json
import sys
from typing import Any

from sluis.cli.start import migrate, start

start()

import pyarrow.parquet as pq
from tests.chaos.soundness import unsound

from sluis.foundation.models import Job
from sluis.foundation.service import acting, blobs, create_organisation, create_person, grant
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.lake import service as lake
from sluis.lake.models import Source, SourceDelivery, TableVersion
from sluis.register import service as register


def found() -> dict[str, Any]:
    migrate()
    home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    person = create_person(by=SYSTEM, email="steward@m.example", name="Steward", password="een-lang-wachtwoord-8")
    grant(by=SYSTEM, user_id=person.id, organisation_id=home.id, role="data_steward")
    steward = acting(person.id)
    made = register.create(by=steward, organisation_id=home.id, title="Meetnet")
    source = lake.create_source(
        by=steward, dataset_id=made.id, connector_name="push", title="Meetnet", config={}, mode="append",
        schedule={"every": "minutes", "count": 5}, attempts=10,
    )  # fmt: skip
    return {"source": str(source), "key": lake.new_push_key(by=steward, source_id=source)}


def due() -> dict[str, Any]:
    """Also what waits after a failure: time does that by itself."""
    moment = clock.now()
    Source.objects.update(next_at=moment, paused=False, failures=0)
    Job.objects.filter(state=Job.State.READY).update(run_after=moment)
    return {"waiting": SourceDelivery.objects.count()}


def check() -> dict[str, Any]:
    ready = TableVersion.objects.filter(status=TableVersion.Status.READY).order_by("-number").first()
    parts = [pq.read_table(blobs.path(part["sha256"])) for part in ready.parts] if ready else []
    return {"wrong": unsound(), "loaded": sorted(n for part in parts for n in part.column("n").to_pylist())}


json.dump({"found": found, "due": due, "check": check}[sys.argv[1]](), sys.stdout)
