"""Judges what was counted: which columns hold personal data, how sure that is, and why.

Any error on the way is raised: a check that could not be done is never "nothing found".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sluis.kernel.clock import today
from sluis.kernel.text import N_
from sluis.lake.profile import duck_personal as count
from sluis.lake.profile.duck_columns import MOMENTS, Basics
from sluis.lake.profile.duck_personal import Found, Whole
from sluis.lake.profile.duck_session import Session
from sluis.lake.profile.masks import mask
from sluis.lake.profile.rules import Kind, is_house_number, is_postcode, named, person_name
from sluis.lake.types import Column, ColumnType

SURE, PROBABLE, POSSIBLE = "sure", "probable", "possible"

WHY = {
    "bsn.name": N_("De kolomnaam noemt het burgerservicenummer en de getallen doorstaan de elfproef."),
    "bsn.short": N_("De kolomnaam noemt het burgerservicenummer; de getallen van acht cijfers kunnen een nul missen."),
    "bsn.share": N_("{percent}% van de getallen van negen cijfers doorstaat de elfproef; bij toeval is dat 9%."),
    "bsn.context": N_("Naast getallen die de elfproef doorstaan, staat dat het om een burgerservicenummer gaat."),
    "bsn.text": N_("In de tekst staan getallen van negen cijfers die de elfproef doorstaan."),
    "iban": N_("De controlecijfers van het rekeningnummer (IBAN) kloppen."),
    "email": N_("Er staan e-mailadressen in."),
    "email.generic": N_("Er staan alleen algemene e-mailadressen in, zoals info@…"),
    "phone": N_("Er staan telefoonnummers in."),
    "address": N_("Postcode en huisnummer staan samen in één rij."),
    "address.text": N_("In de tekst staan adressen met huisnummer en postcode."),
    "postcode": N_("Er staan volledige postcodes in, zonder huisnummer ernaast."),
    "name.column": N_("De kolomnaam wijst op namen van mensen."),
    "name.values": N_("{percent}% van de waarden lijkt op de naam van een mens."),
    "name.text": N_("In de tekst worden mensen bij naam genoemd."),
    "birth.name": N_("De kolomnaam noemt de geboorte."),
    "birth.values": N_("De datums kunnen geboortedatums zijn en staan naast andere gegevens van mensen."),
    "plate.name": N_("De kolomnaam noemt het kenteken."),
    "plate": N_("De waarden hebben de vorm van een kenteken."),
}

_LIVES_SPREAD = 15  # years between the quartiles


@dataclass(frozen=True, slots=True)
class Hit:
    """`count` rows of `share` of the filled rows; `why` is a Dutch source text, filled from `params`."""

    kind: Kind
    columns: tuple[str, ...]
    count: int
    share: float
    confidence: str
    why: str
    params: Mapping[str, Any]
    examples: tuple[str, ...]
    estimated: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"kind": self.kind.value, "columns": list(self.columns), "examples": list(self.examples)}


@dataclass(frozen=True, slots=True)
class _Seen:
    """One column with what was counted in it."""

    column: Column
    filled: int

    @property
    def label(self) -> str:
        return f"{self.column.name} {self.column.title}"

    def hit(
        self, kind: Kind, found: int, confidence: str, reason: str, examples: Sequence[str] = (), **more: Any
    ) -> Hit:
        share = round(found / self.filled, 4) if self.filled else 0.0
        shown = tuple(mask(kind, text) for text in examples)
        params = {"percent": more.pop("percent", round(100 * share))}
        return Hit(kind, (self.column.name,), found, share, confidence, WHY[reason], params, shown, **more)


def personal_data(session: Session, basics: Basics) -> list[dict[str, Any]]:
    """All hits, column by column. Reads every row of the table."""
    count.prepare(session)
    seen = [_Seen(c, count.filled(basics[c.name])) for c in session.columns]
    postcodes: dict[str, Whole] = {}
    found = session.each(
        lambda s: list(_in_column(session, s, basics[s.column.name], postcodes)), [s for s in seen if s.filled]
    )
    hits = [hit for some in found for hit in some]
    hits += _addresses(session, seen, postcodes)
    if any(h.kind is Kind.BSN and h.confidence == SURE for h in hits):  # beside citizens, a likely name is a name
        hits = [
            replace(h, confidence=PROBABLE) if h.kind is Kind.NAME and h.confidence == POSSIBLE else h for h in hits
        ]
    people = any(h.kind in (Kind.BSN, Kind.NAME) and h.confidence in (SURE, PROBABLE) for h in hits)
    hits += [hit for s in seen if s.filled for hit in _birth_dates(session, s, basics[s.column.name], people)]
    return [hit.to_json() for hit in hits]


def _in_column(session: Session, seen: _Seen, basics: Mapping[str, Any], postcodes: dict[str, Whole]) -> Iterator[Hit]:
    """Hits within one column; its postcodes are put by, for a house number may stand in another."""
    if count.holds_whole_numbers(seen.column, basics):
        yield from _bsn(seen, count.scan_numbers(session, seen.column))
    if not count.scannable(seen.column):
        return
    found, postcodes[seen.column.name] = count.scan_text(session, seen.column, basics["distinct"])
    yield from _bsn(seen, found[Kind.BSN])
    if named(Kind.BSN, seen.label) and not found[Kind.BSN].rows:
        short = count.scan_short_numbers(session, seen.column)
        if short.rows:
            yield seen.hit(Kind.BSN, short.rows, POSSIBLE, "bsn.short", short.examples)
    yield from _coded(seen, found)
    if seen.column.type is ColumnType.TEXT:
        yield from _plates(session, seen, found[Kind.PLATE])
        yield from _names(session, seen, found[Kind.NAME])


def _bsn(seen: _Seen, found: Found) -> Iterator[Hit]:
    """About 9% of random numbers pass, so the share among what was tested decides."""
    if not found.rows:
        return
    passed = found.rows / found.tested
    percent = round(100 * passed)
    if named(Kind.BSN, seen.label):
        confidence = SURE if passed >= 0.5 else PROBABLE
        yield seen.hit(Kind.BSN, found.rows, confidence, "bsn.name", found.examples, percent=percent)
    elif passed >= 0.8 and found.distinct >= 2:
        confidence = SURE if found.distinct >= 5 else PROBABLE
        yield seen.hit(Kind.BSN, found.rows, confidence, "bsn.share", found.examples, percent=percent)
    elif passed >= 0.3 and found.distinct >= 5:
        yield seen.hit(Kind.BSN, found.rows, PROBABLE, "bsn.share", found.examples, percent=percent)
    elif found.marked:
        yield seen.hit(Kind.BSN, found.rows, PROBABLE, "bsn.context", found.examples, percent=percent)
    elif found.whole < found.rows and passed >= 0.3:
        yield seen.hit(Kind.BSN, found.rows, POSSIBLE, "bsn.text", found.examples, percent=percent)


def _coded(seen: _Seen, found: Mapping[Kind, Found]) -> Iterator[Hit]:
    iban, email, phone, address = (found[k] for k in (Kind.IBAN, Kind.EMAIL, Kind.PHONE, Kind.ADDRESS))
    if iban.rows and iban.rows >= iban.tested / 4:  # one in 97 passes by chance
        yield seen.hit(Kind.IBAN, iban.rows, _by_share(iban.rows, seen.filled), "iban", iban.examples)
    if email.rows:
        generic = email.marked == email.rows
        confidence = POSSIBLE if generic else _by_share(email.rows, seen.filled)
        yield seen.hit(Kind.EMAIL, email.rows, confidence, "email.generic" if generic else "email", email.examples)
    if phone.rows and not _chance_digits(seen, phone):
        sure = named(Kind.PHONE, seen.label) and phone.rows >= seen.filled / 2
        yield seen.hit(Kind.PHONE, phone.rows, SURE if sure else PROBABLE, "phone", phone.examples)
    if address.rows:
        yield seen.hit(Kind.ADDRESS, address.rows, PROBABLE, "address.text", address.examples)


def _chance_digits(seen: _Seen, phone: Found) -> bool:
    """A column of codes has a few that look like a number to call; a column of numbers to call has many."""
    return phone.whole == phone.rows and phone.rows < seen.filled / 5 and not named(Kind.PHONE, seen.label)


def _by_share(rows: int, filled: int) -> str:
    return SURE if rows >= filled / 2 else PROBABLE


def _plates(session: Session, seen: _Seen, dashed: Found) -> Iterator[Hit]:
    if named(Kind.PLATE, seen.label):
        bare = count.bare_plates(session, seen.column)
        rows = dashed.rows + bare.rows
        if rows:
            examples = dashed.examples or bare.examples
            yield seen.hit(Kind.PLATE, rows, _by_share(rows, seen.filled), "plate.name", examples)
    elif dashed.rows >= seen.filled / 2:
        yield seen.hit(Kind.PLATE, dashed.rows, PROBABLE, "plate", dashed.examples)
    elif dashed.rows > dashed.whole:
        yield seen.hit(Kind.PLATE, dashed.rows, POSSIBLE, "plate", dashed.examples)


def _names(session: Session, seen: _Seen, titled: Found) -> Iterator[Hit]:
    said = person_name(seen.label)
    like, looked, examples = count.name_share(session, seen.column)
    share = like / looked if looked else 0.0
    confidence = _name_confidence(said, share, like)
    if confidence:
        reason = "name.column" if said == "yes" else "name.values"
        estimate = round(share * seen.filled) if share else seen.filled
        yield seen.hit(Kind.NAME, estimate, confidence, reason, examples, estimated=not session.whole)
    elif titled.rows:
        yield seen.hit(Kind.NAME, titled.rows, POSSIBLE, "name.text", titled.examples)


def _name_confidence(said: str, share: float, like: int) -> str:
    if said == "yes":
        return SURE if share >= 0.1 else PROBABLE
    bounds = (0.2, 0.05) if said else (0.4, 0.2)
    if like < 3 or share < bounds[1]:
        return ""
    return PROBABLE if share >= bounds[0] else POSSIBLE


def _addresses(session: Session, seen: Sequence[_Seen], postcodes: Mapping[str, Whole]) -> Iterator[Hit]:
    numbers = [s for s in seen if s.filled and is_house_number(s.label)]
    for postcode in (s for s in seen if s.filled and s.column.type is ColumnType.TEXT):
        rows, examples = postcodes[postcode.column.name].rows, postcodes[postcode.column.name].examples
        if rows < postcode.filled / (10 if is_postcode(postcode.label) else 2) or not rows:
            continue
        best = max(((count.together(session, postcode.column, n.column), n) for n in numbers),
                   key=lambda pair: pair[0], default=(0, None))  # fmt: skip
        if not best[0]:
            others = [s for s in seen if s.filled and s.column.type is ColumnType.TEXT and s is not postcode]
            best = max(((count.with_street(session, postcode.column, o.column), o) for o in others),
                       key=lambda pair: pair[0], default=(0, None))  # fmt: skip
            best = best if best[0] >= rows / 10 else (0, None)
        if best[1] is None or not best[0]:
            yield postcode.hit(Kind.ADDRESS, rows, POSSIBLE, "postcode", examples)
            continue
        both, number = best
        share = round(both / postcode.filled, 4)
        columns = (postcode.column.name, number.column.name)
        shown = tuple(mask(Kind.ADDRESS, text) for text in examples)
        yield Hit(Kind.ADDRESS, columns, both, share, PROBABLE, WHY["address"], {}, shown)


def _birth_dates(session: Session, seen: _Seen, basics: Mapping[str, Any], people: bool) -> Iterator[Hit]:
    """By name; or beside people, when the middle half of the dates spans years as lives do."""
    if named(Kind.BIRTH_DATE, seen.label):
        yield seen.hit(Kind.BIRTH_DATE, seen.filled, SURE if basics["distinct"] > 1 else PROBABLE, "birth.name")
    elif people and seen.column.type in (*MOMENTS, ColumnType.TEXT, ColumnType.INTEGER):
        rows, first, last = count.dates(session, seen.column)
        spread = last - first >= _LIVES_SPREAD
        if rows >= seen.filled / 2 and first >= 1900 and last <= today().year and spread:
            yield seen.hit(Kind.BIRTH_DATE, rows, POSSIBLE, "birth.values")
