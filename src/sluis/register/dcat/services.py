"""Data services: the ones the record names, and Sluis' own rows of a table."""

from typing import Any

from pyoxigraph import NamedNode

from sluis.register.dcat import parties
from sluis.register.dcat.sheet import Sheet
from sluis.register.dcat.terms import ACCESS, node
from sluis.register.public import PublicRecord


def add(sheet: Sheet, subject: NamedNode, record: PublicRecord) -> None:
    """Services of an open, published dataset."""
    for part in record["metadata"].get("services", ()):
        _service(sheet, subject, record, node(f"{record['uri']}#service-{part['id']}"), part)
    if api := record.get("api"):
        title, title_en = record["metadata"]["title"], record["metadata"].get("title_en", "")
        own = {
            "title": f"API: {title}",
            "title_en": f"API: {title_en}" if title_en else "",
            "description": f"Vraag de rijen van ‘{title}’ op: filteren, sorteren en bladeren.",
            "endpoint_url": api["endpoint_url"],
            "endpoint_description": api["description_url"],
            "documentation": [api["documentation_url"]],
            "formats": ["http://publications.europa.eu/resource/authority/file-type/JSON"],
        }
        _service(sheet, subject, record, node(f"{record['uri']}#api"), own)


def uris(record: PublicRecord) -> list[str]:
    """Addresses of the services `add` describes."""
    own = [f"{record['uri']}#api"] if record.get("api") else []
    return [f"{record['uri']}#service-{part['id']}" for part in record["metadata"].get("services", ())] + own


def _service(sheet: Sheet, subject: NamedNode, record: PublicRecord, found: NamedNode, part: dict[str, Any]) -> None:
    metadata = record["metadata"]
    sheet.a(found, "dcat:DataService", "dcat:Resource")
    sheet.text(found, "dct:title", part["title"], part.get("title_en", ""))
    sheet.text(found, "dct:description", part.get("description", ""), part.get("description_en", ""))
    sheet.plain(found, "dct:identifier", found.value)
    sheet.add(found, "dcat:servesDataset", subject)
    sheet.link(found, "dcat:endpointURL", part["endpoint_url"], "rdfs:Resource")
    sheet.link(found, "dcat:endpointDescription", part.get("endpoint_description", ""), "rdfs:Resource")
    sheet.licence(found, part.get("licence") or metadata.get("licence", ""))
    sheet.concept(found, "dct:accessRights", part.get("access_rights") or ACCESS["open"], "dct:RightsStatement")
    sheet.links(found, "foaf:page", part.get("documentation", ()), "foaf:Document")
    sheet.link(found, "dcat:landingPage", part.get("landing_page") or record["page"], "foaf:Document")
    sheet.texts(found, "dcat:keyword", part.get("keywords") or metadata.get("keywords", ()))
    sheet.concepts(found, "dct:format", part.get("formats", ()), "dct:MediaTypeOrExtent")
    sheet.moment(found, "dct:modified", part.get("modified", ""))
    _rights(sheet, found, part.get("rights", ""))
    _shared(sheet, found, record, part)


def _shared(sheet: Sheet, found: NamedNode, record: PublicRecord, part: dict[str, Any]) -> None:
    """What a service takes over from its dataset."""
    metadata, base = record["metadata"], parties.base_of(record["uri"])
    sheet.concepts(found, "dcat:theme", metadata.get("themes", ()))
    sheet.concepts(
        found, "dct:language", part.get("languages") or metadata.get("languages", ()), "dct:LinguisticSystem"
    )
    sheet.links(found, "dct:conformsTo", part.get("conforms_to", ()), "dct:Standard")
    sheet.links(found, "dcatap:applicableLegislation", metadata.get("applicable_legislation", ()), "eli:LegalResource")
    sheet.concepts(found, "dcatap:hvdCategory", metadata.get("hvd_categories", ()))
    sheet.add(found, "dct:publisher", parties.publisher(sheet, metadata["organisation"], base))
    sheet.add(found, "dct:creator", parties.creator(sheet, metadata, base, record["uri"]))
    if contact := metadata.get("contact"):
        sheet.add(found, "dcat:contactPoint", parties.contact(sheet, contact, f"{base}/id/contact/{contact['id']}"))


def _rights(sheet: Sheet, found: NamedNode, statement: str) -> None:
    if statement:
        rights = node(f"{found.value}-rights")
        sheet.add(found, "dct:rights", rights)
        sheet.a(rights, "dct:RightsStatement")
        sheet.text(rights, "rdfs:label", statement)
