"""Groups from structures: out of the cube when it knows all columns, else out of the rows that a condition leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import prod
from typing import Any

import numpy as np

from sluis.lake.rows.types import Column, Selection
from sluis.lake.serving.container import Array
from sluis.lake.serving.cube import Cube, halves, measures, total
from sluis.lake.serving.finding import matches
from sluis.lake.serving.frames import Frame
from sluis.lake.serving.judging import tests_of
from sluis.lake.serving.ready import Ready
from sluis.lake.serving.vectors import Vector
from sluis.lake.serving.words import Words

_MOST_CELLS = 1 << 20
_MOST_ROWS = 1_500_000

type Lines = list[tuple[Any, ...]]


@dataclass(frozen=True)
class _Table:
    """Per cell of `shape`: rows, and per measure the cells with a value and the halves of their sum."""

    shape: tuple[int, ...]
    counts: Array
    sums: Sequence[tuple[Array, Array, Array]]


def lines(
    ready: Ready,
    columns: Sequence[Column],
    by: Sequence[Column],
    measured: Sequence[Column],
    selection: Selection,
    most: int,
) -> Lines | None:
    """As `duck_sql.groups_of` gives them, at most `most`; None: ask DuckDB."""
    sides = [ready.vectors[c.name] for c in by if c.name in ready.vectors]
    addable = {vector.name: vector for vector in measures(list(ready.vectors.values()))}
    added = [addable[c.name] for c in measured if c.name in addable]
    if len(sides) < len(by) or len(added) < len(measured):
        return None
    table = _of_cube(ready, columns, sides, added, selection) or _of_rows(ready, columns, sides, added, selection)
    return None if table is None else _lines(table, sides, added, most)


@dataclass(frozen=True)
class _Sides:
    """The sides of a cube as if each were a table with one row per code: a test says which codes meet it."""

    vectors: Mapping[str, Vector]
    words: Mapping[str, Words] = field(default_factory=dict[str, Words])

    def equal(self, name: str, value: Any) -> None:
        return None


def _of_cube(
    ready: Ready, columns: Sequence[Column], by: Sequence[Vector], added: Sequence[Vector], selection: Selection
) -> _Table | None:
    cube = ready.cube
    if cube is None or selection.search or not {v.name for v in by} <= set(cube.names):
        return None
    held = {
        name: replace(ready.vectors[name], codes=np.arange(size, dtype=ready.vectors[name].codes.dtype), rising=False)
        for name, size in zip(cube.names, cube.shape, strict=True)
    }
    keep = [np.ones(size, bool) for size in cube.shape]
    for condition in selection.conditions:
        name = getattr(condition, "column", "")
        tests = tests_of(Selection((condition,)), columns, _Sides(held)) if name in held else None
        if tests is None:
            return None
        place = cube.names.index(name)
        keep[place] &= tests[0].mask(0) if tests[0].chunks() != () else False
    if {v.name for v in added} - set(cube.measures):
        return None
    return _folded(cube, keep, [cube.names.index(v.name) for v in by], added)


def _folded(cube: Cube, keep: Sequence[Array], by: Sequence[int], added: Sequence[Vector]) -> _Table:
    """What is kept, added up over all sides but those of `by`, in their order."""
    others = tuple(place for place in range(len(cube.shape)) if place not in by)
    kept = sorted(by)
    chosen = np.ix_(*(np.flatnonzero(mask) for mask in keep))
    shape = tuple(cube.shape[place] for place in by)

    def fold(full: Array) -> Array:
        summed = full[chosen].sum(axis=others)
        whole = np.zeros([cube.shape[place] for place in kept], full.dtype)
        whole[np.ix_(*(np.flatnonzero(keep[place]) for place in kept))] = summed
        return whole.transpose([kept.index(place) for place in by]).reshape(-1)

    def three(name: str) -> tuple[Array, Array, Array]:
        filled, low, high = cube.of(name)
        return fold(filled), fold(low), fold(high)

    return _Table(shape, fold(cube.counts), [three(vector.name) for vector in added])


def _of_rows(
    ready: Ready, columns: Sequence[Column], by: Sequence[Vector], added: Sequence[Vector], selection: Selection
) -> _Table | None:
    shape = tuple(vector.top + 2 for vector in by)
    size = prod(shape)
    tests = tests_of(selection, columns, ready)
    if not tests or size > _MOST_CELLS:
        return None
    rows = matches(ready, tests, _MOST_ROWS)
    if rows is None:
        return None
    cell = np.ravel_multi_index([vector.codes[rows].astype(np.intp) for vector in by], shape)

    def three(vector: Vector) -> tuple[Array, Array, Array]:
        codes = vector.codes[rows]
        filled = codes <= vector.top
        low, high = halves(codes, filled)
        return np.bincount(cell, filled, size), np.bincount(cell, low, size), np.bincount(cell, high, size)

    return _Table(shape, np.bincount(cell, minlength=size), [three(vector) for vector in added])


def _lines(table: _Table, by: Sequence[Vector], added: Sequence[Vector], most: int) -> Lines:
    cells = np.flatnonzero(table.counts)
    order = np.lexsort((cells, -table.counts[cells]))[:most]
    cells = cells[order]
    codes = np.unravel_index(cells, table.shape)
    values = [[_value(v, c) for c in side.tolist()] for v, side in zip(by, codes, strict=True)]
    sums = [_sums(v, *(part[cells] for part in parts)) for v, parts in zip(added, table.sums, strict=True)]
    flat = [column for pair in sums for column in pair]
    return list(zip(*values, table.counts[cells].tolist(), *flat, strict=True))


def _value(vector: Vector, code: int) -> Any:
    return vector.meaning.value(code) if code <= vector.top else None


def _sums(vector: Vector, filled: Array, low: Array, high: Array) -> tuple[list[Any], list[int]]:
    frame = vector.meaning
    counts = [int(count) for count in filled.tolist()]
    if not isinstance(frame, Frame):
        return [None] * len(counts), counts
    numbers = zip(counts, low.tolist(), high.tolist(), strict=True)
    exact = [total(frame, count, a, b) if count else None for count, a, b in numbers]
    if frame.type == "decimal":
        exact = [None if one is None else Decimal(one).scaleb(-frame.decimals) for one in exact]
    return exact, counts
