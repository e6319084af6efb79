"""Public addresses. Identifiers never change; what they lead to is made by portal and API on these same paths."""

from django.conf import settings


def base() -> str:
    return settings.SLUIS.url


def identifier(slug: str) -> str:
    return f"{base()}/id/dataset/{slug}"


def release_identifier(slug: str, number: int) -> str:
    return f"{identifier(slug)}/releases/{number}"


def page(slug: str) -> str:
    return f"{base()}/datasets/{slug}"


def document(slug: str) -> str:
    return f"{base()}/doc/dataset/{slug}"


def api(slug: str) -> str:
    return f"{base()}/api/v1/datasets/{slug}"


def download(slug: str, number: int, file_format: str) -> str:
    """The address of one file of one release: its bytes never change."""
    return f"{api(slug)}/releases/{number}/download/{file_format}"
