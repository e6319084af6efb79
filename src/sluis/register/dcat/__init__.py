"""Public records as DCAT-AP-NL 3.0: `catalogue_triples` or `dataset_triples`, then `serialise`; and `schema_org`."""

from sluis.register.dcat.catalogue import catalogue_triples, dataset_triples
from sluis.register.dcat.context import context
from sluis.register.dcat.dataset import openness
from sluis.register.dcat.schema_org import schema_org
from sluis.register.dcat.serialise import JSON_LD, MEDIA_TYPES, serialise

__all__ = [
    "JSON_LD",
    "MEDIA_TYPES",
    "catalogue_triples",
    "context",
    "dataset_triples",
    "openness",
    "schema_org",
    "serialise",
]
