"""Frozen shapes of a question and its answer. No Django: the child uses these too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sluis.lake.rows.types import Column

MOST_ROWS = 1_000_000
MOST_MB = 200


@dataclass(frozen=True, slots=True)
class Offered:
    """A table that a question may use: its name in SQL, what it is, and its Parquet files by their hash.

    `title` and `url` are for the list beside the question.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    parts: tuple[str, ...]
    rows: int = 0

    def to_json(self, paths: Sequence[str]) -> dict[str, Any]:
        """For the child, which gets the files at these paths."""
        return {
            "name": self.name,
            "paths": list(paths),
            "columns": [{"name": c.name, "type": c.type, "crs": c.crs} for c in self.columns],
        }


@dataclass(frozen=True, slots=True)
class Budget:
    """`name` is part of what makes two questions equal; `seconds` of elapsed time, `memory_mb` of the engine.

    `last_place`: whether it may take the last of the places for questions at the same time.
    """

    name: str
    seconds: float
    memory_mb: int
    last_place: bool
    most_waiting: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`path` is the Parquet file with the rows, `columns` as the row reader takes them; `tables` are those used."""

    key: str
    path: str
    columns: tuple[Column, ...]
    rows: int
    truncated: bool
    seconds: float
    tables: tuple[str, ...]

    @classmethod
    def from_json(cls, key: str, path: str, about: Mapping[str, Any]) -> "Answer":
        return cls(
            key=key,
            path=path,
            columns=tuple(Column.of(shape) for shape in about["columns"]),
            rows=int(about["rows"]),
            truncated=bool(about["truncated"]),
            seconds=float(about["seconds"]),
            tables=tuple(about["tables"]),
        )


@dataclass(frozen=True, slots=True)
class Busy:
    """Not ready yet: `place` is 0 while it runs, otherwise its place in the row of those who wait."""

    key: str
    seconds: float
    budget: float
    place: int = 0
