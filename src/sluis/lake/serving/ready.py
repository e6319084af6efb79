"""The structures of one table, opened: rows by number, and the conditions that can be judged with them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from sluis.lake.rows.types import Column
from sluis.lake.serving import cube, rest, vectors
from sluis.lake.serving.container import Array, Opened
from sluis.lake.serving.cube import Cube
from sluis.lake.serving.orders import Order, These
from sluis.lake.serving.rest import Rest
from sluis.lake.serving.vectors import Vector
from sluis.lake.serving.words import Words


class Test(Protocol):
    """A condition: in which chunks a row may meet it (None: any), and which rows of a chunk do."""

    def chunks(self) -> Any: ...

    def mask(self, chunk: int) -> Array: ...


class Judged(Protocol):
    """What conditions are judged on."""

    @property
    def vectors(self) -> Mapping[str, Vector]: ...

    @property
    def words(self) -> Mapping[str, Words]: ...

    def equal(self, name: str, value: Any) -> Test | None: ...


class Ready:
    """`files` by name: "vectors", "rest", "cube", "order:<column>", "words:<column>"; any may lack but the vectors.

    Safe for threads: nothing changes after it was made. Raises ValueError, KeyError or OSError for a file that is none.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        file = Opened(files[vectors.FILE])
        self.rows: int = file.told["rows"]
        self.vectors: Mapping[str, Vector] = vectors.opened(file)
        self.rest = Rest(Opened(files[rest.FILE])) if rest.FILE in files else None
        self.cube = Cube(Opened(files[cube.FILE])) if cube.FILE in files else None
        self._orders = {name: Order(Opened(path)) for name, path in _of("order", files)}
        self.words = {name: Words(Opened(path)) for name, path in _of("words", files)}

    @property
    def together(self) -> int:
        """So many rows are read at a time: fewer when they are long."""
        return 8 * self.rest.size if self.rest else 1024

    def shows(self, columns: Sequence[Column]) -> bool:
        """Can whole rows of these columns be given?"""
        kept = set(self.rest.names) if self.rest else set()
        return all(c.name in self.vectors or c.name in kept for c in columns)

    def lines(self, rows: Sequence[int], columns: Sequence[Column]) -> list[tuple[Any, ...]]:
        """The cells of these rows in the order of the columns; geometry as WKB."""
        return list(zip(*self._cells(rows, columns, Vector.values, Rest.values), strict=True))

    def written(self, rows: Sequence[int], columns: Sequence[Column]) -> list[Sequence[Any]]:
        """Per column the cells of these rows as JSON (see `rows.wire`); geometry still as WKB."""
        return self._cells(rows, columns, Vector.written, Rest.written)

    def _cells(
        self,
        rows: Sequence[int],
        columns: Sequence[Column],
        of_vector: Callable[[Vector, Array], Sequence[Any]],
        of_rest: Callable[[Rest, Sequence[int]], dict[str, Sequence[Any]]],
    ) -> list[Sequence[Any]]:
        chosen = np.asarray(rows, np.int64)
        kept = of_rest(self.rest, rows) if self.rest and any(c.name in self.rest.names for c in columns) else {}
        return [kept[c.name] if c.name in kept else of_vector(self.vectors[c.name], chosen) for c in columns]

    def equal(self, name: str, value: Any) -> These | None:
        """The rows with this value, when there is a list in the order of this column."""
        order = self._orders.get(name)
        vector = self.vectors.get(name)
        if order is None:
            return None
        if vector is None:
            kept = self.rest
            return order.equal(value, kept.cells(name)) if kept else None
        code = vector.code(value)
        codes = vector.codes
        return These(order.rows[:0]) if code is None else order.equal(code, lambda row: int(codes[row]))


def _of(kind: str, files: Mapping[str, Path]) -> list[tuple[str, Path]]:
    return [(name.partition(":")[2], path) for name, path in files.items() if name.partition(":")[0] == kind]
