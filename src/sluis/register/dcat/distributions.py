"""Ways to get the data: the files of the current release, and addresses elsewhere."""

from typing import Any

from pyoxigraph import NamedNode

from sluis.kernel.ids import slugify
from sluis.register.dcat.sheet import Sheet
from sluis.register.dcat.terms import EU, node
from sluis.register.public import PublicFile, PublicRecord

_MEDIA = "https://www.iana.org/assignments/media-types/"
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


def add(sheet: Sheet, subject: NamedNode, record: PublicRecord) -> None:
    """Distributions of an open, published dataset."""
    metadata, release = record["metadata"], record.get("release")
    described = {item["id"]: item for item in metadata.get("distributions", ())}
    for file in (release or {}).get("files", ()):
        found = node(f"{record['uri']}#file-{slugify(file['name'])}")
        part = described.get(file.get("distribution_id", ""), {})
        _common(sheet, subject, found, part, metadata)
        _file(sheet, found, file, part, record)
        sheet.moment(found, "dct:issued", release["published_at"] if release else "")
    for part in described.values():
        if part["kind"] == "external":
            found = node(f"{record['uri']}#distribution-{part['id']}")
            _common(sheet, subject, found, part, metadata)
            _external(sheet, found, part, record)
    if api := record.get("api"):
        found = node(f"{record['uri']}#api-distribution")
        _common(sheet, subject, found, {}, metadata)
        sheet.text(found, "dct:title", "API", "API")
        sheet.link(found, "dcat:accessURL", api["endpoint_url"], "rdfs:Resource")
        sheet.link(found, "dcat:accessService", f"{record['uri']}#api")
        _form(sheet, found, "JSON", "application/json")


def _common(sheet: Sheet, subject: NamedNode, found: NamedNode, part: dict[str, Any], metadata: dict[str, Any]) -> None:
    """What a distribution says itself, or else takes over from its dataset."""
    sheet.add(subject, "dcat:distribution", found)
    sheet.a(found, "dcat:Distribution")
    sheet.licence(found, part.get("licence") or metadata.get("licence", ""))
    sheet.text(found, "dct:description", part.get("description", ""), part.get("description_en", ""))
    languages = part.get("languages") or metadata.get("languages", ())
    sheet.concepts(found, "dct:language", languages[:1], "dct:LinguisticSystem")
    sheet.links(found, "dcatap:applicableLegislation", metadata.get("applicable_legislation", ()), "eli:LegalResource")
    sheet.links(found, "dct:conformsTo", part.get("conforms_to") or metadata.get("conforms_to", ()), "dct:Standard")
    sheet.links(found, "foaf:page", part.get("documentation", ()), "foaf:Document")
    sheet.concept(found, "adms:status", part.get("status") or EU + "distribution-status/COMPLETED")
    sheet.concept(found, "dcatap:availability", part.get("availability", ""))
    sheet.link(found, "dcat:compressFormat", part.get("compress_format", ""), "dct:MediaType")
    sheet.link(found, "dcat:packageFormat", part.get("package_format", ""), "dct:MediaType")
    sheet.typed(found, "dcat:temporalResolution", part.get("temporal_resolution", ""), "xsd:duration")
    sheet.typed(found, "dcat:spatialResolutionInMeters", part.get("spatial_resolution", ""), "xsd:decimal")
    if part.get("rights"):
        statement = node(f"{found.value}-rights")
        sheet.add(found, "dct:rights", statement)
        sheet.a(statement, "dct:RightsStatement")
        sheet.text(statement, "rdfs:label", part["rights"])


def _file(sheet: Sheet, found: NamedNode, file: PublicFile, part: dict[str, Any], record: PublicRecord) -> None:
    title = file.get("title") or part.get("title") or file["name"]
    sheet.text(found, "dct:title", title, part.get("title_en", ""))
    sheet.link(found, "dcat:accessURL", file.get("access_url") or record["page"], "rdfs:Resource")
    sheet.link(found, "dcat:downloadURL", file["url"], "rdfs:Resource")
    _form(sheet, found, file["format"], file["media_type"])
    sheet.typed(found, "dcat:byteSize", str(file["size"]), "xsd:nonNegativeInteger")
    _checksum(sheet, found, file["sha256"])
    sheet.moment(found, "dct:modified", file.get("modified", ""))


def _external(sheet: Sheet, found: NamedNode, part: dict[str, Any], record: PublicRecord) -> None:
    sheet.text(found, "dct:title", part.get("title", ""), part.get("title_en", ""))
    sheet.link(found, "dcat:accessURL", part["access_url"], "rdfs:Resource")
    sheet.link(found, "dcat:downloadURL", part.get("download_url", ""), "rdfs:Resource")
    _form(sheet, found, part.get("format", ""), part.get("media_type", ""))
    sheet.typed(found, "dcat:byteSize", str(part.get("byte_size", "")), "xsd:nonNegativeInteger")
    _checksum(sheet, found, part.get("sha256", ""))
    sheet.moment(found, "dct:issued", part.get("issued", ""))
    sheet.moment(found, "dct:modified", part.get("modified", ""))
    if part.get("access_service"):
        sheet.link(found, "dcat:accessService", f"{record['uri']}#service-{part['access_service']}")


def _form(sheet: Sheet, found: NamedNode, format_code: str, media_type: str) -> None:
    """`format_code` and `media_type` as code ('CSV', 'text/csv') or as address."""
    uri = format_code if "://" in format_code or not format_code else f"{EU}file-type/{format_code}"
    sheet.concept(found, "dct:format", uri, "dct:MediaTypeOrExtent")
    media = media_type if "://" in media_type or not media_type else _MEDIA + media_type
    sheet.link(found, "dcat:mediaType", media, "dct:MediaType")


def _checksum(sheet: Sheet, found: NamedNode, sha256: str) -> None:
    if not sha256:
        return
    checksum = node(f"{found.value}-checksum")
    sheet.add(found, "spdx:checksum", checksum)
    sheet.a(checksum, "spdx:Checksum")
    sheet.link(checksum, "spdx:algorithm", _SHA256, "spdx:ChecksumAlgorithm")
    sheet.typed(checksum, "spdx:checksumValue", sha256, "xsd:hexBinary")
