"""Turns what somebody typed or sent into the value of a field, or says in plain Dutch what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.register.fields import Field, Kind, by_name
from sluis.register.types import Agent, Bbox, Period

Resolve = Callable[[tuple[str, ...], str], str | None]
"""Gives the address of a word (by address or code) in one of the named lists, or None."""

LINE_LIMIT, PROSE_LIMIT, LIST_LIMIT, LINK_LIMIT = 300, 20_000, 200, 2_000
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_EMAIL = re.compile(r"[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;]+")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT = "/?:@!$&'()*+,;=%~-._"
_NOT_IN_URI = re.compile(r"[\s<>\"{}|\\^`\x00-\x20\x7f]")


class Wrong(ValueError):
    """A value that does not fit its field; `args[0]` is the Dutch text, `params` fills its places."""

    def __init__(self, text: str, **params: Any) -> None:
        super().__init__(text)
        self.params = params


def clean(fields: Iterable[Field], given: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
    """Values for the given field names only.

    Raises Invalid `register.fields` with one Fault per wrong value, and for every name that is not in `fields`.
    """
    known, values, faults = by_name(fields), dict[str, Any](), list[Fault]()
    for name, raw in given.items():
        if name not in known:
            faults.append(
                Fault(N_("Dit veld bestaat niet of kunt u hier niet wijzigen: {name}."), name, params={"name": name})
            )
            continue
        try:
            values[name] = parse(known[name], raw, resolve)
        except Wrong as wrong:
            faults.append(Fault(str(wrong), name, params=wrong.params))
    if faults:
        raise Invalid(
            "register.fields",
            N_("Niet alle velden zijn goed ingevuld: {names}."),
            way_out=N_("Verbeter deze velden; er is niets opgeslagen."),
            faults=faults,
            names=", ".join(sorted(fault.field for fault in faults)),
        )
    return values


def parse(field: Field, raw: Any, resolve: Resolve) -> Any:
    """One value in the type that the frozen shapes use. Raises Wrong."""
    if raw is None or raw == "":
        return _EMPTY.get(field.kind, "")
    if field.kind is Kind.CHOICE:
        return _choice(field, raw, resolve)
    if field.kind is Kind.CHOICES:
        return _unique(_choice(field, item, resolve) for item in _items(raw))
    if field.kind is Kind.OPTION:
        return _option(field, raw)
    return _PARSERS[field.kind](raw)


def plain(value: Any) -> Any:
    """The JSON form of a value; `parse` reads it back."""
    match value:
        case Bbox(west, south, east, north):
            return [west, south, east, north]
        case Period(start, end):
            return [start.isoformat() if start else None, end.isoformat() if end else None]
        case Agent(name, name_en, uri):
            return [name, name_en, uri]
        case tuple():
            return [plain(item) for item in value]
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case Decimal():
            return format(value.normalize(), "f")
        case UUID():
            return str(value)
        case _:
            return value


def is_empty(value: Any) -> bool:
    return value is None or value in ("", (), [])


def as_stored(_vocabularies: tuple[str, ...], uri: str) -> str:
    """A `Resolve` for values that were checked when they were written."""
    return uri


def _text(raw: Any, limit: int, keep: str = "") -> str:
    if not isinstance(raw, str):
        raise Wrong(N_("Hier hoort tekst."))
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n"))
    text = "".join(c for c in text if c in keep or unicodedata.category(c) not in ("Cc", "Cs")).strip()
    if len(text) > limit:
        raise Wrong(N_("Dit is te lang: {length} tekens, hoogstens {limit}."), length=len(text), limit=limit)
    return text


def _line(raw: Any) -> str:
    return _text(raw.replace("\n", " ") if isinstance(raw, str) else raw, LINE_LIMIT)


def _prose(raw: Any) -> str:
    return _text(raw, PROSE_LIMIT, keep="\n\t")


def _items(raw: Any) -> list[Any]:
    items = re.split(r"[\n,;]", raw) if isinstance(raw, str) else raw
    if not isinstance(items, list | tuple | set | frozenset):
        raise Wrong(N_("Hier hoort een lijst."))
    if len(items) > LIST_LIMIT:
        raise Wrong(N_("Hoogstens {limit} waarden."), limit=LIST_LIMIT)
    return [item for item in items if not (isinstance(item, str) and not item.strip())]


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))


def _words(raw: Any) -> tuple[str, ...]:
    return _unique(_line(item) for item in _items(raw))


def _link(raw: Any) -> str:
    """A web address in ASCII, so that it is a valid IRI in every feed."""
    text = _text(raw, LINK_LIMIT)
    try:
        parts = urlsplit(text)
        host = parts.netloc.encode("idna").decode() if parts.hostname else ""
    except ValueError:
        raise _no_link(text) from None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or _NOT_IN_URI.search(text):
        raise _no_link(text)
    path, query, fragment = (quote(_LONE_PERCENT.sub("%25", part), safe=_KEPT) for part in parts[2:])
    return urlunsplit((parts.scheme, host, path, query, fragment))


def _no_link(text: str) -> Wrong:
    return Wrong(N_("Dit is geen webadres: {value}. Een webadres begint met https:// of http://."), value=text[:80])


def _links(raw: Any) -> tuple[str, ...]:
    items = raw.split() if isinstance(raw, str) else raw
    return _unique(_link(item) for item in _items(items))


def _email(raw: Any) -> str:
    text = _line(raw)
    if not _EMAIL.fullmatch(text):
        raise Wrong(N_("Dit is geen e-mailadres: {value}."), value=text[:80])
    return text


def _choice(field: Field, raw: Any, resolve: Resolve) -> str:
    uri = resolve(field.vocabularies, _line(raw))
    if uri is None:
        raise Wrong(N_("{value} staat niet in de lijst."), value=str(raw)[:120])
    return uri


def _option(field: Field, raw: Any) -> str:
    if str(raw) not in field.options:
        raise Wrong(
            N_("{value} kan hier niet. Kies uit: {options}."), value=str(raw)[:40], options=", ".join(field.options)
        )
    return str(raw)


def _day(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(_line(raw))
    except ValueError:
        raise Wrong(
            N_("Dit is geen datum: {value}. Schrijf jaar-maand-dag, zoals 2026-11-23."), value=str(raw)[:40]
        ) from None


def _count(raw: Any) -> int:
    if isinstance(raw, bool) or not re.fullmatch(r"\d{1,18}", str(raw)):
        raise Wrong(N_("Dit is geen geheel getal van nul of meer: {value}."), value=str(raw)[:40])
    return int(raw)


def _decimal(raw: Any) -> Decimal:
    try:
        number = Decimal(str(raw).replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or number.adjusted() > 12 or abs(int(number.as_tuple().exponent)) > 12:
        raise Wrong(N_("Dit is geen getal van nul of meer: {value}."), value=str(raw)[:40])
    return number


def _duration(raw: Any) -> str:
    text = _line(raw)
    if not _DURATION.fullmatch(text) or "W" in text:
        raise Wrong(
            N_("Dit is geen tijdsduur: {value}. Schrijf bijvoorbeeld P1D (dag) of PT1H (uur)."), value=text[:40]
        )
    return text


def _digest(raw: Any) -> str:
    text = _line(raw).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise Wrong(N_("Een SHA-256 bestaat uit 64 tekens 0-9 en a-f."))
    return text


def _reference(raw: Any) -> UUID:
    try:
        return raw if isinstance(raw, UUID) else UUID(_line(raw))
    except ValueError:
        raise Wrong(N_("Dit verwijst nergens naar: {value}."), value=str(raw)[:40]) from None


def _box(raw: Any) -> Bbox | None:
    if isinstance(raw, Bbox):
        raw = plain(raw)
    items = _items(raw)
    if not items:
        return None
    try:
        west, south, east, north = (float(item) for item in items)
    except (TypeError, ValueError):
        raise Wrong(N_("Geef vier getallen: west, zuid, oost, noord.")) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Wrong(N_("Deze rechthoek klopt niet: west is kleiner dan oost, zuid kleiner dan noord, in graden."))
    return Bbox(west, south, east, north)


def _period(raw: Any) -> Period | None:
    start, end = (raw.start, raw.end) if isinstance(raw, Period) else _pair(raw)
    period = Period(_day(start) if start else None, _day(end) if end else None)
    if period.start and period.end and period.start > period.end:
        raise Wrong(N_("De periode eindigt voordat ze begint."))
    return period if period.start or period.end else None


def _pair(raw: Any) -> tuple[Any, Any]:
    if isinstance(raw, Mapping):
        return raw.get("start"), raw.get("end")
    if isinstance(raw, list | tuple) and len(raw) == 2:
        return raw[0], raw[1]
    raise Wrong(N_("Geef een begin- en een einddatum."))


def _agent(raw: Any) -> Agent | None:
    match raw:
        case Agent():
            parts = (raw.name, raw.name_en, raw.uri)
        case Mapping():
            parts = (raw.get("name", ""), raw.get("name_en", ""), raw.get("uri", ""))
        case str():
            parts = (raw, "", "")
        case [name, name_en, uri]:
            parts = (name, name_en, uri)
        case _:
            raise Wrong(N_("Geef de naam van de maker."))
    name, name_en, uri = _line(parts[0] or ""), _line(parts[1] or ""), _link(parts[2]) if parts[2] else ""
    if not name and (name_en or uri):
        raise Wrong(N_("Geef de naam van de maker."))
    return Agent(name, name_en, uri) if name else None


_PARSERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.LINE: _line,
    Kind.PROSE: _prose,
    Kind.WORDS: _words,
    Kind.LINK: _link,
    Kind.LINKS: _links,
    Kind.EMAIL: _email,
    Kind.DAY: _day,
    Kind.COUNT: _count,
    Kind.DECIMAL: _decimal,
    Kind.DURATION: _duration,
    Kind.DIGEST: _digest,
    Kind.REFERENCE: _reference,
    Kind.BOX: _box,
    Kind.PERIOD: _period,
    Kind.AGENT: _agent,
}
_EMPTY: dict[Kind, Any] = {
    Kind.WORDS: (),
    Kind.LINKS: (),
    Kind.CHOICES: (),
    Kind.DAY: None,
    Kind.COUNT: None,
    Kind.DECIMAL: None,
    Kind.REFERENCE: None,
    Kind.BOX: None,
    Kind.PERIOD: None,
    Kind.AGENT: None,
}
