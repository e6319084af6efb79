"""What does this person have to do? Derived from dossiers and feedback by role; nothing is stored."""

from collections.abc import Callable
from uuid import UUID

from sluis.foundation.service import organisations_where
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.text import N_
from sluis.release import evidence, policy
from sluis.release.feedback import TERM, unanswered
from sluis.release.models import Dossier
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
    """Open tasks of this person, first due first; at most 200 dossiers per kind of task are looked at."""
    found = [task for kind, permission, stages, fits in _SOURCES for task in _of(by, kind, permission, stages, fits)]
    found += _feedback(by)
    return tuple(sorted(found, key=lambda task: (task.due_date, task.dataset_title)))


def _of(
    by: Actor, kind: TaskKind, permission: str, stages: tuple[Stage, ...], fits: Callable[[Dossier, Actor], bool]
) -> list[Task]:
    mine = organisations_where(by, permission)
    rows = Dossier.objects.filter(organisation_id__in=mine, stage__in=stages).order_by("due_date", "id")[:MOST]
    return [_task(kind, row.id, row) for row in rows if fits(row, by)]


def _always(_row: Dossier, _by: Actor) -> bool:
    return True


def _has_doubts(row: Dossier, by: Actor) -> bool:
    """Something needs a judgement and this run has no advice yet."""
    doubts = any(report.verdict is Verdict.ATTENTION for report in evidence.reports(row))
    return doubts and not evidence.advices(row)


def _is_another(row: Dossier, by: Actor) -> bool:
    return by.key not in evidence.preparers(row, source(row.dataset_id))


def _failed(row: Dossier, _by: Actor) -> bool:
    return row.failure is not None


_SOURCES: tuple[tuple[TaskKind, str, tuple[Stage, ...], Callable[[Dossier, Actor], bool]], ...] = (
    (TaskKind.PREPARE, policy.PREPARE, (Stage.INTAKE, Stage.RETURNED), _always),
    (TaskKind.ADVISE, policy.ADVISE, (Stage.INTAKE, Stage.READY_TO_DECIDE), _has_doubts),
    (TaskKind.DECIDE, policy.DECIDE, (Stage.READY_TO_DECIDE,), _is_another),
    (TaskKind.PUBLISH, policy.PREPARE, (Stage.DECIDED,), _failed),
)


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
