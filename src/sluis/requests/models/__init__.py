"""Tables of data requests, and of who follows a dataset."""

from sluis.requests.models.follower import Follower, Tiding
from sluis.requests.models.letter import Letter
from sluis.requests.models.request import DataRequest

__all__ = ["DataRequest", "Follower", "Letter", "Tiding"]
