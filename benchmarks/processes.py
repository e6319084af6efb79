"""10,000 running instances: the inbox, completing a task, and a hundred moments in the same second.

`python -m benchmarks.processes [--count 10000]` makes a database of its own in a temporary folder and prints what it
measured beside what is asked. A run takes some minutes, nearly all of it the making of the instances.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:sluis="urn:nl:sluis:process:1"
  targetNamespace="urn:benchmark" id="d"><bpmn:process id="bench" name="Meting" isExecutable="true">
  <bpmn:startEvent id="start"/><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="intake"/>
  <bpmn:userTask id="intake" name="Intake" sluis:role="data_steward" sluis:due="P5D"/>
  <bpmn:boundaryEvent id="late" attachedToRef="intake" cancelActivity="false">
    <bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f2" sourceRef="late" targetRef="remind"/>
  <bpmn:userTask id="remind" name="Herinner" sluis:role="coordinator"/>
  <bpmn:sequenceFlow id="f3" sourceRef="remind" targetRef="end"/>
  <bpmn:sequenceFlow id="f4" sourceRef="intake" targetRef="split"/><bpmn:parallelGateway id="split"/>
  <bpmn:sequenceFlow id="f5" sourceRef="split" targetRef="privacy"/>
  <bpmn:userTask id="privacy" name="Privacy" sluis:role="privacy_officer" sluis:due="P10D"/>
  <bpmn:sequenceFlow id="f6" sourceRef="split" targetRef="rights"/>
  <bpmn:userTask id="rights" name="Rechten" sluis:role="lawyer" sluis:due="P10D"/>
  <bpmn:sequenceFlow id="f7" sourceRef="privacy" targetRef="join"/>
  <bpmn:sequenceFlow id="f8" sourceRef="rights" targetRef="join"/><bpmn:parallelGateway id="join"/>
  <bpmn:sequenceFlow id="f9" sourceRef="join" targetRef="decide"/>
  <bpmn:userTask id="decide" name="Besluit" sluis:role="data_owner" sluis:four-eyes-with="intake"/>
  <bpmn:sequenceFlow id="f10" sourceRef="decide" targetRef="end"/><bpmn:endEvent id="end"/>
  </bpmn:process></bpmn:definitions>"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.processes", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="running instances")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluis-processes-") as folder:
        os.environ["SLUIS_DATA"] = folder
        from sluis.cli.start import migrate, start

        start()
        migrate()
        return _measure(asked.count)


def _measure(count: int) -> int:
    from sluis.foundation.service import create_organisation
    from sluis.kernel import clock, ids
    from sluis.kernel.actor import SYSTEM, Actor, Held
    from sluis.process import service as process
    from sluis.process.jobs import fire_timers
    from sluis.process.models import Task, Wait
    from sluis.process.types import TaskFilter

    standing = clock.FixedClock()
    clock.install(standing)
    home = create_organisation(by=SYSTEM, slug="merwede", name="Merwede")

    def person(role: str) -> Actor:
        number = ids.new_id()
        return Actor(number.hex, user_id=number, grants=frozenset({Held(home.id, role)}))

    people = {role: person(role) for role in ("data_steward", "privacy_officer", "lawyer", "data_owner")}
    made = process.deploy(by=SYSTEM, kind="process", key="bench", xml=PROCESS)
    process.make_current(by=SYSTEM, sha256=made.sha256)
    begun = time.perf_counter()
    for number in range(count):
        standing.advance(timedelta(seconds=1))
        process.start(by=SYSTEM, key="bench", subject=f"bench:{number}", organisation_id=home.id)
    print(f"started {count} instances in {time.perf_counter() - begun:.0f} s")

    steward = people["data_steward"]
    inbox = _p95(lambda n: process.tasks(by=steward, filters=TaskFilter(page=n % 40 + 1)), 200)
    rows = iter(list(Task.objects.filter(element="intake").order_by("?").values_list("id", flat=True)[:300]))
    complete = _p95(lambda n: process.complete(by=steward, task_id=next(rows)), 300)
    other = iter(list(Task.objects.filter(element="privacy").values_list("id", flat=True)[:200]))
    second = _p95(lambda n: process.complete(by=people["privacy_officer"], task_id=next(other)), 200)

    due = list(Wait.objects.order_by("due_at").values_list("id", flat=True)[:100])
    moment = standing.now() + timedelta(seconds=1)
    Wait.objects.exclude(id__in=due).update(due_at=moment + timedelta(days=900))
    Wait.objects.filter(id__in=due).update(due_at=moment)
    standing.advance(timedelta(seconds=1))
    begun = time.perf_counter()
    fired = fire_timers.func()
    took = time.perf_counter() - begun
    again = fire_timers.func()
    reminders = Task.objects.filter(element="remind").count()
    kept = [
        _line("inbox p95", inbox * 1000, 50),
        _line("complete p95 (first task)", complete * 1000, 100),
        _line("complete p95 (in a branch)", second * 1000, 100),
        _line(f"100 moments: {fired} fired, {again} again, {reminders} tasks", took * 1000, 10_000),
        fired == reminders == 100 and again == 0,
    ]
    return 0 if all(kept) else 1


def _p95(what: Callable[[int], Any], times: int) -> float:
    taken: list[float] = []
    for number in range(times):
        begun = time.perf_counter()
        what(number)
        taken.append(time.perf_counter() - begun)
    return statistics.quantiles(taken, n=20)[-1]


def _line(name: str, value: float, asked: float) -> bool:
    print(f"{name}: {value:.1f} ms (asked: at most {asked:.0f}); load {os.getloadavg()[0]:.1f}")
    return value <= asked


if __name__ == "__main__":
    raise SystemExit(main())
