"""Asks the workers of other machines for work, and looks at what came of it; runs no jobs itself.

Run as `python asking_others.py MODE NUMBER`: `found` makes the site and says what opens a session, `publish` brings one
dataset outside, `ask` has so many datasets read, each with two additions, `check` says what stands there.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from sluis.cli.start import migrate, start

start()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db.models import Count, Max  # noqa: E402
from tests.chaos.soundness import unsound  # noqa: E402

from sluis.cli.releases import PLAIN  # noqa: E402
from sluis.foundation.models import Job, Organisation, User  # noqa: E402
from sluis.foundation.service import acting, blobs, create_organisation, create_person, grant  # noqa: E402
from sluis.kernel.actor import SYSTEM, Actor  # noqa: E402
from sluis.kernel.errors import SluisError  # noqa: E402
from sluis.lake.models import TableVersion  # noqa: E402
from sluis.lake.service import request_ingest  # noqa: E402
from sluis.register import service as register  # noqa: E402
from sluis.release import service as release  # noqa: E402

PATIENCE_SECONDS = 240


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
    steward, owner = person("data_steward"), person("data_owner")
    made = dataset(steward, "Zwemwater")
    version = asked(steward, made, 100, "replace")
    until(lambda: TableVersion.objects.get(id=version).status == "ready")
    dossier = release.open_dossier(by=steward, dataset_id=made)
    release.answer(by=steward, dossier_id=dossier.id, element="Intake", answers=PLAIN)

    def decided() -> bool:
        try:
            ready = release.dossier(by=owner, dossier_id=dossier.id)
            release.answer(
                by=owner, dossier_id=ready.id, element="Decide", expected=ready.content_sha256,
                answers={"decision": "open", "motivation": "Geen bezwaar."},
            )  # fmt: skip
        except SluisError:
            return False  # the workers have not done the steps before this one
        return True

    until(decided)
    say(published=made)


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


{"found": found, "publish": publish, "ask": ask, "check": check}[sys.argv[1]](int(sys.argv[2]))
