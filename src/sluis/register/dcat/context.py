"""Our JSON-LD context: short names for the properties we use, so that the JSON reads like JSON.

Served at `/catalog-context.jsonld` by the API and put inside every document, so that nothing has to be fetched.
"""

from typing import Any

from sluis.register.dcat.terms import PREFIXES

_LINKS = """
    adms:identifier adms:status dcat:accessService dcat:accessURL dcat:compressFormat dcat:contactPoint dcat:dataset
    dcat:distribution dcat:downloadURL dcat:endpointDescription dcat:endpointURL dcat:inSeries dcat:landingPage
    dcat:mediaType dcat:packageFormat dcat:record dcat:servesDataset dcat:service dcat:theme dcat:themeTaxonomy
    dcatap:applicableLegislation dcatap:availability dcatap:hvdCategory dct:accessRights dct:accrualPeriodicity
    dct:conformsTo dct:creator dct:format dct:hasVersion dct:isReferencedBy dct:language dct:license dct:provenance
    dct:publisher dct:relation dct:rights dct:spatial dct:temporal dct:type dqv:hasQualityAnnotation foaf:homepage
    foaf:page foaf:primaryTopic hydra:first hydra:firstPage hydra:last hydra:lastPage hydra:next hydra:nextPage
    hydra:previous hydra:previousPage hydra:view prov:wasDerivedFrom skos:exactMatch skos:inScheme spdx:algorithm
    spdx:checksum vcard:hasEmail vcard:hasTelephone vcard:hasURL
"""
_TYPED = {
    "dcat:bbox": "geo:wktLiteral",
    "dcat:byteSize": "xsd:nonNegativeInteger",
    "dcat:spatialResolutionInMeters": "xsd:decimal",
    "dcat:temporalResolution": "xsd:duration",
    "spdx:checksumValue": "xsd:hexBinary",
}

LINKS = frozenset(PREFIXES[name.split(":")[0]] + name.split(":")[1] for name in _LINKS.split())
TYPED = {
    PREFIXES[name.split(":")[0]] + name.split(":")[1]: PREFIXES[kind.split(":")[0]] + kind.split(":")[1]
    for name, kind in _TYPED.items()
}


def context() -> dict[str, Any]:
    """The context as a JSON object."""
    links = {name: {"@type": "@id"} for name in _LINKS.split()}
    return PREFIXES | links | {name: {"@type": kind} for name, kind in _TYPED.items()}
