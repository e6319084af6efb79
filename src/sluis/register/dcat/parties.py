"""Who: publishers and makers (foaf:Agent) and contact points (vcard:Kind)."""

from typing import Any
from urllib.parse import quote

from pyoxigraph import NamedNode

from sluis.register.dcat.sheet import Sheet
from sluis.register.dcat.terms import node


def base_of(uri: str) -> str:
    """The part of one of our addresses before `/id/`."""
    return uri.rsplit("/id/", 1)[0]


def publisher(sheet: Sheet, organisation: dict[str, Any], base: str) -> NamedNode:
    """The organisation as an agent: its TOOI address, or ours when it has none."""
    uri = organisation.get("tooi_uri") or f"{base}/id/organisation/{organisation['slug']}"
    return agent(sheet, uri, organisation["name"], organisation.get("name_en", ""))


def creator(sheet: Sheet, metadata: dict[str, Any], base: str, dataset: str) -> NamedNode:
    """The maker when one is named (a list of name, English name, address), otherwise the organisation itself."""
    if not metadata.get("creator"):
        return publisher(sheet, metadata["organisation"], base)
    name, name_en, uri = metadata["creator"]
    return agent(sheet, uri or f"{dataset}#creator", name, name_en)


def agent(sheet: Sheet, uri: str, name: str, name_en: str = "") -> NamedNode:
    if sheet.first(uri, "agent"):
        sheet.a(node(uri), "foaf:Agent")
        sheet.text(node(uri), "foaf:name", name, name_en)
    return node(uri)


def contact(sheet: Sheet, given: dict[str, Any], uri: str) -> NamedNode:
    """A contact point; `given` has name, name_en, email, page and phone as far as they are known."""
    found = node(uri)
    if sheet.first(uri, "contact"):
        sheet.a(found, "vcard:Kind", "vcard:Organization")
        sheet.text(found, "vcard:fn", given["name"], given.get("name_en", ""))
        if given.get("phone"):
            sheet.link(found, "vcard:hasTelephone", "tel:" + quote(given["phone"].replace(" ", ""), safe="+()-"))
        if given.get("email"):
            sheet.link(found, "vcard:hasEmail", mailto(given["email"]), "rdfs:Resource")
        sheet.link(found, "vcard:hasURL", given.get("page", ""), "rdfs:Resource")
    return found


def mailto(email: str) -> str:
    return "mailto:" + quote(email, safe="@+.-_")
