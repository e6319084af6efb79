"""What does this person have to do? Derived from dossiers and feedback by role; nothing is stored."""

from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sluis.foundation.service import audit
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.release import evidence, policy
from sluis.release.feedback import TERM, unanswered
from sluis.release.models import Advice, Dossier, Evidence
from sluis.release.source import source
from sluis.release.types import Stage, Task, TaskKind, Verdict

TITLES = {
    TaskKind.PREPARE: N_("Maak het dossier klaar"),
    TaskKind.ADVISE: N_("Geef advies over persoonsgegevens"),
    TaskKind.DECIDE: N_("Neem een besluit"),
    TaskKind.PUBLISH: N_("Publicatie is mislukt: bekijk waarom"),
    TaskKind.FEEDBACK: N_("Beantwoord een melding"),
}
MOST = 200


def tasks(*, by: Actor) -> tuple[Task, ...]:
    """Open tasks of this person, first due first; at most 200 of each kind.

    Costs a fixed number of index walks; only dossiers that the person may have worked on are looked at one by one.
    """
    found = [
        *_tasks(TaskKind.PREPARE, _waiting(by, policy.PREPARE, Stage.INTAKE, Stage.RETURNED)[:MOST]),
        *_tasks(TaskKind.ADVISE, _doubted(by)[:MOST]),
        *_tasks(TaskKind.DECIDE, islice(_of_others(by), MOST)),
        *_tasks(TaskKind.PUBLISH, _waiting(by, policy.PREPARE, Stage.DECIDED).filter(failure__isnull=False)[:MOST]),
        *_feedback(by),
    ]
    return tuple(sorted(found, key=lambda task: (task.due_date, task.dataset_title)))


def _waiting(by: Actor, permission: str, *stages: Stage) -> QuerySet[Dossier]:
    rows = Dossier.objects.filter(policy.reached(by, permission), stage__in=stages)
    return rows.select_related("dataset").order_by("due_date", "id")


def _tasks(kind: TaskKind, rows: Iterable[Dossier]) -> list[Task]:
    return [_task(kind, row.id, row) for row in rows]


def _doubted(by: Actor) -> QuerySet[Dossier]:
    """Something needs a judgement and this run has no advice yet."""
    run = {"dossier": OuterRef("id"), "run": OuterRef("run")}
    doubts = Evidence.objects.filter(**run, verdict=Verdict.ATTENTION)
    rows = _waiting(by, policy.ADVISE, Stage.INTAKE, Stage.READY_TO_DECIDE).exclude(checked_sha256="")
    return rows.filter(Exists(doubts)).exclude(Exists(Advice.objects.filter(**run)))


def _of_others(by: Actor) -> Iterator[Dossier]:
    """Dossiers this person may decide: four eyes. Who never touched a part of it needs no further look."""
    rows = list(_waiting(by, policy.DECIDE, Stage.READY_TO_DECIDE)[: 2 * MOST])
    contacts = register.contact_ids(row.dataset_id for row in rows)
    dossiers = audit.touched(by.keys, "dossier", [row.id for row in rows])
    datasets = audit.touched(by.keys, "dataset", [row.dataset_id for row in rows])
    people = audit.touched(by.keys, "contact", set(contacts.values()))
    for row in rows:
        near = str(row.id) in dossiers or str(row.dataset_id) in datasets or str(contacts.get(row.dataset_id)) in people
        if not near or not policy.decider_keys(by, row) & evidence.preparers(row, source(row.dataset_id)):
            yield row


def _task(kind: TaskKind, subject_id: UUID, row: Dossier) -> Task:
    return Task(
        kind=kind,
        title=TITLES[kind],
        subject_id=subject_id,
        dataset_id=row.dataset_id,
        dataset_slug=row.dataset_slug,
        dataset_title=row.dataset_title,
        due_date=row.due_date,
        late=row.due_date < clock.today(),
    )


def _feedback(by: Actor) -> list[Task]:
    found: list[Task] = []
    for item in unanswered(by, MOST):
        due = (item.at + TERM).date()
        title = TITLES[TaskKind.FEEDBACK]
        found.append(
            Task(
                kind=TaskKind.FEEDBACK,
                title=title,
                subject_id=item.id,
                dataset_id=item.dataset_id,
                dataset_slug=item.dataset_slug,
                dataset_title=item.dataset_title,
                due_date=due,
                late=due < clock.today(),
            )
        )
    return found
