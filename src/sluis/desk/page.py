"""What every view of the desk does: know who asks, render, and turn a refused operation into a form with faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext

from sluis.foundation.service import actor_of, delayed
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Invalid, SluisError, Stale, TooMany, Unavailable, fill, from_wire
from sluis.web.formats import moment
from sluis.web.problem import STATUS
from sluis.web.spoken import told

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


@dataclass(frozen=True, slots=True)
class Done[T]:
    """The operation was not refused, and gave this."""

    outcome: T


class Refusal(ValidationError):
    """A fault of a form that an operation found: `error` is all that it said."""

    def __init__(self, text: str, error: SluisError) -> None:
        super().__init__(text)
        self.error = error


def attempt[T](form: forms.Form, operation: Callable[[], T]) -> Done[T] | None:
    """Run an operation. What the reader can mend lands in the form and gives None; everything else is raised."""
    try:
        return Done(operation())
    except CORRECTABLE as error:
        put(form, error)
        return None


def put(form: forms.Form, error: SluisError) -> None:
    """Faults go to the fields of the form that they name; the rest stands above it. The way out of one fault stands
    with it."""
    placed = False
    way_out = fill(error.way_out, error.params, gettext) if error.way_out and len(error.faults) == 1 else ""
    for fault in error.faults:
        if fault.field in form.fields:
            text = format_html("{} {}", told(fault), way_out) if way_out else told(fault)
            form.add_error(fault.field, Refusal(text, error))
            placed = True
    if not placed or not isinstance(error, Invalid):
        form.add_error(None, Refusal(told(error), error))


def delay_of(*about: UUID) -> str:
    """Why the work about these things waits for its next attempt, and until when; "" when it does not."""
    found = delayed(*about)
    if found is None:
        return ""
    after = gettext("Volgende poging: {moment}.").format(moment=moment(found.next_at))
    return format_html("{} {}", told(from_wire(found.failure)), after)


def refusal(form: forms.Form) -> SluisError | None:
    """Why the operation of this form was refused; None when none was."""
    faults = (fault for some in form.errors.as_data().values() for fault in some)
    return next((fault.error for fault in faults if isinstance(fault, Refusal)), None)


def refused(form: forms.Form) -> int:
    """The status of a page that shows a form with faults."""
    error = refusal(form)
    return STATUS.get(error.kind, 422) if error else 422
