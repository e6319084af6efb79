"""Processes at work, to be killed: recovers, checks everything that must hold, then starts, completes and fires.

Run as `python processes_until_killed.py MODE SEED`; MODE is `found`, `work` or `check`. Each line on stdout is one JSON
document; what was said there was acknowledged to somebody and must survive.
"""

import json
import random
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from sluis.cli.start import migrate, start

start()

from django.conf import settings
from tests.unit.process.drawn import end, gateway, node, process, service, timer, user

from sluis.foundation.models import Job, OutboxEvent
from sluis.foundation.service import audit, create_organisation, run_until_idle, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Actor, Held
from sluis.process import service as door
from sluis.process.jobs import fire_timers
from sluis.process.models import Instance, Passage, Run, Task, Wait
from sluis.process.moving import load
from sluis.process.types import Work

XML = process(
    node("startEvent", "start"), user("a"), service("effect", "test.effect"), service("plain", "test.plain"),
    gateway("parallel", "p1"), node("intermediateCatchEvent", "t", timer("PT0S")), user("b"),
    gateway("parallel", "p2"), end(), "start > a > effect > plain > p1 > t > p2; p1 > b > p2; p2 > end",
)  # fmt: skip
ELEMENTS = ["start", "a", "effect", "plain", "p1", "t", "b", "p2", "end"]


def effect(work: Work) -> None:
    """Part of the move: as often in the database as the step was done."""
    with writing(by=SYSTEM, action="test.effect", subject=("test", work.instance_id)) as write:
        write.emit("test.effect", {"instance": str(work.instance_id)})


door.handler("test.effect", atomic=True)(effect)
door.handler("test.plain")(lambda work: {"run": work.run_id})


def say(**said: Any) -> None:
    sys.stdout.write(json.dumps(said, default=str) + "\n")
    sys.stdout.flush()


def found() -> None:
    migrate()
    create_organisation(by=SYSTEM, slug="merwede", name="Merwede")
    made = door.deploy(by=SYSTEM, kind="process", key="proef", xml=XML)
    door.make_current(by=SYSTEM, sha256=made.sha256)


def person() -> Actor:
    from sluis.foundation.service import organisation

    return Actor("ann", user_id=ids.new_id(), grants=frozenset({Held(organisation("merwede").id, "data_steward")}))


def recover() -> None:
    """What time does by itself: leases run out, and a worker takes up what lies there."""
    Job.objects.update(run_after=clock.now())
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=clock.now() - timedelta(hours=1))
    run_until_idle()
    while fire_timers.func():
        run_until_idle()


def check() -> list[str]:
    wrong = [] if audit.verify().sound else ["audit"]
    effects = Counter(OutboxEvent.objects.filter(type="test.effect").values_list("data__instance", flat=True))
    for row in Instance.objects.all():
        passed = Counter(Passage.objects.filter(instance=row).values_list("element", flat=True))
        wrong += [f"{row.id}: {key} was done {n} times" for key, n in passed.items() if n != 1]
        if effects[str(row.id)] != passed["effect"]:
            wrong.append(f"{row.id}: effect {effects[str(row.id)]}, step {passed['effect']}")
        tasks = set(Task.objects.filter(instance=row, state="open").values_list("token", flat=True))
        runs = set(Run.objects.filter(instance=row, state="ready").values_list("token", flat=True))
        waits = set(Wait.objects.filter(instance=row).values_list("token", flat=True))
        if row.state == "ended":
            wrong += [f"{row.id}: ended with work left"] if tasks | runs | waits else []
            wrong += [f"{row.id}: ended without {set(ELEMENTS) - set(passed)}"] if set(ELEMENTS) - set(passed) else []
            continue
        running = load(row)
        if tasks | runs != {one.token for one in running.pending()} or waits != {t.token for t in running.timers()}:
            wrong.append(f"{row.id}: rows and engine differ")
        if not tasks | runs | waits:
            wrong.append(f"{row.id}: nothing left to do, and not ended")
    return wrong


def work(chance: random.Random) -> None:
    from sluis.foundation.service import organisation

    who, home = person(), organisation("merwede").id
    while True:
        made = door.start(by=SYSTEM, key="proef", subject="test", organisation_id=home)
        say(started=made.id)
        for task in door.tasks(by=who).rows:
            if chance.random() < 0.7:
                door.complete(by=who, task_id=task.id)
                say(completed=task.id)
            if chance.random() < 0.5:
                run_until_idle(chance.randint(1, 5))
            if chance.random() < 0.5:
                fire_timers.func()


def main(mode: str, seed: str) -> None:
    assert settings.SLUIS.data
    if mode == "found":
        found()
        return
    recover()
    say(
        wrong=check(),
        instances=list(Instance.objects.values_list("id", flat=True)),
        done=list(Task.objects.filter(state="done").values_list("id", flat=True)),
    )
    if mode == "work":
        work(random.Random(seed))


main(*sys.argv[1:])
