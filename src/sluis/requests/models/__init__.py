"""Tables of data requests."""

from sluis.requests.models.letter import Letter
from sluis.requests.models.request import DataRequest

__all__ = ["DataRequest", "Letter"]
