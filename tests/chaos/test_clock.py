"""The clock jumps, hours back or years on, while workers work and die: nothing is done twice or waits for years."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.tasks import task
from tests.chaos.conftest import Tell
from tests.chaos.counts import times
from tests.integration.lake.sources import World, settle

from sluis.foundation.jobs import worker
from sluis.foundation.models import Job, OutboxEvent
from sluis.foundation.service import audit, run_until_idle, writing
from sluis.kernel.actor import SYSTEM
from sluis.kernel.clock import FixedClock
from sluis.lake import jobs
from sluis.lake.models import Source

pytestmark = pytest.mark.django_db(transaction=True)
SEED, JOBS = 20261129, 6
JUMPS = (timedelta(hours=-2), timedelta(seconds=31), timedelta(minutes=5), timedelta(days=3_652))


@task
def effect(n: int) -> None:
    with writing(by=SYSTEM, action="test.effect", subject=("test", n)) as write:
        write.emit("test.effect", {"n": n})


def storm(seed: int, clock: FixedClock) -> dict[str, int]:
    """Workers take jobs, finish them or die with them, at any time the clock says; then the clock is right again."""
    chance, right = random.Random(seed), clock.moment
    for n in range(JOBS):
        effect.enqueue(n)
    done: dict[str, int] = {"deaths": 0, "jumps": 0, "late": 0}
    slow: list[Job] = []  # taken by a worker that stands still and does not know that it lost its lease

    def die() -> None:
        if (job := worker._take("dead", worker.WHEN_QUIET)) is not None:
            done["deaths"] += 1
            slow.append(job)

    def wake() -> None:
        if slow:
            done["late"] += 1
            worker._run(slow.pop(chance.randrange(len(slow))))

    def jump() -> None:
        done["jumps"] += 1
        clock.advance(chance.choice(JUMPS))

    acts: list[Callable[[], Any]] = [die, wake, jump, worker.run_one, jump]
    for _ in range(chance.randint(5, 25)):
        chance.choice(acts)()
    clock.moment = right
    for _ in range(10):
        clock.advance(timedelta(minutes=1))
        run_until_idle()
    return done


def test_no_job_is_done_twice_and_none_waits_for_years(fixed_clock: FixedClock, data_folder: Path, tell: Tell) -> None:
    seeds, total = times(1_000, 25), {"deaths": 0, "jumps": 0, "late": 0}
    for seed in range(SEED, SEED + seeds):
        total = {name: total[name] + count for name, count in storm(seed, fixed_clock).items()}
        left = Job.objects.exclude(state=Job.State.SUCCESSFUL).exclude(
            state=Job.State.FAILED, attempts__gte=worker.MAX_ATTEMPTS
        )
        assert not left.exists(), (seed, list(left.values("state", "attempts", "run_after", "lease_until")))
        effects = sorted(OutboxEvent.objects.values_list("data__n", flat=True))
        expected = sorted(
            job.args[0] for job in Job.objects.filter(state=Job.State.SUCCESSFUL, task=effect.module_path)
        )
        assert effects == expected, seed
        assert audit.verify().sound, seed
        Job.objects.all().delete()
        OutboxEvent.objects.all().delete()
    assert all(total.values())
    tell(7, seeds=f"{seeds} from {SEED}", **total)


def test_a_source_that_was_due_by_a_wrong_clock_is_due_again(fixed_clock: FixedClock, data_folder: Path) -> None:
    world = World()
    source = world.source("demo", {"station": "Kade"}, schedule={"every": "minutes", "count": 5})
    fixed_clock.advance(timedelta(days=3_652))
    jobs.claim_due_sources.func()
    settle()
    fixed_clock.advance(timedelta(days=-3_652))
    jobs.tidy_sources.func()
    assert Source.objects.get(id=source).next_at <= fixed_clock.moment + timedelta(minutes=5)
