"""Pages by number (for people) and by cursor (for programs), and the links between them."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.web import formats

GAP = 0


@dataclass(frozen=True, slots=True)
class Page[Item]:
    """One page of a longer list. `total` is the number of items in the whole list; `number` counts from 1."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    def window(self, around: int = 1) -> list[int]:
        """Page numbers to show: the first, the last and those around this one; 0 stands for a gap."""
        near = range(max(1, self.number - around), min(self.pages, self.number + around) + 1)
        shown = sorted({1, self.pages, *near})
        numbers: list[int] = []
        for number in shown:
            if numbers and number - numbers[-1] == 2:
                numbers.append(number - 1)
            elif numbers and number - numbers[-1] > 2:
                numbers.append(GAP)
            numbers.append(number)
        return numbers


def whole_number(query: Mapping[str, str], name: str, default: int, *, least: int = 1, most: int = 10**9) -> int:
    """A whole number from the query. Raises Invalid outside least..most, so that no typing error is silently obeyed."""
    text = query.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    raise Invalid(
        "query.number",
        N_("Parameter {name} moet een geheel getal van {least} tot en met {most} zijn; er staat '{value}'."),
        name=name, least=least, most=most, value=text[:40],
    )  # fmt: skip


def encode_cursor(position: Any) -> str:
    """A position (JSON value) as text for in an address; what is in it is nobody's business but ours."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(text: str) -> Any:
    """Inverse of `encode_cursor`. Raises Invalid for anything else; check the shape of what comes out."""
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Invalid(
            "query.cursor",
            N_("De parameter cursor klopt niet."),
            way_out=N_("Gebruik de link naar de volgende pagina zoals die in het antwoord staat."),
        ) from error


def with_query(request: HttpRequest, **changes: Any) -> str:
    """This address with other query parameters; None removes one, a list repeats it."""
    query = request.GET.copy() if changes else request.GET
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        elif isinstance(value, list | tuple):
            query.setlist(name, [str(one) for one in value])
        else:
            query[name] = str(value)
    return request.path + (f"?{query.urlencode()}" if query else "")


def link_header(links: Mapping[str, str]) -> str:
    """The value of a Link header (RFC 8288) from relation to address; empty addresses are left out."""
    return ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)


def caption(request: HttpRequest, rows: Any, size: int) -> str:
    """What stands above a page of rows read by cursor; `rows` has rows and total."""
    if not rows.rows:
        return gettext("Geen rijen.")
    first = (whole_number(request.GET, "page", 1) - 1) * size + 1
    return gettext("Rij {first} tot en met {last} van {total}. Kies een kolomnaam om te sorteren.").format(
        first=formats.number(first), last=formats.number(first + len(rows.rows) - 1), total=formats.number(rows.total)
    )


def turning(request: HttpRequest, rows: Any, size: int) -> dict[str, Any]:
    """For parts/pager.html: a cursor leads to the next page; the number only says where the reader is."""
    number = whole_number(request.GET, "page", 1)
    first = with_query(request, cursor=None, page=None)
    back = with_query(request, cursor=rows.previous_cursor, page=number - 1) if number > 2 else first
    return {
        "number": number,
        "pages": Page((), number, size, rows.total or 0).pages,
        "first_url": first if number > 1 else "",
        "previous_url": back if number > 1 and rows.previous_cursor else "",
        "next_url": with_query(request, cursor=rows.next_cursor, page=number + 1) if rows.next_cursor else "",
    }
