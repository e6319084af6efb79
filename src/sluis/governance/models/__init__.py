"""Tables of the governance room."""

from sluis.governance.models.processing import Processing

__all__ = ["Processing"]
