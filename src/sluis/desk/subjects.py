"""What stands beside a task: what it is about, in facts, evidence, differences and hindrances.

The room that knows a kind of subject hands in one function for it: `dossier:<uuid>` is of the kind `dossier`. Pages of
tasks and processes ask here and know nothing of any subject themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sluis.kernel.actor import Actor
from sluis.kernel.later import Later, once
from sluis.process.types import InstanceRecord, TaskRecord
from sluis.web.shapes import Link


class Fact(NamedTuple):
    """One line of a description list; a value with an address is a link."""

    label: str
    value: Any
    url: str = ""


class Blocker(NamedTuple):
    """Why the task cannot be completed yet, and where somebody can mend that."""

    text: str
    url: str = ""
    label: str = ""


class Change(NamedTuple):
    """One difference with what was decided about before."""

    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Texts are in the language of the page already.

    `expected` goes with the form and comes back to the completion as it is: the hash of what the reader looked at.
    `answers` are what a field begins with; `columns` (name, title) are the choices of a field of that type. `not_now`
    says of choices that would be refused as things stand why. `template`
    is drawn under the facts with `data` in its context, for evidence that a list of facts cannot show.
    """

    title: str = ""
    url: str = ""
    facts: Sequence[Fact] = ()
    links: Sequence[Link] = ()
    expected: str = ""
    blockers: Sequence[Blocker] = ()
    changes: Sequence[Change] = ()
    notes: Sequence[str] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[tuple[str, str]] = ()
    not_now: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    data: Any = None


type Telling = Callable[[Actor, InstanceRecord, TaskRecord | None], Beside]
_known: dict[str, Telling] = {}
_later = Later()


def later(hand_in: Callable[[], None]) -> None:
    """Let the function load who tells about subjects, when somebody looks. Call in `AppConfig.ready`."""
    _later.add(hand_in)


def subject(kind: str) -> Callable[[Telling], Telling]:
    """Let the function (actor, instance, task or None) tell what subjects of this kind are about. One per kind."""

    def register(function: Telling) -> Telling:
        once(kind, function, _known.get(kind))
        _known[kind] = function
        return function

    return register


def beside(actor: Actor, instance: InstanceRecord, task: TaskRecord | None = None) -> Beside:
    """What is known of the subject; nothing but its title when no room knows this kind."""
    _later.done()
    telling = _known.get(instance.subject.partition(":")[0])
    return telling(actor, instance, task) if telling else Beside(title=instance.title)


_elsewhere: dict[str, tuple[str, str]] = {}


def start_elsewhere(key: str, route: str, text: str) -> None:
    """This process is not started from the list of processes: `route` is the page where it is, `text` says how."""
    _elsewhere[key] = (route, text)


def starts_elsewhere(key: str) -> tuple[str, str] | None:
    return _elsewhere.get(key)
