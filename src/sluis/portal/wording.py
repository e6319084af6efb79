"""The words for what stands outside, and those of the lists behind addresses."""

from collections.abc import Iterable

from django.core.cache import caches
from django.utils.translation import get_language

from sluis.kernel.text import N_
from sluis.register import service as register

LABELS_KEPT = 600  # seconds; a list of words changes a few times a year

KINDS = {
    "open": (N_("Open"), "positive"),
    "restricted": (N_("Beperkt"), "warning"),
    "closed": (N_("Gesloten"), "negative"),
    "planned": (N_("Gepland"), "info"),
    "withdrawn": (N_("Ingetrokken"), "negative"),
}
ROLES = {
    "data_owner": N_("data-eigenaar"),
    "data_steward": N_("datasteward"),
    "privacy_officer": N_("privacy officer"),
    "coordinator": N_("open-data-coördinator"),
    "ciso": N_("CISO"),
    "lawyer": N_("jurist"),
    "data_manager": N_("gegevensbeheerder"),
    "administrator": N_("beheerder"),
    "system": N_("Sluis"),
}
FORMATS = {"geojson": "GeoJSON", "gpkg": "GeoPackage", "parquet": "Parquet"}


def label(uri: str) -> str:
    """The word for an address from one of the lists, in the language of the page; '' for no address."""
    return labels((uri,))[0]


def labels(uris: Iterable[str]) -> list[str]:
    """The word for each address; those that were not asked lately in one query."""
    asked, language, cache = list(uris), get_language() or "nl", caches["local"]
    keys = {uri: f"label:{language}:{hash(uri)}" for uri in asked if uri}
    kept = cache.get_many(keys.values())
    if missing := [uri for uri, key in keys.items() if key not in kept]:
        found = register.labels(missing, language)
        fresh = {keys[uri]: found.get(uri, uri) for uri in missing}
        cache.set_many(fresh, LABELS_KEPT)
        kept |= fresh
    return [str(kept[keys[uri]]) if uri else "" for uri in asked]


def format_name(name: str) -> str:
    return FORMATS.get(name.lower(), name.upper())
