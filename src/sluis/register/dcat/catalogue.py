"""The catalogue around the datasets, whole or one page of it (Hydra)."""

from collections.abc import Iterable

from pyoxigraph import Literal, Triple

from sluis.register.dcat import dataset as datasets
from sluis.register.dcat import parties, services
from sluis.register.dcat.sheet import Sheet
from sluis.register.dcat.terms import DUTCH, EU, node
from sluis.register.public import PublicCatalogue, PublicPaging, PublicRecord


def dataset_triples(record: PublicRecord) -> list[Triple]:
    """One dataset on its own, with its catalogue record."""
    sheet = Sheet()
    datasets.dataset(sheet, record)
    return sheet.triples


def head_triples(
    catalogue: PublicCatalogue, members: Iterable[tuple[str, str]], paging: PublicPaging | None = None
) -> list[Triple]:
    """The catalogue itself with what it holds (see `members`); with `paging` it says which page of the feed this is."""
    sheet, subject = Sheet(), node(catalogue["uri"])
    _about(sheet, catalogue)
    for predicate, uri in members:
        sheet.add(subject, predicate, node(uri))
    if paging:
        _paging(sheet, catalogue, paging)
    return sheet.triples


def members(record: PublicRecord) -> list[tuple[str, str]]:
    """(property, address) of what one dataset brings into the catalogue."""
    found = [("dcat:dataset", record["uri"]), ("dcat:record", record["document"])]
    if datasets.openness(record) == "open" and record["status"] == "published":
        found += [("dcat:service", uri) for uri in services.uris(record)]
    return found


def _about(sheet: Sheet, catalogue: PublicCatalogue) -> None:
    subject = node(catalogue["uri"])
    sheet.a(subject, "dcat:Catalog")
    sheet.text(subject, "dct:title", catalogue["title"], catalogue["title_en"])
    sheet.text(subject, "dct:description", catalogue["description"], catalogue["description_en"])
    maker = parties.agent(
        sheet, catalogue["publisher_uri"], catalogue["publisher_name"], catalogue.get("publisher_name_en", "")
    )
    sheet.add(subject, "dct:publisher", maker)
    sheet.add(subject, "dct:creator", maker)
    contact = {
        "name": catalogue["contact_name"],
        "email": catalogue.get("contact_email", ""),
        "page": catalogue.get("contact_page", ""),
    }
    sheet.add(subject, "dcat:contactPoint", parties.contact(sheet, contact, catalogue["uri"] + "#contact"))
    sheet.link(subject, "foaf:homepage", catalogue["homepage"], "foaf:Document")
    sheet.concept(subject, "dct:language", DUTCH, "dct:LinguisticSystem")
    sheet.licence(subject, catalogue.get("licence", ""))
    sheet.moment(subject, "dct:issued", catalogue.get("issued_at", ""))
    sheet.moment(subject, "dct:modified", catalogue["changed_at"])
    themes = EU + "data-theme"
    sheet.link(subject, "dcat:themeTaxonomy", themes, "skos:ConceptScheme")
    sheet.text(node(themes), "dct:title", "Thema's van de EU", "EU data themes")


def _paging(sheet: Sheet, catalogue: PublicCatalogue, paging: PublicPaging) -> None:
    """Both Hydra forms: the present one, and the older one that many harvesters still read."""
    page, subject = node(paging["page"]), node(catalogue["uri"])
    sheet.add(subject, "hydra:view", page)
    sheet.a(page, "hydra:PartialCollectionView", "hydra:PagedCollection")
    for thing in (subject, page):
        sheet.add(thing, "hydra:totalItems", Literal(paging["total"]))
    sheet.add(page, "hydra:itemsPerPage", Literal(paging["size"]))
    for name, old in (("first", "firstPage"), ("last", "lastPage"), ("next", "nextPage"), ("previous", "previousPage")):
        if address := paging[name]:
            sheet.link(page, f"hydra:{name}", address)
            sheet.link(page, f"hydra:{old}", address)
