"""The inbox: what this person has to do, first due first, each with one main action."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from sluis.desk import words
from sluis.desk.page import show, who
from sluis.foundation.service import ROLES, holds
from sluis.kernel.text import N_
from sluis.release import service as release
from sluis.release.types import Task, TaskKind
from sluis.web.shapes import Link

VIEWS = {"": N_("Alles"), "laat": N_("Te laat")}


def inbox(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    found = release.tasks(by=actor)
    late = [task for task in found if task.late]
    chosen = "laat" if request.GET.get("toon") == "laat" else ""
    counts = {"": len(found), "laat": len(late)}
    tabs = [
        Link(
            gettext(label),
            reverse("desk:tasks") + (f"?toon={key}" if key else ""),
            current="page" if key == chosen else "",
            count=counts[key],
        )
        for key, label in VIEWS.items()
    ]
    return show(
        request,
        "tasks",
        {
            "rows": [_row(task) for task in (late if chosen else found)],
            "tabs": tabs,
            "late": len(late),
            "roles": [gettext(ROLES[name].title) for name in sorted(actor.roles())],
            "may_add": holds(actor, "dataset.edit"),
            "may_decide": holds(actor, "dossier.decide"),
            "may_manage": holds(actor, "people.manage"),
            "may_view": holds(actor, "dataset.view"),
        },
    )


def _row(task: Task) -> dict[str, Any]:
    if task.kind is TaskKind.FEEDBACK:
        url = reverse("desk:feedback-answer", args=[task.subject_id])
    else:
        url = reverse("desk:dossier", args=[task.subject_id])
    return {"task": task, "url": url, "action": gettext(words.TASK_ACTIONS[task.kind])}
