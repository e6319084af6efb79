"""The reader's own account: name, roles, password, and who stands in for whom."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from sluis.desk.forms.people import ReplacementForm
from sluis.desk.page import attempt, refused, show, who
from sluis.foundation import service as foundation
from sluis.foundation.service import PERMISSIONS, ROLES
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.web.shapes import Link


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    allowed = sorted({permission for name in actor.roles() for permission in ROLES[name].permissions})
    context = {
        "facts": [(gettext("Naam"), request.user.name), (gettext("E-mailadres"), request.user.email)],  # type: ignore[union-attr]
        "roles": foundation.held_by(actor),
        "allowed": [PERMISSIONS[name] for name in allowed],
    }
    return show(request, "account", context)


@require_http_methods(["GET", "HEAD", "POST"])
def replacements(request: HttpRequest) -> HttpResponse:
    """Lend a role to a colleague, or end that; an administrator sees and ends those of the organisation too."""
    actor = who(request)
    action, _, subject = request.POST.get("action", "").partition(":")
    own, people = foundation.lendable(by=actor), foundation.colleagues(by=actor)
    form = ReplacementForm(request.POST if action == "lend" else None, roles=own, people=people)

    def lend() -> Any:
        given = form.cleaned_data
        return foundation.lend(
            by=actor,
            to=UUID(given["to"]),
            held=form.roles[given["role"]],
            from_date=given["from_date"],
            until_date=given["until_date"],
        )

    if action == "end":
        foundation.end_lending(by=actor, delegation_id=_id(subject))
        messages.success(request, gettext("De vervanging is beëindigd."))
        return redirect("desk:replacements")
    if action == "lend" and form.is_valid() and attempt(form, lend):
        messages.success(request, gettext("Uw collega vervangt u. U ziet het allebei op deze pagina."))
        return redirect("desk:replacements")
    mine = foundation.replacements(by=actor)
    known = {found.id for found in mine}
    others = [found for found in foundation.replacements_here(by=actor) if found.id not in known]
    crumbs = [Link(gettext("Account"), reverse("desk:account"))]
    context = {"form": form, "own": own, "people": people, "mine": mine, "others": others, "crumbs": crumbs}
    return show(request, "replacements", context, status=refused(form) if request.method == "POST" else 200)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("action.unknown", N_("Deze handeling bestaat niet.")) from None
