"""What every view of the desk does: know who asks, render, and turn a refused operation into a form with faults."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from sluis.foundation.service import actor_of
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, SluisError, Stale, TooMany, Unavailable
from sluis.web.problem import STATUS

CORRECTABLE = (Invalid, Conflict, Stale, TooMany, Unavailable)


def who(request: HttpRequest) -> Actor:
    return actor_of(request.user)


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of staff: never kept by a cache, because the next one at this machine may be somebody else."""
    response = render(request, f"desk/{template}.html", dict(context or {}), status=status)
    response["Cache-Control"] = "no-store"
    return response


def attempt(form: forms.Form, operation: Callable[[], Any]) -> bool:
    """Run an operation; what the reader can mend lands in the form, everything else is raised.

    `outcome` gives the result, `refused` the HTTP status for a refusal.
    """
    try:
        form.outcome = operation()  # type: ignore[attr-defined]
    except CORRECTABLE as error:
        put(form, error)
        return False
    return True


def outcome(form: forms.Form) -> Any:
    """What the operation of a successful `attempt` gave."""
    return form.outcome  # type: ignore[attr-defined]


def put(form: forms.Form, error: SluisError) -> None:
    """Faults go to the fields of the form that they name; the rest stands above it."""
    form.refusal = STATUS.get(error.kind, 422)  # type: ignore[attr-defined]
    form.error = error  # type: ignore[attr-defined]
    placed = False
    for fault in error.faults:
        if fault.field in form.fields:
            form.add_error(fault.field, fault.text(gettext))
            placed = True
    if not placed or not isinstance(error, Invalid):
        form.add_error(None, error.detail(gettext))


def refused(form: forms.Form) -> int:
    """The status of a page that shows a form with faults."""
    return int(getattr(form, "refusal", 422))
