"""What people are told about their work: a line in their own list, and a mail when they want that.

Who gets what is decided here; the words are those of the room that hands in `letter`. One transaction writes the line
and the job that mails it, so nothing is promised that is not kept, and a key per line keeps anybody from hearing the
same thing twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sluis.foundation.service import acting, address_of, mails_go_out, send_mail, staff, writing
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Actor
from sluis.kernel.errors import Invalid, NotFound, NotSignedIn
from sluis.kernel.text import N_
from sluis.process import definitions, registry
from sluis.process.bpmn.model import BpmnModel, NodeKind
from sluis.process.models import Instance, Notice, NoticeWish, Task
from sluis.process.queries import tasks
from sluis.process.trail import people_of
from sluis.process.types import NoticeRecord, TaskFilter, TaskState, Wish, Work

SOON = timedelta(days=2)
MOST = 50
LANGUAGES = ("nl", "en")
FIRST_HOUR = 7


def notify(work: Work) -> None:
    """The step `process.notify`: tell people what the step says.

    On the border of a step (it takes too long) those who have to do that step; anywhere else everybody who took part.
    """
    instance = Instance.objects.get(id=work.instance_id)
    model = definitions.model(work.definition_sha256)
    node = model.nodes[work.element]
    content = {
        "instance": str(work.instance_id),
        "name": node.name,
        "name_en": node.name_en,
        "text": node.documentation,
        "text_en": node.documentation_en,
    }
    for user_id in sorted(people_of(instance, within=_late(model, work.element))):
        _tell(user_id, "step", f"step:{work.run_id}", content)


def _late(model: BpmnModel, element: str) -> frozenset[str] | None:
    """The steps that are late, when this one stands directly behind an event on the border of a step."""
    scope = model.scopes[model.nodes[element].scope]
    for flow in scope.incoming[element]:
        source = scope.nodes[flow.source]
        if source.kind is NodeKind.BOUNDARY:
            host = scope.nodes[source.attached_to]
            inner = model.inner(host)
            return frozenset({host.id, *(inner.nodes if inner else ())})
    return None


def tell(
    user_ids: Iterable[UUID], *, key: str, message: str, params: Mapping[str, str], route: str, arguments: Sequence[str]
) -> None:
    """Tell people about something outside the processes. Call inside the writing transaction.

    `message` is a Dutch source text with named places; `route` and `arguments` name the page about it. `key` says what
    about: nobody is told the same twice.
    """
    content = {"message": message, "params": dict(params), "route": route, "arguments": list(arguments)}
    for user_id in user_ids:
        _tell(user_id, "matter", key, content)


def _tell(user_id: UUID, kind: str, key: str, content: Mapping[str, Any]) -> None:
    from sluis.process.jobs import mail_notice

    made = Notice(id=ids.new_id(), user_id=user_id, kind=kind, key=key, content=dict(content), at=clock.now())
    if Notice.objects.filter(user_id=user_id, key=key).exists():
        return
    made.save(force_insert=True)
    if mails_go_out():
        mail_notice.enqueue(str(made.id))


def morning() -> bool:
    """Whether it is time for the digests of today and one task at least is due."""
    local = clock.now().astimezone(clock.AMSTERDAM)
    if local.hour < FIRST_HOUR:
        return False
    return Task.objects.filter(state=TaskState.OPEN, due_at__lt=clock.now() + SOON).exists()


def make_digests() -> int:
    """Tell each person once a day which of their tasks are due within two days or late; returns how many were told.

    Nobody gets one with nothing in it that was not in their last one.
    """
    key = f"digest:{clock.today().isoformat()}"
    done = set(Notice.objects.filter(key=key).values_list("user_id", flat=True))
    return sum(_digest(user_id, key) for user_id in staff() if user_id not in done)


def _digest(user_id: UUID, key: str) -> bool:
    try:
        found = _due(acting(user_id))
    except NotFound:  # the account was closed just now
        return False
    last = Notice.objects.filter(user_id=user_id, kind="digest").order_by("-at").first()
    told = last.content["tasks"] if last else {}
    if all(told.get(task_id) == state for task_id, state in found.items()):
        return False
    with writing(by=SYSTEM, action="process.digest.made", subject=("person", user_id)) as write:
        _tell(user_id, "digest", key, {"tasks": found})
        write.note(tasks=len(found))
    return True


def _due(person: Actor) -> dict[str, str]:
    """Task → late or soon, the most urgent first."""
    moment = clock.now()
    rows = tasks(by=person, filters=TaskFilter(size=MOST)).rows
    return {
        str(row.id): "late" if row.due_at < moment else "soon"
        for row in rows
        if row.due_at and row.due_at < moment + SOON and row.may_complete
    }


def mail(notice_id: UUID) -> None:
    """Mail one line, once. Raises Unavailable when the mail server does not take it; the job comes back then."""
    row = Notice.objects.filter(id=notice_id, mailed_at=None).first()
    if row is None or not mails_go_out():
        return
    chosen, address, write = _wish(row.user_id), address_of(row.user_id), registry.letter_writer()
    if not chosen.by_mail or not address or write is None:
        return
    subject, body = write(_record(row), chosen.language)
    send_mail(key=str(row.id), to=address, subject=subject, body=body)
    Notice.objects.filter(id=row.id).update(mailed_at=clock.now())


def notices(*, by: Actor, page: int = 1, size: int = 50) -> tuple[tuple[NoticeRecord, ...], int]:
    """What the caller was told, newest first, and how much that is altogether."""
    rows = Notice.objects.filter(user_id=by.user_id)
    shown = rows.order_by("-at", "-id")[(page - 1) * size : page * size]
    return tuple(_record(row) for row in shown), rows.count()


def unread(*, by: Actor) -> int:
    return Notice.objects.filter(user_id=by.user_id, read_at=None).count()


def mark_read(*, by: Actor) -> None:
    """Everything the caller was told is read. Nobody's work, so not in the audit chain."""
    Notice.objects.filter(user_id=by.user_id, read_at=None).update(read_at=clock.now())


def titles(*, by: Actor, instance_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What instances are about, of those that the caller may see. One query."""
    from sluis.process.policy import instances_seen

    return dict(instances_seen(by).filter(id__in=list(instance_ids)).values_list("id", "title"))


def wish(*, by: Actor) -> Wish:
    """How the caller wants to be told."""
    if by.user_id is None:
        raise NotSignedIn("sign-in.needed", N_("Log eerst in."))
    return _wish(by.user_id)


def set_wish(*, by: Actor, by_mail: bool, language: str) -> Wish:
    """Choose mail or not, and the language of it. Raises Invalid for a language that Sluis does not speak."""
    if by.user_id is None:
        raise NotSignedIn("sign-in.needed", N_("Log eerst in."))
    if language not in LANGUAGES:
        raise Invalid("process.language", N_("Kies Nederlands of Engels."))
    with writing(by=by, action="process.notice.wished", subject=("person", by.user_id)) as write:
        NoticeWish.objects.update_or_create(user_id=by.user_id, defaults={"by_mail": by_mail, "language": language})
        write.note(by_mail=by_mail, language=language)
    return Wish(by_mail, language)


def _wish(user_id: UUID) -> Wish:
    row = NoticeWish.objects.filter(user_id=user_id).first()
    return Wish(row.by_mail, row.language) if row else Wish()


def _record(row: Notice) -> NoticeRecord:
    return NoticeRecord(row.id, row.user_id, row.kind, row.content, row.at, row.read_at is not None)
