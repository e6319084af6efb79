"""Public records as DCAT-AP-NL 3.0: `dataset_triples`, then `serialise`; a feed through `ready`; `schema_org`."""

from sluis.register.dcat.catalogue import dataset_triples, head_triples, members
from sluis.register.dcat.context import context
from sluis.register.dcat.dataset import openness
from sluis.register.dcat.schema_org import schema_org
from sluis.register.dcat.serialise import JSON_LD, MEDIA_TYPES, serialise

__all__ = [
    "JSON_LD",
    "MEDIA_TYPES",
    "context",
    "dataset_triples",
    "head_triples",
    "members",
    "openness",
    "schema_org",
    "serialise",
]
