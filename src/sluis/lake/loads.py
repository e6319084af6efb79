"""How a load meets its table, what it is put on, and what became of it: shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluis.foundation.service import BlobRef
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_
from sluis.lake.models import TableVersion
from sluis.lake.parts.shape import Part
from sluis.lake.types import IngestReport


@dataclass(frozen=True, slots=True)
class How:
    """How a load meets its table: as `TableVersion.mode` says, by the columns of `key` when it is an upsert."""

    mode: str = TableVersion.Mode.REPLACE.value
    key: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in TableVersion.Mode.values:
            raise Invalid("table.mode", N_("De werkwijze {mode} bestaat niet."), mode=self.mode[:40])
        if bool(self.key) != (self.mode == TableVersion.Mode.UPSERT):
            raise Invalid("table.key-asked", N_("Bijwerken op sleutel vraagt een sleutel; anders hoort er geen bij."))


REPLACING = How()


@dataclass(frozen=True, slots=True)
class Base:
    """The version that a load is put on."""

    number: int
    parts: tuple[Part, ...]
    report: IngestReport
    profile: Mapping[str, Any]

    @classmethod
    def of(cls, row: TableVersion) -> "Base":
        report = IngestReport.from_json(row.report or {})
        return cls(row.number, tuple(Part.from_json(part) for part in row.parts), report, row.profile or {})


@dataclass(frozen=True, slots=True)
class Made:
    """`report` has the ledger of the load and the columns of the table; `change` see `TableVersion`."""

    report: IngestReport
    profile: Mapping[str, Any]
    parts: tuple[Part, ...]
    rejects: BlobRef | None
    change: Mapping[str, Any]

    @property
    def rows_total(self) -> int:
        return sum(part.rows for part in self.parts)
