"""A list page as JSON or CSV, for programs: the same rows in the same order."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from sluis.release.types import PublicCard

FIELDS = (
    "slug", "uri", "page", "kind", "title", "title_en", "description", "themes", "organisation", "organisation_name",
    "licence", "formats", "frequency", "issued_at", "changed_at", "ground", "planned_date", "quality_stars", "rows",
    "columns",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def answer(form: str, cards: Sequence[PublicCard], facts: Mapping[str, Any]) -> HttpResponse:
    """`facts` (total, page, size) stand around the rows in JSON; CSV has the rows only."""
    rows = [_row(card) for card in cards]
    if form == "json":
        return JsonResponse({**facts, "datasets": rows}, json_dumps_params={"ensure_ascii": False})
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = 'attachment; filename="datasets.csv"'
    return response


def _row(card: PublicCard) -> dict[str, Any]:
    page = settings.SLUIS.url + reverse("portal:dataset", args=[card.slug])
    return {name: page if name == "page" else getattr(card, name) for name in FIELDS}


def _cell(value: Any) -> Any:
    """Lists with a space between; a text that a spreadsheet would run as a formula gets an apostrophe (OWASP)."""
    if value is None or isinstance(value, int):
        return value
    text = " ".join(value) if isinstance(value, tuple) else value.isoformat() if hasattr(value, "isoformat") else value
    return f"'{text}" if text.startswith(_FORMULA) else text
