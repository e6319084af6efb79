"""A connector of rows over HTTP: it brings all there is, or the first rows for a sample."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault
from sluis.lake.connectors import asking
from sluis.lake.connectors.base import Connector, Fetched, Given, Tell, Unchanged

SAMPLE_ROWS = 100


class Web(Connector):
    """Has a field `url` and those of `asking`."""

    modes = ("replace", "append", "upsert")

    def faults(self, config: Mapping[str, Any], mode: str) -> Sequence[Fault]:
        return asking.faults(config)

    @abstractmethod
    def brought(self, given: Given, into: Path, tell: Tell, most: int | None) -> Fetched:
        """One file with all rows, or with `most` at least where there are so many."""

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        return self.brought(given, into, tell, None)

    def sample(self, given: Given, into: Path, tell: Tell) -> Fetched:
        return self.brought(given, into, tell, SAMPLE_ROWS)
