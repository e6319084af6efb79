"""The addresses of version 1: the operations of django-ninja, dressed as all our answers."""

from django.urls import URLPattern

from sluis.api.answering import open_to_all
from sluis.api.v1 import openapi  # noqa: F401 - loads the operations  # pyright: ignore[reportUnusedImport]
from sluis.api.v1.app import VERSION, api

# Ready files cost us little: they wait for a place instead of a token.
UNMETERED = ("download_release_file", "download_current_file")


def patterns() -> list[URLPattern]:
    """Every operation as a URL pattern with its name."""
    made, *_ = api.urls
    own = [pattern for pattern in made if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in own:
        pattern.callback = open_to_all(pattern.callback, version=VERSION, metered=pattern.name not in UNMETERED)
    return own
