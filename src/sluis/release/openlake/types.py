"""Frozen shapes of the open lake."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

BUCKET = "open-lake"


@dataclass(frozen=True, slots=True)
class Version:
    """A release that stands, with its Parquet file: `size` in bytes."""

    number: int
    published_at: datetime
    sha256: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class OpenTable:
    """An open dataset with its standing releases, from old to new. `namespace` is its organisation."""

    dataset_id: UUID
    slug: str
    namespace: str
    title: str
    versions: tuple[Version, ...]

    @property
    def location(self) -> str:
        """No host name: files of before stay right when the site gets another address."""
        return f"s3://{BUCKET}/{self.slug}"

    def data(self, version: Version) -> str:
        return f"{self.location}/{version.number}/{self.slug}.parquet"
