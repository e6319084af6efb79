"""Asks the workers of other machines for work, and looks at what came of it; runs no jobs itself.

Run as `python asking_others.py MODE NUMBER`: `found` makes the site and says what opens a session, `publish` brings one
dataset outside, `prepare` so many up to their decision, `decide` decides them in the order of that seed, `outside` says
what came of it; `ask` has so many datasets read, each with two additions, and `check` says what stands there.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from sluis.cli.start import migrate, start

start()

from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, connection
from django.db.models import Count, Max
from tests.chaos.soundness import unsound

from sluis.cli.releases import PLAIN
from sluis.foundation.jobs.recurring import known as recurring
from sluis.foundation.models import AuditEntry, Job, Organisation, OutboxEvent, User
from sluis.foundation.service import acting, blobs, create_organisation, create_person, grant
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import SluisError
from sluis.lake.models import TableVersion
from sluis.lake.service import request_ingest
from sluis.process.jobs import run_step
from sluis.process.models import Instance, Run, Task
from sluis.process.service import retry
from sluis.register import service as register
from sluis.release import service as release
from sluis.release.models import Decision, Dossier, PublicDataset, PublicTable, Release

PATIENCE_SECONDS, UNDER_LOSS_SECONDS = 900, 1800


def say(**said: Any) -> None:
    print(json.dumps(said, default=str), flush=True)  # noqa: T201 - this is how it answers


def person(role: str) -> Actor:
    return acting(User.objects.get(email=f"{role}@merwede.example").id)


def found(_: int) -> None:
    migrate()
    home = create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")
    for role in ("data_steward", "data_owner"):
        made = create_person(by=SYSTEM, email=f"{role}@merwede.example", name=role, password="een-lang-wachtwoord-8")
        grant(by=SYSTEM, user_id=made.id, organisation_id=home.id, role=role)
    register.add_contact(by=person("data_steward"), organisation_id=home.id, name="Team", email="d@m.example")
    user, session = User.objects.get(email="data_steward@merwede.example"), SessionStore()
    session["_auth_user_id"], session["_auth_user_hash"] = str(user.pk), user.get_session_auth_hash()
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session.create()
    say(session=session.session_key)


def publish(_: int) -> None:
    dossier_id = ready_to_decide("Zwemwater", 100)
    until(lambda: bool(decided(dossier_id)))
    say(published=Dossier.objects.get(id=dossier_id).dataset_id)


def prepare(number: int) -> None:
    """So many datasets of which only the decision is left."""
    made = [ready_to_decide(f"Zwemwater {n}", 100 + n) for n in range(number)]
    until(lambda: Task.objects.filter(element="Decide", state="open").count() == len(made))
    say(prepared=made)


def decide(seed: int) -> None:
    """Decide all that can be decided, as somebody who does not give up: asks again until there is a decision."""
    ids = patiently(lambda: sorted(Dossier.objects.values_list("id", flat=True)))
    random.Random(seed).shuffle(ids)
    for dossier_id in ids:
        say(**{patiently(lambda dossier_id=dossier_id: decided(dossier_id)): dossier_id})


def ready_to_decide(title: str, rows: int) -> Any:
    """A dataset of so many rows; two with the same rows would be one dossier."""
    steward = person("data_steward")
    made = dataset(steward, title)
    version = asked(steward, made, rows, "replace")
    until(lambda: TableVersion.objects.get(id=version).status == "ready")
    dossier = release.open_dossier(by=steward, dataset_id=made)
    release.answer(by=steward, dossier_id=dossier.id, element="Intake", answers=PLAIN)
    return dossier.id


def decided(dossier_id: Any) -> str | None:
    """'decided' by us now, or 'found' so; None while the workers have not done the steps before it."""
    if Decision.objects.filter(dossier_id=dossier_id).exists():
        return "found"
    owner = person("data_owner")
    try:
        ready = release.dossier(by=owner, dossier_id=dossier_id)
        release.answer(
            by=owner, dossier_id=ready.id, element="Decide", expected=ready.content_sha256,
            answers={"decision": "open", "motivation": "Geen bezwaar."},
        )  # fmt: skip
    except SluisError:
        return None
    return "decided"


def patiently[T](ask: Callable[[], T | None]) -> T:
    """Ask again when the database did not answer, or there is no answer yet."""
    limit = time.monotonic() + UNDER_LOSS_SECONDS
    while True:
        try:
            if (found := ask()) is not None:
                return found
        except DatabaseError:
            connection.close()
        assert time.monotonic() < limit
        time.sleep(0.5)


def ask(number: int) -> None:
    steward = person("data_steward")
    for n in range(number):
        made = dataset(steward, f"Telling {n} {time.time_ns()}")
        for mode in ("replace", "append", "append"):
            say(accepted=asked(steward, made, 50, mode))


def dataset(by: Actor, title: str) -> Any:
    home = Organisation.objects.get()
    contact = register.contacts(by=by, organisation_id=home.id)[0]
    return register.create(
        by=by, organisation_id=home.id, title=title, licence="CC0", themes=["ENVI"], keywords=["water"],
        description="Wat er op welke plaats in de provincie is geteld.", contact=contact.id,
    ).id  # fmt: skip


def asked(by: Actor, dataset_id: Any, rows: int, mode: str) -> Any:
    data = b"plaats;aantal\n" + b"".join(b"Tiel;%d\n" % n for n in range(rows))
    return request_ingest(by=by, dataset_id=dataset_id, blob=blobs.put_bytes(data), filename="t.csv", mode=mode)


def until(so: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not so():
        assert time.monotonic() < limit, "the workers did not do it"
        time.sleep(0.3)


def check(_: int) -> None:
    """When nothing waits or runs any more: every version once, whole, and upon the one before it."""
    until(lambda: not Job.objects.filter(state__in=("ready", "running")).exists())
    wrong = unsound()
    wrong += [f"job {job.task} {job.state}" for job in Job.objects.exclude(state="successful")]
    for row in TableVersion.objects.select_related("base"):
        expected = row.rows_loaded + (row.base.rows_total if row.base else 0)
        if row.status != "ready" or not row.parts or row.rows_total != expected:
            wrong.append(f"version {row.number} of {row.dataset_id}: {row.status}, {row.rows_total} of {expected}")
    numbered = TableVersion.objects.values("dataset").annotate(n=Count("id"), top=Max("number"))
    wrong += [f"numbers of {row['dataset']}" for row in numbered if row["n"] != row["top"]]
    say(
        wrong=wrong,
        ready=list(TableVersion.objects.filter(status="ready").values_list("id", flat=True)),
        again=Job.objects.filter(attempts__gt=1).count(),
        workers=sorted({name.rsplit(":", 1)[0] for name in Job.objects.values_list("worker", flat=True) if name}),
    )


def done() -> bool:
    return not Job.objects.filter(state__in=("ready", "running")).exclude(task__in=recurring()).exists()


def outside(_: int) -> None:
    """When nothing waits or runs any more, and who looks after it began again what gave up in between: every decision
    was published once, whole, and told once."""
    until(done)
    stuck = list(Instance.objects.filter(state="stuck").values_list("id", flat=True))
    for instance_id in stuck:
        retry(by=SYSTEM, instance_id=instance_id)
    until(done)
    wrong = unsound()
    failed = Job.objects.filter(state="failed").exclude(task=run_step.module_path)
    wrong += [f"job {job.task} {job.failure}" for job in failed]
    wrong += [f"step {run.element} {run.state}" for run in Run.objects.exclude(state__in=("done", "gone"))]
    for dossier in Dossier.objects.all():
        dataset_id = dossier.dataset_id
        counts = {
            "decisions": Decision.objects.filter(dossier=dossier).count(),
            "releases": Release.objects.filter(decision__dossier=dossier, dataset_id=dataset_id).count(),
            "current": Release.objects.filter(dataset_id=dataset_id, status="current").count(),
            "shown": PublicDataset.objects.filter(dataset_id=dataset_id).exclude(kind="withdrawn").count(),
            "rows": PublicTable.objects.filter(dataset__dataset_id=dataset_id).count(),
        }
        for event in ("release.published", "dossier.decided"):
            counts[event] = OutboxEvent.objects.filter(type=event, subject=f"dossier/{dossier.id}").count()
        for action in ("release.published", "release.decided"):
            entries = AuditEntry.objects.filter(action=action, subject_id=str(dossier.id))
            counts[f"audit {action}"] = entries.count()
        wrong += [f"{dossier.id}: {name} {count}" for name, count in counts.items() if count != 1]
    unsent = OutboxEvent.objects.filter(sent_at=None).count()
    wrong += [f"{unsent} events stayed"] if unsent else []
    say(wrong=wrong, again=len(stuck), published=list(PublicDataset.objects.values_list("slug", flat=True)))


{
    "found": found, "publish": publish, "prepare": prepare, "decide": decide, "ask": ask, "check": check,
    "outside": outside,
}[sys.argv[1]](int(sys.argv[2]))  # fmt: skip
