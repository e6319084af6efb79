"""One public record to triples: dcat:Dataset with its catalogue record. DCAT-AP-NL 3.0, DCAT-AP HVD 3.0.0."""

from typing import Any

from pyoxigraph import NamedNode

from sluis.register.dcat import distributions, parties, services
from sluis.register.dcat.sheet import Sheet
from sluis.register.dcat.terms import ACCESS, DEPRECATED, DUTCH, PROFILE, STATUS, WITHDRAWN, node
from sluis.register.public import PublicRecord


def dataset(sheet: Sheet, record: PublicRecord) -> NamedNode:
    """Add one dataset and what belongs to it. What is not open, or was withdrawn, shows no way to the data."""
    metadata, subject = record["metadata"], node(record["uri"])
    sheet.a(subject, "dcat:Dataset", "dcat:Resource")
    _what(sheet, subject, record, metadata)
    _who(sheet, subject, record, metadata)
    _openness(sheet, subject, record, metadata)
    _law(sheet, subject, metadata)
    _when_and_where(sheet, subject, record, metadata)
    _origin(sheet, subject, record, metadata)
    _life(sheet, subject, record, metadata)
    if openness(record) == "open" and record["status"] == "published":
        distributions.add(sheet, subject, record)
        services.add(sheet, subject, record)
    _record(sheet, subject, record, metadata)
    return subject


def openness(record: PublicRecord) -> str:
    """What was decided; without a decision, what the metadata says."""
    decision = record.get("decision")
    return decision["outcome"] if decision else record["metadata"].get("openness", "unknown")


def _what(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    get = metadata.get
    sheet.text(subject, "dct:title", get("title", ""), get("title_en", ""))
    sheet.text(subject, "dct:description", get("description", ""), get("description_en", ""))
    sheet.text(subject, "rdfs:comment", get("purpose", ""), get("purpose_en", ""))
    sheet.text(subject, "skos:scopeNote", get("limits", ""), get("limits_en", ""))
    sheet.texts(subject, "dcat:keyword", get("keywords", ()), get("keywords_en", ()))
    sheet.concepts(subject, "dcat:theme", get("themes", ()))
    sheet.concept(subject, "dct:type", get("dataset_type", ""))
    sheet.concepts(subject, "dct:language", get("languages", ()), "dct:LinguisticSystem")
    sheet.plain(subject, "dct:identifier", record["uri"])
    for number, other in enumerate(get("identifiers", ()), 1):
        found = node(f"{record['uri']}#identifier-{number}")
        sheet.add(subject, "adms:identifier", found)
        sheet.a(found, "adms:Identifier")
        sheet.plain(found, "skos:notation", other)
    sheet.link(subject, "dcat:landingPage", record["page"], "foaf:Document")
    sheet.link(subject, "dcat:landingPage", get("landing_page", ""), "foaf:Document")
    sheet.links(subject, "foaf:page", get("documentation", ()), "foaf:Document")


def _who(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    base = parties.base_of(record["uri"])
    if metadata.get("organisation"):
        sheet.add(subject, "dct:publisher", parties.publisher(sheet, metadata["organisation"], base))
        sheet.add(subject, "dct:creator", parties.creator(sheet, metadata, base, record["uri"]))
    if contact := metadata.get("contact"):
        uri = f"{base}/id/contact/{contact['id']}"
        sheet.add(subject, "dcat:contactPoint", parties.contact(sheet, contact, uri))


def _openness(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    decided = openness(record)
    sheet.concept(subject, "dct:accessRights", ACCESS.get(decided, ""), "dct:RightsStatement")
    statements = [metadata.get("rights", "")]
    if decided != "open":
        decision = record.get("decision") or {}
        statements.append(decision.get("ground", "") or metadata.get("openness_ground", ""))
        sheet.concepts(subject, "dct:rights", metadata.get("ground_codes", ()), "dct:RightsStatement")
    for number, statement in enumerate(filter(None, statements), 1):
        found = node(f"{record['uri']}#rights-{number}")
        sheet.add(subject, "dct:rights", found)
        sheet.a(found, "dct:RightsStatement")
        sheet.text(found, "rdfs:label", statement)


def _law(sheet: Sheet, subject: NamedNode, metadata: dict[str, Any]) -> None:
    sheet.links(
        subject, "dcatap:applicableLegislation", metadata.get("applicable_legislation", ()), "eli:LegalResource"
    )
    sheet.concepts(subject, "dcatap:hvdCategory", metadata.get("hvd_categories", ()))
    sheet.links(subject, "dct:conformsTo", metadata.get("conforms_to", ()), "dct:Standard")


def _when_and_where(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    sheet.concept(subject, "dct:accrualPeriodicity", metadata.get("frequency", ""), "dct:Frequency")
    sheet.typed(subject, "dcat:temporalResolution", metadata.get("temporal_resolution", ""), "xsd:duration")
    sheet.typed(subject, "dcat:spatialResolutionInMeters", metadata.get("spatial_resolution", ""), "xsd:decimal")
    if period := metadata.get("temporal"):
        found = node(f"{record['uri']}#period")
        sheet.add(subject, "dct:temporal", found)
        sheet.a(found, "dct:PeriodOfTime")
        sheet.moment(found, "dcat:startDate", period[0] or "")
        sheet.moment(found, "dcat:endDate", period[1] or "")
    sheet.concepts(subject, "dct:spatial", metadata.get("spatial", ()), "dct:Location")
    if metadata.get("bbox") or metadata.get("spatial_label"):
        found = node(f"{record['uri']}#area")
        sheet.add(subject, "dct:spatial", found)
        sheet.a(found, "dct:Location")
        sheet.text(found, "skos:prefLabel", metadata.get("spatial_label", ""))
        sheet.typed(found, "dcat:bbox", _wkt(metadata.get("bbox")), "geo:wktLiteral")


def _origin(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    basis = metadata.get("legal_basis", "")
    told = (metadata.get("provenance", ""), f"Wettelijke grondslag: {basis}" if basis else "")
    for number, statement in enumerate(filter(None, told), 1):
        found = node(f"{record['uri']}#provenance-{number}")
        sheet.add(subject, "dct:provenance", found)
        sheet.a(found, "dct:ProvenanceStatement")
        sheet.text(found, "rdfs:label", statement)
    if metadata.get("quality_notes"):
        found = node(f"{record['uri']}#quality")
        sheet.add(subject, "dqv:hasQualityAnnotation", found)
        sheet.a(found, "dqv:QualityAnnotation")
        sheet.text(found, "rdfs:comment", metadata["quality_notes"])
    # Not dct:source and dcat:hasVersion: those promise a full description of a dataset that is not ours.
    sheet.links(subject, "prov:wasDerivedFrom", metadata.get("sources", ()))
    sheet.links(subject, "dct:hasVersion", metadata.get("has_versions", ()))
    sheet.links(subject, "dct:isReferencedBy", metadata.get("is_referenced_by", ()), "rdfs:Resource")
    sheet.links(subject, "dct:relation", metadata.get("related", ()), "rdfs:Resource")
    _series(sheet, subject, metadata)


def _series(sheet: Sheet, subject: NamedNode, metadata: dict[str, Any]) -> None:
    uri = metadata.get("series", "")
    if not uri:
        return
    sheet.link(subject, "dcat:inSeries", uri, "dcat:DatasetSeries")
    if sheet.first(uri, "series"):
        title = metadata.get("series_title") or uri
        sheet.text(node(uri), "dct:title", title)
        sheet.text(node(uri), "dct:description", title)
        _law(sheet, node(uri), {key: metadata.get(key, ()) for key in ("applicable_legislation", "hvd_categories")})


def _life(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    """Status, version and moments; a withdrawn dataset says why."""
    release, withdrawal = record.get("release"), record.get("withdrawal")
    availability = record.get("availability") or ("beschikbaar" if release else "")
    notice = record.get("notice") or {}
    status = DEPRECATED if notice.get("ends_on") else STATUS.get(availability, "")
    sheet.concept(subject, "adms:status", WITHDRAWN if record["status"] == "withdrawn" else status)
    sheet.moment(subject, "dct:issued", record["issued_at"])
    sheet.moment(subject, "dct:modified", record["changed_at"])
    if availability == "gepland":
        sheet.moment(subject, "dct:available", metadata.get("planned_date", ""))
    version = metadata.get("version_label") or (str(release["number"]) if release else "")
    sheet.plain(subject, "dcat:version", version)
    sheet.text(subject, "adms:versionNotes", metadata.get("version_notes", "") or (release or {}).get("notes", ""))
    if correction := notice.get("correction"):
        sheet.text(subject, "adms:versionNotes", f"Rectificatie: {correction}")
    if ends_on := notice.get("ends_on"):
        sheet.text(subject, "adms:versionNotes", f"Deze dataset verdwijnt op {ends_on}.")
    if withdrawal:
        day = withdrawal["withdrawn_at"][:10]
        sheet.text(subject, "adms:versionNotes", f"Ingetrokken op {day}: {withdrawal['reason']}")
    sheet.links(subject, "dct:hasVersion", [item["uri"] for item in record.get("releases", [])])


def _record(sheet: Sheet, subject: NamedNode, record: PublicRecord, metadata: dict[str, Any]) -> None:
    """The catalogue record: what we say about our own description."""
    found = node(record["document"])
    sheet.a(found, "dcat:CatalogRecord")
    sheet.add(found, "foaf:primaryTopic", subject)
    sheet.text(found, "dct:title", metadata.get("title", ""))
    sheet.moment(found, "dct:issued", record["issued_at"])
    sheet.moment(found, "dct:modified", record["changed_at"])
    sheet.concept(found, "dct:language", DUTCH, "dct:LinguisticSystem")
    sheet.link(found, "dct:conformsTo", PROFILE, "dct:Standard")


def _wkt(bbox: list[float] | None) -> str:
    if not bbox:
        return ""
    west, south, east, north = bbox
    return f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
