"""Rows of a web service that gives JSON: where they stand and how its pages follow is filled in, never programmed."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sluis.foundation import egress
from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.connectors import asking, outside
from sluis.lake.connectors.base import Fetched, Field, Given, Kind, Refused, Tell
from sluis.lake.connectors.pages import Asker, Page, Place, Reading
from sluis.lake.connectors.paging import Following, gathered, linked, whole_number
from sluis.lake.connectors.replies import refusal
from sluis.lake.connectors.web import Web
from sluis.lake.connectors.work import work_folder

NONE, LINK, HEADER, NUMBER, OFFSET, CURSOR = "none", "link", "link-header", "number", "offset", "cursor"
OPEN, BASIC, BEARER, NAMED, OAUTH = "open", "basic", "bearer", "header", "oauth"
_NEEDS = {
    LINK: ("next_place",), NUMBER: ("page_name",), OFFSET: ("page_name",), CURSOR: ("page_name", "next_place"),
    BASIC: ("user",), NAMED: ("header_name",), OAUTH: ("user", "token_url"),
}  # fmt: skip
_TOKEN_BYTES = 100_000


class Rest(Web):
    name = "rest"
    title = N_("Webdienst (REST, JSON)")
    about = N_("Leest rijen van een webdienst die JSON geeft, ook in pagina's. U vult in waar de rijen staan.")
    fields = (
        Field("url", N_("Webadres"), Kind.ADDRESS, required=True, help=N_("Met de vraag die erbij hoort.")),
        Field("rows_place", N_("Waar de rijen staan"),
              help=N_("Namen met een punt ertussen, zoals data.items. Leeg: het antwoord zelf is de lijst.")),
        Field("id_place", N_("Waaraan een rij te herkennen is"),
              help=N_("Een veld, zoals id. Dan merkt Sluis het als een rij twee keer komt.")),
        Field("total_place", N_("Waar het aantal rijen staat"),
              help=N_("Zoals meta.total. Dan telt Sluis of alles is gekomen.")),
        Field("paging", N_("Hoe de pagina's volgen"), Kind.CHOICE, required=True, default=NONE, choices=(
            (NONE, N_("er is één pagina")), (LINK, N_("een link in het antwoord")),
            (HEADER, N_("een link in de kop van het antwoord (Link)")), (NUMBER, N_("een paginanummer")),
            (OFFSET, N_("een aantal rijen om over te slaan")), (CURSOR, N_("een merkteken uit het antwoord")))),
        Field("next_place", N_("Waar de volgende link of het merkteken staat"), help=N_("Zoals links.next.")),
        Field("page_name", N_("Naam in het adres voor pagina, overslaan of merkteken"), help=N_("Zoals page.")),
        Field("first_page", N_("Nummer van de eerste pagina"), Kind.CHOICE, default="1",
              choices=(("1", "1"), ("0", "0"))),
        Field("size_name", N_("Naam in het adres voor het aantal rijen"), help=N_("Zoals limit. Leeg: niet vragen.")),
        asking.PAGE_SIZE,
        Field("account", N_("Aanmelden"), Kind.CHOICE, required=True, default=OPEN, place=True, choices=(
            (OPEN, N_("niet nodig")), (BASIC, N_("gebruikersnaam en wachtwoord")),
            (BEARER, N_("toegangscode (Bearer)")), (NAMED, N_("toegangscode in een eigen kop")),
            (OAUTH, N_("OAuth 2.0 (client credentials)")))),
        Field("user", N_("Gebruikersnaam"), help=N_("Bij OAuth de client-id.")),
        Field("secret", N_("Wachtwoord of toegangscode"), Kind.SECRET, help=N_("Bij OAuth het client secret.")),
        Field("header_name", N_("Naam van de kop"), help=N_("Zoals X-Api-Key.")),
        Field("token_url", N_("Webadres voor de toegangscode"), Kind.ADDRESS, help=N_("Alleen bij OAuth.")),
        Field("scope", N_("Scope"), help=N_("Alleen bij OAuth, als de dienst erom vraagt.")),
        asking.CEILING,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        found = list(super().faults(config, mode))
        needed = [*_NEEDS.get(config["paging"], ()), *_NEEDS.get(config["account"], ())]
        found += [Fault(N_("Vul dit in bij deze keuze."), field=name) for name in needed if not config[name]]
        name = config["header_name"]
        if name and not name.replace("-", "").isalnum():
            found.append(Fault(N_("Gebruik alleen letters, cijfers en streepjes."), field="header_name"))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        with work_folder() as into:
            page, found = _asker(given, into).page(_first(given), _reading(given))
        tell(N_("De eerste pagina heeft {count} rijen."), count=page.count)
        tell(N_("Kolommen: {columns}."), columns=", ".join(found["some"][:100]) or "–")

    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        return _brought(given, into, tell, most)


def _brought(given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
    path, rows = gathered(_asker(given, into), _reading(given), _first(given), _following(given), most=most)
    place = urlsplit(given["url"]).hostname or ""
    tell(N_("Rijen gelezen uit {table}: {count}."), table=place, count=rows)
    return Fetched(path, f"{place}.ndjson")


def _reading(given: Given) -> Reading:
    said = {"error": ("error",)} | {
        name: _place(given[field]) for name, field in (("total", "total_place"), ("next", "next_place")) if given[field]
    }
    return Reading(_place(given["rows_place"]), said, id=_place(given["id_place"]))


def _place(text: str) -> Place:
    return tuple(part for part in text.split(".") if part)


def _first(given: Given) -> str:
    asked = {given["page_name"]: given["first_page"]} if given["paging"] == NUMBER else {}
    if given["paging"] == OFFSET:
        asked = {given["page_name"]: "0"}
    return _with(given, given["url"], asked)


def _with(given: Given, url: str, asked: Mapping[str, str]) -> str:
    """The address with these values, each once."""
    more = dict(asked) | ({given["size_name"]: str(given["page_size"])} if given["size_name"] else {})
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in more]
    return parts._replace(query=urlencode([*kept, *more.items()]), fragment="").geturl()


def _following(given: Given) -> Following:
    name = given["page_name"]

    def by_count(page: Page, value: int) -> str | None:
        """One more page, unless all came or, without a total, this one was not full."""
        total = whole_number(page.said.get("total"))
        came = page.start + page.count
        last = came >= total if total is not None else bool(given["size_name"]) and page.count < given["page_size"]
        return None if last else _with(given, given["url"], {name: str(value)})

    def by_number(page: Page) -> str | None:
        before = dict(parse_qsl(urlsplit(page.url).query))[name]
        return by_count(page, int(before) + 1)

    def by_cursor(page: Page) -> str | None:
        value = page.said.get("next")
        known = isinstance(value, str | int) and value not in ("", False)
        return _with(given, given["url"], {name: str(value)}) if known else None

    return {
        NONE: lambda _page: None,
        LINK: linked,
        HEADER: _by_header,
        NUMBER: by_number,
        OFFSET: lambda page: by_count(page, page.start + page.count),
        CURSOR: by_cursor,
    }[given["paging"]]


def _by_header(page: Page) -> str | None:
    """RFC 8288: <https://…?page=2>; rel="next", <…>; rel="last"."""
    for link in page.headers.get("link", "").split(","):
        target, _, about = link.partition(";")
        if 'rel="next"' in about.replace("'", '"') or "rel=next" in about:
            return asking.same_place(page.url, target.strip().strip("<>"))
    return None


def _asker(given: Given, into: Path) -> Asker:
    return Asker(into, "source rest", {"Accept": "application/json"} | _account(given, into), given["max_mb"])


def _account(given: Given, into: Path) -> dict[str, str]:
    secret, kind = given.secret("secret"), given["account"]
    if kind == BASIC:
        return {"Authorization": _basic(given["user"], secret)}
    if kind == BEARER:
        return {"Authorization": f"Bearer {secret}"}
    if kind == NAMED:
        return {given["header_name"]: secret}
    return {"Authorization": f"Bearer {_token(given, into)}"} if kind == OAUTH else {}


def _token(given: Given, into: Path) -> str:
    """RFC 6749 § 4.4: a token for us ourselves, for this one fetch."""
    asked = {"grant_type": "client_credentials"} | ({"scope": given["scope"]} if given["scope"] else {})
    reply = egress.post(
        given["token_url"],
        purpose="source rest, token",
        body=urlencode(asked).encode(),
        headers={
            "Authorization": _basic(given["user"], given.secret("secret")),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
        max_bytes=_TOKEN_BYTES,
        timeout=30,
        policy=outside.policy(),
    )
    if reply.status != 200:
        raise _no_token(reply) if reply.status in (400, 401) else refusal(reply)
    found = Asker(into, "source rest").understood(reply.body, reply.url)
    token = asking.expected(found, reply.url).get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise _no_token(reply)
    return token


def _no_token(reply: egress.Reply) -> Refused:
    return Refused(
        "source.no-token",
        N_("{place} geeft geen toegangscode."),
        way_out=N_("Controleer client-id, client secret en scope."),
        place=urlsplit(reply.url).hostname or "",
    )


def _basic(user: str, secret: str) -> str:
    return f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"


CONNECTOR = Rest()
