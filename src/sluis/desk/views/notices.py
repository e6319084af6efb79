"""What the reader was told, and how they want to be told."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sluis.desk.forms.tasks import WishForm
from sluis.desk.letters import shown_to
from sluis.desk.page import attempt, refused, show, who
from sluis.process import service as process
from sluis.web.paging import Page, whole_number
from sluis.web.shapes import Link

SIZE = 25


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, form: WishForm | None = None, status: int = 200) -> HttpResponse:
    actor, number = who(request), whole_number(request.GET, "page", 1)
    rows, total = process.notices(by=actor, page=number, size=SIZE)
    wish = process.wish(by=actor)
    context = {
        "rows": shown_to(actor, rows),
        "page": Page(rows, number, SIZE, total),
        "unread": process.unread(by=actor),
        "form": form or WishForm(initial={"by_mail": wish.by_mail, "language": wish.language}),
        "has_mail": bool(settings.SLUIS.mail_host),
        "crumbs": [Link(gettext("Mijn taken"), reverse("desk:tasks"))],
    }
    return show(request, "notices", context, status=status)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    process.mark_read(by=who(request))
    return redirect("desk:notices")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    form = WishForm(request.POST)

    def save() -> None:
        process.set_wish(by=who(request), **form.cleaned_data)

    if form.is_valid() and attempt(form, save):
        messages.success(request, gettext("Uw keuze is opgeslagen."))
        return redirect("desk:notices")
    return _page(request, form=form, status=refused(form))
