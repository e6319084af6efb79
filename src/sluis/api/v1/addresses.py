"""Addresses inside this version of the API, absolute."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings

BASE = "/api/v1"


def absolute(path: str, query: Mapping[str, object] | None = None) -> str:
    return f"{settings.SLUIS.url}{BASE}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")


def dataset(slug: str) -> str:
    return absolute(f"/datasets/{slug}")


def release(slug: str, number: int) -> str:
    return absolute(f"/datasets/{slug}/releases/{number}")


def download(slug: str, number: int, form: str) -> str:
    return absolute(f"/datasets/{slug}/releases/{number}/download/{form}")


def rows(slug: str, number: int, form: str) -> str:
    """All rows of one release as a stream; json, csv or ndjson."""
    everything = {"limit": "all"} if form == "json" else {}
    return absolute(f"/datasets/{slug}/rows", {"release": number, "format": form} | everything)


def of_dataset(slug: str, *, has_rows: bool) -> dict[str, str]:
    """Where to go from a dataset; rows and columns only when it has them."""
    names = ("releases", "decision", *(("columns", "rows") if has_rows else ()))
    return {"self": dataset(slug)} | {name: f"{dataset(slug)}/{name}" for name in names}
