"""Names of classes and properties, made once."""

from functools import lru_cache

from pyoxigraph import NamedNode

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@lru_cache(maxsize=4096)
def term(short: str) -> NamedNode:
    """`term("dct:title")`; KeyError for a prefix we do not have."""
    prefix, _, name = short.partition(":")
    return NamedNode(PREFIXES[prefix] + name)


@lru_cache(maxsize=65536)
def node(uri: str) -> NamedNode:
    """A node for an address that comes back often. Raises ValueError when it is no address."""
    return NamedNode(uri)


EU = "http://publications.europa.eu/resource/authority/"
ACCESS = {
    "open": EU + "access-right/PUBLIC",
    "restricted": EU + "access-right/RESTRICTED",
    "closed": EU + "access-right/NON_PUBLIC",
}
STATUS = {
    "in_onderzoek": EU + "dataset-status/DEVELOP",
    "gepland": EU + "dataset-status/DEVELOP",
    "beschikbaar": EU + "dataset-status/COMPLETED",
    "niet_beschikbaar": EU + "dataset-status/DISCONT",
}
DEPRECATED = EU + "dataset-status/DEPRECATED"
WITHDRAWN = EU + "dataset-status/WITHDRAWN"
DUTCH = EU + "language/NLD"
PROFILE = "https://docs.geostandaarden.nl/dcat/dcat-ap-nl30/"
"""DCAT-AP-NL 3.0, the profile our catalogue records conform to."""
