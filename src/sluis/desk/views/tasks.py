"""The inbox, the page of one task, and what somebody can do with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sluis.desk import inbox as rows_of
from sluis.desk.forms.tasks import HandOverForm, ReturnForm, TaskForm, initial_of, named
from sluis.desk.page import CORRECTABLE, attempt, put, refused, show, who
from sluis.desk.process_view import Next, drawn, given, happened, headline, next_of, role_title, steps_named
from sluis.desk.subjects import Beside, beside
from sluis.foundation.service import ROLES, colleagues, holds, may, names_of, places, roles_with
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotAllowed, SluisError
from sluis.process import service as process
from sluis.process.types import InstanceRecord, TaskFilter, TaskPage, TaskRecord, TaskState
from sluis.web import spoken
from sluis.web.paging import Page, whole_number, with_query
from sluis.web.shapes import Choice, Link

SIZE = 25
MOST_AT_ONCE = 100


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    actor, query = who(request), request.GET
    shown = query.get("toon", "") if query.get("toon", "") in rows_of.VIEWS else ""
    wanted = _filters(actor, query, rows_of.VIEWS[shown][0], whole_number(query, "page", 1))
    found = process.tasks(by=actor, filters=wanted)
    processes = {one.key: one for one in process.all_current("process")}
    filtered = bool(wanted.key or wanted.role or wanted.organisation_id or wanted.text)
    others = [] if filtered else rows_of.other_rows(actor)
    late = [row for row in others if row.late]
    extra = {"": others, "team": [], "laat": late}
    rows = rows_of.task_rows(found.rows, actor, processes)
    if wanted.page == 1 and extra[shown]:
        rows = rows_of.by_due([*rows, *extra[shown]])
    counts = {key: found.counts[view] + len(extra[key]) for key, (view, _) in rows_of.VIEWS.items()}
    return show(
        request,
        "tasks",
        {
            "rows": rows,
            "page": Page(found.rows, wanted.page, SIZE, found.total),
            "tabs": [_tab(request, key, shown, counts[key]) for key in rows_of.VIEWS],
            "late": sum(row.late for row in rows),
            "shown": shown,
            "filtered": filtered,
            "unread": process.unread(by=actor),
            "may_start": holds(actor, "process.work"),
            "may_add": holds(actor, "dataset.edit"),
            "may_manage": holds(actor, "people.manage"),
            "may_view": holds(actor, "dataset.view"),
            "roles": [role_title(name) for name in sorted(actor.roles())],
            "people": colleagues(by=actor) if _may_hand_over(actor, found) else (),
            **_choices(actor, wanted, processes),
        },
    )


def _may_hand_over(actor: Actor, found: TaskPage) -> bool:
    manages = holds(actor, "process.manage") and bool(found.rows)
    return manages or any(row.claimed_by == actor.key for row in found.rows)


def _filters(actor: Actor, query: Any, view: str, page: int) -> TaskFilter:
    role = query.get("rol", "")
    return TaskFilter(
        view=view,
        key=query.get("proces", "")[:80],
        role=role if role in ROLES else "",
        organisation_id=_uuid(query.get("organisatie", "")),
        text=query.get("q", "").strip()[:200],
        page=page,
        size=SIZE,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _tab(request: HttpRequest, key: str, shown: str, count: int) -> Link:
    url = with_query(request, toon=key or None, page=None)
    return Link(gettext(rows_of.VIEWS[key][1]), url, current="page" if key == shown else "", count=count)


def _choices(actor: Actor, wanted: TaskFilter, processes: Any) -> dict[str, Any]:
    bodies = [place for place in places(by=actor, permission="process.view") if place.team_id is None]
    return {
        "q": wanted.text,
        "processes": [
            Choice(key, spoken.said(one.name, one.name_en), checked=key == wanted.key) for key, one in processes.items()
        ],
        "role_choices": [
            Choice(name, role_title(name), checked=name == wanted.role) for name in sorted(roles_with("process.work"))
        ],
        "organisations": [
            Choice(place.key, place.title, checked=place.organisation_id == wanted.organisation_id) for place in bodies
        ]
        if len(bodies) > 1
        else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """See a task, or complete it."""
    actor = who(request)
    found = process.task(by=actor, task_id=task_id)
    instance = process.instance(by=actor, instance_id=found.instance_id)
    around = beside(actor, instance, found)
    if request.method != "POST":
        return _page(request, found, instance, around)
    form = TaskForm(found, request.POST, columns=around.columns)
    if form.is_valid():
        try:
            process.complete(
                by=actor,
                task_id=task_id,
                answers=form.answers(),
                expected_version=form.cleaned_data["version"],
                expected=form.cleaned_data["expected"],
            )
            return _onward(request, actor, found)
        except CORRECTABLE as error:
            _put(form, error)
    return _page(request, found, instance, around, status=refused(form), form=form)


def _put(form: TaskForm, error: SluisError) -> None:
    """Faults of the process go to the fields of the page, with the label in the reader's language."""
    labels = {field.id: spoken.said(field.label, field.label_en) for field in form.task.form}
    error.faults = tuple(
        replace(fault, field=named(fault.field), params={**(fault.params or {}), "label": labels[fault.field]})
        if fault.field in labels
        else fault
        for fault in error.faults
    )
    put(form, error)


def _onward(request: HttpRequest, actor: Actor, done: TaskRecord) -> HttpResponse:
    """To the next task of the same process when it is this person's, else back to the list."""
    messages.success(
        request, format_html(gettext("Klaar: {title}."), title=spoken.stored(spoken.said(done.title, done.title_en)))
    )
    return redirect(next_url(actor, done.instance_id) or reverse("desk:tasks"))


def next_url(actor: Actor, instance_id: UUID) -> str:
    """The task of an instance that this person can do now; '' when there is none."""
    rows = process.tasks(by=actor, filters=TaskFilter(instance_id=instance_id, size=20)).rows
    return next((reverse("desk:task", args=[row.id]) for row in rows if row.may_complete), "")


def _page(
    request: HttpRequest,
    found: TaskRecord,
    instance: InstanceRecord,
    around: Beside,
    *,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    actor = who(request)
    place = drawn(actor, instance, found.element)
    name = names_of({found.claimed_by}).get(found.claimed_by, "")
    is_open = found.state is TaskState.OPEN
    manages = is_open and may(actor, "process.manage", found.organisation_id, found.team_id)
    coming = next_of(found, process.ahead(by=actor, task_id=found.id), around.not_now) if is_open else Next()
    earlier = process.answered(by=actor, instance_id=instance.id)
    context = {
        "task": found,
        "instance": instance,
        "title": spoken.said(found.title, found.title_en),
        "help": spoken.said(found.help, found.help_en),
        "subject": around.title or instance.title,
        "headline": headline(found, place, name),
        "place": place,
        "beside": around,
        "next": coming,
        "earlier": given(earlier),
        "parts": _parts(is_open, next_known=bool(coming.lines or coming.choices), around=around, earlier=bool(earlier)),
        "trail": happened(instance, process.trail(by=actor, instance_id=instance.id)),
        "mine": found.claimed_by == actor.key,
        "holds": is_open and (manages or found.claimed_by == actor.key),
        "crumbs": [Link(gettext("Mijn taken"), reverse("desk:tasks"))],
        **_forms(actor, found, instance, around, earlier, manages),
        **forms,
    }
    context["faulty"] = next(iter(forms.values()), None)
    return show(request, "task", context, status=status)


def _parts(is_open: bool, *, next_known: bool, around: Beside, earlier: bool) -> list[Link]:
    """The headings of the page that have something below them, to jump to; the first is what must be done."""
    about = around.facts or around.links or around.notes or around.template
    found = [
        ("do", gettext("Wat moet er gebeuren?") if is_open else gettext("Deze taak"), True),
        ("next", gettext("Wat gebeurt er daarna?"), next_known),
        ("about", gettext("Waar gaat het over?"), about),
        ("changes-caption", gettext("Wat is er veranderd?"), around.changes),
        ("earlier", gettext("Eerder ingevuld"), earlier),
        ("steps", gettext("Stappen"), True),
        ("trail", gettext("Geschiedenis"), True),
    ]
    return [Link(label, f"#{key}") for key, label, there in found if there]


def _forms(
    actor: Actor, found: TaskRecord, instance: InstanceRecord, around: Beside, earlier: Any, manages: bool
) -> dict[str, Any]:
    before = next((row.answers for row in earlier if row.element == found.element), {})
    known = {**instance.variables, **around.answers, **before}
    initial = {**initial_of(found, known), "version": found.version, "expected": around.expected}
    names = steps_named(instance)
    people = _people(actor, found) if manages or found.claimed_by == actor.key else []
    return {
        "form": TaskForm(found, initial=initial, columns=around.columns),
        "return_form": ReturnForm([(key, names.get(key) or key) for key in found.returnable_to])
        if found.returnable_to
        else None,
        "hand_form": HandOverForm(people) if people else None,
    }


def _people(actor: Actor, found: TaskRecord) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in process.candidates(by=actor, task_id=found.id)]


@require_POST
def claim(request: HttpRequest, task_id: UUID) -> HttpResponse:
    return _simple(request, task_id, lambda: process.claim(by=who(request), task_id=task_id))


@require_POST
def unclaim(request: HttpRequest, task_id: UUID) -> HttpResponse:
    return _simple(request, task_id, lambda: process.unclaim(by=who(request), task_id=task_id))


def _simple(request: HttpRequest, task_id: UUID, operation: Callable[[], Any]) -> HttpResponse:
    try:
        operation()
    except CORRECTABLE as error:
        messages.error(request, spoken.told(error))
    return redirect("desk:task", task_id=task_id)


@require_POST
def send_back(request: HttpRequest, task_id: UUID) -> HttpResponse:
    actor = who(request)
    found = process.task(by=actor, task_id=task_id)
    instance = process.instance(by=actor, instance_id=found.instance_id)
    names = steps_named(instance)
    form = ReturnForm([(key, names.get(key) or key) for key in found.returnable_to], request.POST)

    def back() -> None:
        given_ = form.cleaned_data
        process.return_task(by=actor, task_id=task_id, to=given_["to"], reason=given_["reason"])

    if form.is_valid() and attempt(form, back):
        messages.success(request, gettext("Teruggestuurd naar ‘{step}’.").format(step=names[form.cleaned_data["to"]]))
        return redirect("desk:tasks")
    around = beside(actor, instance, found)
    return _page(request, found, instance, around, status=refused(form), return_form=form)


@require_POST
def hand_over(request: HttpRequest, task_id: UUID) -> HttpResponse:
    actor = who(request)
    found = process.task(by=actor, task_id=task_id)
    form = HandOverForm(_people(actor, found), request.POST)

    def give() -> None:
        process.reassign(by=actor, task_id=task_id, to_user_id=UUID(form.cleaned_data["to"]))

    if form.is_valid() and attempt(form, give):
        messages.success(request, gettext("De taak is overgedragen."))
        return redirect("desk:tasks")
    instance = process.instance(by=actor, instance_id=found.instance_id)
    around = beside(actor, instance, found)
    return _page(request, found, instance, around, status=refused(form), hand_form=form)


@require_POST
def hand_over_many(request: HttpRequest) -> HttpResponse:
    """The chosen tasks to one colleague; each is its own change, and what cannot go is named."""
    actor = who(request)
    chosen = [key for text in request.POST.getlist("taak")[:MOST_AT_ONCE] if (key := _uuid(text))]
    to = _uuid(request.POST.get("aan", ""))
    back = redirect(_back_to(request))
    if not chosen or to is None:
        messages.error(request, gettext("Kies eerst taken en een collega."))
        return back
    done, reasons = 0, dict[str, None]()
    for task_id in chosen:
        try:
            process.reassign(by=actor, task_id=task_id, to_user_id=to)
            done += 1
        except (NotAllowed, *CORRECTABLE) as error:
            reasons[spoken.told(error)] = None
    if done:
        text = ngettext("Eén taak is overgedragen.", "{n} taken zijn overgedragen.", done).format(n=done)
        messages.success(request, text)
    if reasons:
        failed = len(chosen) - done
        text = ngettext("Eén taak ging niet mee:", "{n} taken gingen niet mee:", failed).format(n=failed)
        messages.error(request, format_html("{} {}", text, format_html_join(" ", "{}", ((one,) for one in reasons))))
    return back


def _back_to(request: HttpRequest) -> str:
    """The list as it was filtered; only its query comes from the form, never an address."""
    query = request.POST.get("lijst", "")[:1000]
    return reverse("desk:tasks") + (f"?{query}" if query else "")
