"""A process as its pages show it: the drawing, the steps, what comes next and what happened, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from sluis.desk import words
from sluis.desk.forms.tasks import YES_NO_UNKNOWN, in_words
from sluis.foundation.service import ROLES
from sluis.kernel.actor import Actor
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.process.drawing import Look, OrderedStep, Picture, draw, ordered, read
from sluis.process.types import Ahead, Answered, Happening, InstanceRecord, Outlook, StepState, TaskRecord
from sluis.web import spoken
from sluis.web.formats import day, moment
from sluis.web.shapes import Step

PREFIX = "stap"
NUMBER = re.compile(r"\d+(?=[ –])")
AHEAD = {
    "task": N_("‘{name}’, door: {role}."),
    "step": N_("‘{name}’; dat doet Sluis zelf."),
    "together": N_("Zodra iedereen klaar is met ‘{name}’, gaat het proces verder."),
    "end": N_("Het proces is dan klaar: {name}."),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """`number` of `total` is how far the reader's step is; 0: it has no place of its own."""

    svg: str
    items: Sequence[Step]
    here: str
    number: int
    total: int


@lru_cache(maxsize=32)
def _picture(sha256: str) -> Picture:
    return read(process.source(sha256), file="BPMN")


def drawn(actor: Actor, instance: InstanceRecord, element: str = "") -> Drawn:
    """The drawing and the list of one instance; `element` is the step that the reader looks at."""
    language = get_language() or "nl"
    picture = _picture(instance.definition_sha256)
    where = process.progress(by=actor, instance_id=instance.id)
    look = Look(
        states={key: step.state for key, step in where.items()},
        here=frozenset({element}) if element else None,
        here_text=gettext("Deze stap") if element else gettext("Hier staat het proces"),
        language=language,
        prefix=PREFIX,
        translate=gettext,
    )
    steps = ordered(picture, where, language=language)
    current = element or next((step.element for step in steps if step.state is StepState.CURRENT), "")
    number, total = place_of(steps, current)
    return Drawn(
        svg=draw(picture, look),
        items=[_item(step) for step in steps],
        here=f"{PREFIX}-{current}" if current else "",
        number=number,
        total=total,
    )


def _item(step: OrderedStep) -> Step:
    role = role_title(step.role) if step.role else gettext("automatisch")
    done = step.state is StepState.DONE and step.at
    note = gettext("{role}, {date}").format(role=role, date=day(step.at)) if done else role
    if step.times > 1:
        note += ", " + gettext("{n} keer gedaan").format(n=step.times)
    return Step(step.name, step.state.value, note, inner=step.depth > 0)


def place_of(steps: Sequence[OrderedStep], element: str) -> tuple[int, int]:
    """By the numbers that the process gives its steps; without those by place among the steps that people do."""
    numbered = {step.element: int(found[0]) for step in steps if (found := NUMBER.match(step.name))}
    if element in numbered:
        return numbered[element], max(numbered.values())
    people = [step.element for step in steps if step.role]
    return (people.index(element) + 1, len(people)) if element in people else (0, 0)


def headline(task: TaskRecord, place: Drawn, claimed_by: str) -> str:
    """Which step of how many, whose turn it is and until when: one line of text."""
    parts = [gettext("Stap {n} van {total}.").format(n=place.number, total=place.total)] if place.number else []
    if task.state.value == "open":
        parts.append(_turn(task, claimed_by))
        if task.due_at:
            parts.append(gettext("Uiterlijk {date}.").format(date=day(task.due_at)))
    elif task.completed_at:
        parts.append(gettext("Gedaan op {moment}.").format(moment=moment(task.completed_at)))
    else:
        parts.append(gettext("Deze taak is niet meer aan de orde."))
    return " ".join(parts)


def _turn(task: TaskRecord, claimed_by: str) -> str:
    if claimed_by:
        said = gettext("Aan de beurt: {name} ({role}).")
        return said.format(name=claimed_by, role=role_title(task.role).lower())
    return gettext("Aan de beurt: {role}; nog niemand pakte de taak op.").format(role=role_title(task.role).lower())


def role_title(name: str) -> str:
    return gettext(ROLES[name].title) if name in ROLES else name


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, in sentences; or per choice of the question `asked`: the label of the choice with what is next
    then."""

    lines: Sequence[str] = ()
    asked: str = ""
    choices: Sequence[tuple[str, "Next"]] = ()


def next_of(task: TaskRecord, coming: Outlook, not_now: Mapping[str, str] = MappingProxyType({})) -> Next:
    """`not_now`: per choice why it would be refused, so that nothing comes after it."""
    if not coming.decided_by:
        return Next([_coming(one) for one in coming.always])
    field = next(field for field in task.form if field.id == coming.decided_by)
    labels = {option.value: spoken.said(option.label, option.label_en) for option in field.options}
    labels = labels or {value: gettext(label) for value, label in YES_NO_UNKNOWN}
    choices = [
        (labels[value], Next([not_now[value]]) if value in not_now else next_of(task, then))
        for value, then in coming.by_choice.items()
    ]
    return Next(asked=spoken.said(field.label, field.label_en), choices=choices)


def _coming(ahead: Ahead) -> str:
    name = spoken.stored(spoken.said(ahead.name, ahead.name_en))
    if ahead.kind == "end" and not name:
        return gettext("Het proces is dan klaar.")
    role = role_title(ahead.roles[0]).lower() if ahead.roles else ""
    return format_html(gettext(AHEAD[ahead.kind]), name=name, role=role)


def steps_named(picture_of: InstanceRecord) -> Mapping[str, str]:
    """Element → its name in the language of the page."""
    language = get_language() or "nl"
    return {key: item.called(language) for key, item in _picture(picture_of.definition_sha256).items.items()}


def happened(instance: InstanceRecord, lines: Sequence[Happening]) -> list[dict[str, Any]]:
    """What people and Sluis did, newest first, each in a line."""
    names = steps_named(instance)
    return [
        {
            "at": line.at,
            "text": gettext(words.EVENTS.get(line.action, line.action)),
            "step": names.get(line.element, ""),
            "who": _who(line),
            "reason": line.reason,
            "to": names.get(line.to, line.to),
        }
        for line in reversed(lines)
    ]


def _who(line: Happening) -> str:
    if not line.by:
        return gettext("Sluis")
    return f"{line.by} ({role_title(line.role).lower()})" if line.role else line.by


def given(rows: Sequence[Answered]) -> list[dict[str, Any]]:
    """Per task that was done its questions with what was filled in."""
    return [
        {
            "title": spoken.said(row.title, row.title_en),
            "by": row.by,
            "role": role_title(row.role).lower(),
            "at": row.at,
            "lines": [_line(field, row.answers.get(field.id)) for field in row.form],
        }
        for row in rows
    ]


def _line(field: Any, value: Any) -> tuple[str, str, str]:
    """Label, value in words, and an address when the value is one."""
    said = in_words(field, value)
    is_link = isinstance(value, str) and value.startswith(("https://", "http://")) and " " not in value
    return spoken.said(field.label, field.label_en), said, value if is_link else ""
