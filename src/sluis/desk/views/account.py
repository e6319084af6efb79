"""The reader's own account: name, roles and password."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sluis.desk.page import show, who
from sluis.foundation.service import PERMISSIONS, ROLES


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    roles = [ROLES[name] for name in sorted(who(request).roles())]
    allowed = sorted({permission for role in roles for permission in role.permissions})
    context = {
        "facts": [(gettext("Naam"), request.user.name), (gettext("E-mailadres"), request.user.email)],  # type: ignore[union-attr]
        "roles": roles,
        "allowed": [PERMISSIONS[name] for name in allowed],
    }
    return show(request, "account", context)
