"""MDTO: metadata for lasting access to government information (Nationaal Archief, MDTO-XML 1.0.1).

What is written here is also right for the stricter draft 1.0.2. Concepts that the lists of MDTO do not have are named
after the list of Sluis, not as if they were of MDTO.
"""

import re
from collections.abc import Iterable
from datetime import date
from xml.etree import ElementTree as ET

from sluis.release.record.contents import Part
from sluis.release.record.material import Happening, Material
from sluis.release.record.retention import Retention

NAMESPACE = "https://www.nationaalarchief.nl/mdto"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOCATION = f"{NAMESPACE} {NAMESPACE}/MDTO-XML1.0.1.xsd"
_OWN_LIST = "Begrippenlijst Sluis"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VALUED = {"keep": ("Blijvend te bewaren", "B"), "destroy": ("Tijdelijk te bewaren", "V")}
_TYPES = {
    "release.dossier.opened": "Creatie",
    "release.decided": "Besluit",
    "release.published": "Publicatie",
    "release.withdrawn": "Intrekking",
    "release.dossier.closed": "Sluiting dossier",
}


def record_of(given: Material, parts: Iterable[Part]) -> bytes:
    """The dossier itself: one informatieobject."""
    root, thing = _document("informatieobject")
    _identify(thing, str(given.found.id))
    _add(thing, "naam", f"Vrijgavedossier {given.title}")
    _concept(thing, "aggregatieniveau", "Dossier", "Begrippenlijst Aggregatieniveaus MDTO")
    _add(thing, "omschrijving", f"Dossier over het openbaar maken van de dataset {given.title}.")
    _running(thing, given)
    _add(thing, "taal", "nl")
    for happening in given.happenings:
        _event(thing, happening)
    _appraise(thing, given.retention, given.closed_at.date() if given.closed_at else None)
    for part in parts:
        _refer(thing, "heeftRepresentatie", part.path, _part_id(given, part))
    _maker(thing, given)
    _refer(thing, "activiteit", "Openbaar maken van data")
    _restrict(thing, given)
    return _bytes(root)


def file_of(given: Material, part: Part) -> bytes:
    """One file: a bestand."""
    root, thing = _document("bestand")
    _identify(thing, _part_id(given, part))
    _add(thing, "naam", part.path.rpartition("/")[2])
    _add(thing, "omvang", str(len(part.data)))
    label, code = part.format
    _concept(thing, "bestandsformaat", label, "PRONOM-register", code)
    checksum = _add(thing, "checksum")
    _concept(checksum, "checksumAlgoritme", "SHA256", "Begrippenlijst ChecksumAlgoritme MDTO")
    _add(checksum, "checksumWaarde", part.sha256)
    _add(checksum, "checksumDatum", part.made_at.isoformat())
    _refer(thing, "isRepresentatieVan", f"Vrijgavedossier {given.title}", str(given.found.id))
    return _bytes(root)


def _part_id(given: Material, part: Part) -> str:
    return f"{given.found.id}/{part.path}"


def _running(thing: ET.Element, given: Material) -> None:
    time = _add(thing, "dekkingInTijd")
    _concept(time, "dekkingInTijdType", "Looptijd van een dossier", _OWN_LIST)
    _add(time, "dekkingInTijdBegindatum", given.found.opened_at.date().isoformat())
    if given.closed_at:
        _add(time, "dekkingInTijdEinddatum", given.closed_at.date().isoformat())


def _event(thing: ET.Element, happening: Happening) -> None:
    event = _add(thing, "event")
    kind = _TYPES.get(happening.action)
    of_mdto = kind == "Creatie"
    _concept(
        event, "eventType", kind or happening.title, "Begrippenlijst EventTypeLijst MDTO" if of_mdto else _OWN_LIST
    )
    _add(event, "eventTijd", happening.at.isoformat())
    if happening.key or happening.role:
        _refer(event, "eventVerantwoordelijkeActor", happening.role_title or "Medewerker", happening.key)
    if happening.result:
        _add(event, "eventResultaat", happening.result)


def _appraise(thing: ET.Element, stay: Retention, closed: date | None) -> None:
    if stay.outcome in _VALUED:
        label, code = _VALUED[stay.outcome]
        _concept(thing, "waardering", label, "Begrippenlijst Waarderingen MDTO", code)
    else:
        _concept(thing, "waardering", "Nog te bepalen", _OWN_LIST)
    if stay.outcome == "destroy" and stay.years is not None:
        term = _add(thing, "bewaartermijn")
        _concept(term, "termijnTriggerStartLooptijd", "Sluiting dossier", _OWN_LIST)
        if closed:
            _add(term, "termijnStartdatumLooptijd", closed.isoformat())
        _add(term, "termijnLooptijd", f"P{stay.years}Y")
        if closed:
            _add(term, "termijnEinddatum", _years_on(closed, stay.years).isoformat())
    if stay.category:
        _concept(thing, "informatiecategorie", stay.category, "Selectielijst provincies", stay.category)


def _years_on(day: date, years: int) -> date:
    """The same day; 28 February where there is no 29th."""
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + years, day.month, 28) if leap else day.replace(year=day.year + years)


def _maker(thing: ET.Element, given: Material) -> None:
    uri = given.organisation.tooi_uri
    _refer(thing, "archiefvormer", given.organisation.name, uri or given.organisation.slug, "TOOI" if uri else "Sluis")


def _restrict(thing: ET.Element, given: Material) -> None:
    """The record itself is not public: it names civil servants by a pseudonym. Outside stands the decision record."""
    limit = _add(thing, "beperkingGebruik")
    _concept(limit, "beperkingGebruikType", "Beperkt openbaar; persoonlijke levenssfeer", _OWN_LIST)
    words = (
        "Medewerkers staan in het dossier met een pseudoniem. Het besluit zelf is openbaar, zonder die pseudoniemen."
    )
    _add(limit, "beperkingGebruikNadereBeschrijving", words)
    decision = given.found.decision
    if decision and decision.ground:
        limit = _add(thing, "beperkingGebruik")
        _concept(limit, "beperkingGebruikType", "Niet openbaar; grond in het besluit", _OWN_LIST)
        _add(limit, "beperkingGebruikNadereBeschrijving", decision.ground)


def _document(kind: str) -> tuple[ET.Element, ET.Element]:
    root = ET.Element("MDTO", {"xmlns": NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": _LOCATION})
    return root, ET.SubElement(root, kind)


def _identify(parent: ET.Element, value: str, source: str = "Sluis", name: str = "identificatie") -> None:
    found = _add(parent, name)
    _add(found, "identificatieKenmerk", value)
    _add(found, "identificatieBron", source)


def _concept(parent: ET.Element, name: str, label: str, of_list: str, code: str = "") -> None:
    found = _add(parent, name)
    _add(found, "begripLabel", label)
    if code:
        _add(found, "begripCode", code)
    _refer(found, "begripBegrippenlijst", of_list)


def _refer(parent: ET.Element, name: str, title: str, value: str = "", source: str = "Sluis") -> None:
    found = _add(parent, name)
    _add(found, "verwijzingNaam", title)
    if value:
        _identify(found, value, source, "verwijzingIdentificatie")


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    """An element; what XML cannot hold is left out, and a text is never only space (1.0.2 refuses that)."""
    found = ET.SubElement(parent, name)
    if text:
        found.text = _NOT_XML.sub("", text).strip() or "–"
    return found


def _bytes(root: ET.Element) -> bytes:
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"
