"""A notice in words: as a line in the reader's own list, and as a mail."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from sluis.foundation.service import acting
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Fault, NotFound
from sluis.process import service as process
from sluis.process.types import NoticeRecord, TaskRecord
from sluis.web import spoken
from sluis.web.formats import day


def shown_to(actor: Actor, notices: Sequence[NoticeRecord]) -> list[dict[str, Any]]:
    """Each notice with what it is about, as far as this person may see that now. Two queries for a page."""
    wanted = {UUID(notice.content["instance"]) for notice in notices if notice.kind == "step"}
    titles = process.titles(by=actor, instance_ids=wanted)
    return [_shown(notice, titles) for notice in notices]


def _shown(notice: NoticeRecord, titles: dict[UUID, str]) -> dict[str, Any]:
    if notice.kind == "digest":
        return {"notice": notice, "name": _digest_title(notice), "url": reverse("desk:tasks")}
    if notice.kind == "matter":
        content = notice.content
        params = {
            name: spoken.written(value) if name == "dataset" else value for name, value in content["params"].items()
        }
        fault = Fault(content["message"], params=params)
        url = reverse(content["route"], args=content["arguments"])
        return {"notice": notice, "name": fault.text(gettext), "html": spoken.told(fault), "url": url}
    instance_id = UUID(notice.content["instance"])
    name, text = _step(notice)
    known = instance_id in titles
    return {
        "notice": notice,
        "name": name,
        "about": titles.get(instance_id, ""),
        "detail": text,
        "url": reverse("desk:process", args=[instance_id]) if known else "",
    }


def _step(notice: NoticeRecord) -> tuple[str, str]:
    content = notice.content
    return spoken.said(content["name"], content["name_en"]), spoken.said(content["text"], content["text_en"])


def _digest_title(notice: NoticeRecord) -> str:
    states = list(notice.content["tasks"].values())
    late, soon = states.count("late"), states.count("soon")
    parts = []
    if late:
        parts.append(ngettext("{n} taak is te laat", "{n} taken zijn te laat", late).format(n=late))
    if soon:
        parts.append(
            ngettext("{n} taak moet binnen twee dagen klaar", "{n} taken moeten binnen twee dagen klaar", soon).format(
                n=soon
            )
        )
    return ", ".join(parts)


def letter(notice: NoticeRecord, language: str) -> tuple[str, str]:
    """Subject and plain text of the mail, in this language; what the reader may not see any more is left out."""
    with translation.override(language):
        try:
            actor = acting(notice.user_id)
        except NotFound:
            return "", ""
        subject = _line(shown_to(actor, [notice])[0])
        lines = _digest_lines(actor, notice) if notice.kind == "digest" else _step_lines(actor, notice)
        closing = gettext("Wilt u deze e-mail niet meer? Dat kiest u bij uw berichten: {url}").format(
            url=_address(reverse("desk:notices"))
        )
        return f"Sluis: {subject}", "\n".join([*lines, "", closing, ""])


def _step_lines(actor: Actor, notice: NoticeRecord) -> Iterable[str]:
    shown = shown_to(actor, [notice])[0]
    return [line for line in (_line(shown), shown["detail"], _address(shown["url"]) if shown["url"] else "") if line]


def _line(shown: Mapping[str, Any]) -> str:
    """What happened, and to what."""
    return ": ".join(part for part in (shown["name"], shown.get("about", "")) if part)


def _digest_lines(actor: Actor, notice: NoticeRecord) -> Iterable[str]:
    yield gettext("Dit wacht op u:")
    for task_id, state in notice.content["tasks"].items():
        try:
            task = process.task(by=actor, task_id=UUID(task_id))
        except NotFound:
            continue
        yield ""
        yield f"- {_task(task)}"
        due = day(task.due_at)
        yield "  " + (
            gettext("Moest klaar zijn op {date}.") if state == "late" else gettext("Uiterlijk {date}.")
        ).format(date=due)
        yield "  " + _address(reverse("desk:task", args=[task.id]))


def _task(task: TaskRecord) -> str:
    title = spoken.said(task.title, task.title_en)
    return f"{title}: {task.subject_title}" if task.subject_title else title


def _address(path: str) -> str:
    return settings.SLUIS.url + path
