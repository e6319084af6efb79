"""The rows of the inbox: tasks of processes, and what visitors reported, each with one main action."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.process_view import role_title
from sluis.foundation.service import holds, names_of
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.watching.types import Trouble
from sluis.process.types import DefinitionRecord, TaskRecord
from sluis.release import service as release
from sluis.release.types import FeedbackRecord
from sluis.web import spoken

FAR = date.max


@dataclass(frozen=True, slots=True)
class Row:
    """`id` is empty for what cannot be handed over. `notes` are short facts; `late` compares `due` with now."""

    id: str
    subject: str
    title: str
    due: date | None
    late: bool
    url: str
    action: str
    notes: tuple[str, ...] = ()
    hindrance: str = ""
    returned: bool = False


def task_rows(tasks: Iterable[TaskRecord], actor: Actor, processes: Mapping[str, DefinitionRecord]) -> list[Row]:
    found = list(tasks)
    names = names_of({task.claimed_by for task in found} - {"", actor.key})
    return [_row(task, actor, processes, names) for task in found]


def _row(task: TaskRecord, actor: Actor, processes: Mapping[str, DefinitionRecord], names: Mapping[str, str]) -> Row:
    known = processes.get(task.process_key)
    process = spoken.said(known.name, known.name_en) if known else task.process_key
    return Row(
        id=str(task.id),
        subject=task.subject_title or process,
        title=spoken.said(task.title, task.title_en),
        due=_day(task.due_at),
        late=bool(task.due_at and task.due_at < clock.now()),
        url=reverse("desk:task", args=[task.id]),
        action=gettext("Doe deze taak") if task.may_complete else gettext("Bekijk"),
        notes=(*((process,) if task.subject_title else ()), role_title(task.role), *_claimed(task, actor, names)),
        hindrance=gettext(task.hindrance) if task.hindrance and not task.claimed_by else "",
        returned=bool(task.return_reason),
    )


def _claimed(task: TaskRecord, actor: Actor, names: Mapping[str, str]) -> tuple[str, ...]:
    if not task.claimed_by:
        return ()
    if task.claimed_by == actor.key:
        return (gettext("door u opgepakt"),)
    return (gettext("opgepakt door {name}").format(name=names.get(task.claimed_by, "–")),)


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(clock.AMSTERDAM).date() if moment else None


def other_rows(actor: Actor) -> list[Row]:
    """What waits for this person outside the processes: sources that stopped, tables that were not made,
    tables to look at, and what visitors reported."""
    stopped = lake.sources(by=actor, stopped=True)[0] if holds(actor, "source.manage") else ()
    failing = lake.transformations(by=actor, failing=True)[0] if holds(actor, "table.add") else ()
    watched = lake.watches(by=actor, troubled=True, mine=True)[0] if holds(actor, "contract.edit") else ()
    return [*map(_stopped, stopped), *map(_unmade, failing), *map(_watched, watched), *_all_reported(actor)]


def _stopped(source: lake.SourceRecord) -> Row:
    since = source.last.finished_at if source.last else None
    return Row(
        id="",
        subject=source.dataset_title,
        title=format_html(gettext("Herstel de bron {source}"), source=spoken.stored(source.title)),
        due=_day(since),
        late=True,
        url=reverse("desk:source", args=[source.id]),
        action=gettext("Bekijk de bron"),
    )


def _unmade(made: lake.TransformationRecord) -> Row:
    return Row(
        id="",
        subject=made.dataset_title,
        title=gettext("Herstel de transformatie"),
        due=_day(made.last.finished_at if made.last else None),
        late=True,
        url=reverse("desk:dataset-transformation", args=[made.dataset_id]),
        action=gettext("Bekijk de transformatie"),
    )


def _watched(watch: lake.WatchRecord) -> Row:
    late = watch.fresh_until if Trouble.LATE in watch.troubles else None
    return Row(
        id="",
        subject=watch.title,
        title=gettext("Kijk naar de kwaliteit van de tabel"),
        due=_day(late or watch.seen_at),
        late=late is not None,
        url=reverse("desk:dataset-quality", args=[watch.dataset_id]),
        action=gettext("Bekijk de tabel"),
        notes=tuple(gettext(words.TROUBLE[trouble][0]) for trouble in watch.troubles),
    )


def _all_reported(actor: Actor) -> list[Row]:
    if not holds(actor, "feedback.handle"):
        return []
    return [_reported(item) for item in release.feedback_for(by=actor) if item.status != "answered"]


def _reported(item: FeedbackRecord) -> Row:
    due = (item.at + release.FEEDBACK_TERM).date()
    return Row(
        id="",
        subject=item.dataset_title,
        title=gettext("Beantwoord een melding"),
        due=due,
        late=due < clock.today(),
        url=reverse("desk:feedback-answer", args=[item.id]),
        action=gettext("Beantwoorden"),
    )


def by_due(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.due or FAR)


VIEWS: dict[str, tuple[str, Any]] = {
    "": ("mine", N_("Voor mij")),
    "team": ("team", N_("Van het team")),
    "laat": ("overdue", N_("Te laat")),
}
