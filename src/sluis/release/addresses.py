"""Public addresses. Identifiers never change; what they lead to is made by portal and API on these same paths.

The projection stores paths without the address of the installation ('/id/dataset/…'); `completed` and `absolute` put it
before them when somebody reads. So a site that moves, or starts on another port, is right at once, and no hash of a
decision or release depends on where the site stands.
"""

from typing import Any

from django.conf import settings

# The names under which a public document (register.types.PublicRecord) holds addresses of our own.
_OURS = frozenset(
    {"uri", "page", "document", "url", "access_url", "endpoint_url", "description_url", "documentation_url"}
)
_NOT_OURS = frozenset({"metadata", "withdrawal"})


def base() -> str:
    return settings.SLUIS.url


def absolute(path: str) -> str:
    """One of our paths as an address of this installation."""
    return base() + path if path.startswith("/") else path


def completed(document: dict[str, Any], address: str = "") -> dict[str, Any]:
    """A stored document with `address`, or that of this installation, before our paths; what people wrote stays."""
    return _completed(document, address or base())


def identifier(slug: str) -> str:
    return f"/id/dataset/{slug}"


def release_identifier(slug: str, number: int) -> str:
    return f"{identifier(slug)}/releases/{number}"


def page(slug: str) -> str:
    return f"/datasets/{slug}"


def document(slug: str) -> str:
    return f"/doc/dataset/{slug}"


def api(slug: str) -> str:
    return f"/api/v1/datasets/{slug}"


def download(slug: str, number: int, file_format: str) -> str:
    """The path of one file of one release: its bytes never change."""
    return f"{api(slug)}/releases/{number}/download/{file_format}"


def _completed(part: dict[str, Any], start: str) -> dict[str, Any]:
    return {name: value if name in _NOT_OURS else _value(name, value, start) for name, value in part.items()}


def _value(name: str, value: Any, start: str) -> Any:
    match value:
        case str() if name in _OURS and value.startswith("/"):
            return start + value
        case dict():
            return _completed(value, start)
        case list():
            return [_value(name, item, start) for item in value]
        case _:
            return value
