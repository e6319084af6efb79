"""How big, how often, and where."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scale:
    """`rows` of the table, `large` of the largest one, `datasets` in the catalogue.

    `rounds` of a long measurement, `asks` of a short one; `refreshes` are sources that are due at once.
    """

    data: Path
    rows: int = 5_000_000
    large: int = 100_000_000
    datasets: int = 100_000
    rounds: int = 1
    asks: int = 60
    refreshes: int = 250

    @classmethod
    def small(cls, data: Path) -> "Scale":
        """Minutes become seconds; the ratios of a small table say less."""
        return cls(data, rows=200_000, large=1_000_000, datasets=3_000, rounds=1, asks=20, refreshes=20)

    @property
    def province(self) -> Path:
        """Data folder with one published table."""
        return self.data / "province"

    @property
    def big(self) -> Path:
        """Data folder with one very large table."""
        return self.data / "big"

    @property
    def catalogue(self) -> Path:
        """Data folder with many datasets."""
        return self.data / "catalogue"
