"""Adds up the cube, chunk by chunk."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from sluis.lake.serving.container import Opened, Writer
from sluis.lake.serving.cube import halves, measures, sides
from sluis.lake.serving.vectors import opened

_STRETCH = 1 << 20


def build(request: Mapping[str, Any], path: Path, progress: Any) -> dict[str, Any] | None:
    vectors = list(opened(Opened(Path(request["vectors"]))).values())
    by, added = sides(vectors), measures(vectors)
    if not by:
        return None
    shape = [vector.top + 2 for vector in by]
    size, rows = prod(shape), int(request["rows"])
    counts = np.zeros(size, np.int64)
    sums = np.zeros((len(added), 3, size))
    for first in range(0, rows, _STRETCH):
        part = slice(first, first + _STRETCH)
        cell = np.ravel_multi_index([vector.codes[part].astype(np.intp) for vector in by], shape)
        counts += np.bincount(cell, minlength=size)
        for number, vector in enumerate(added):
            filled = vector.codes[part] <= vector.top
            for place, weights in enumerate((filled, *halves(vector.codes[part], filled))):
                sums[number, place] += np.bincount(cell, weights, size)
        progress(min(1.0, (first + _STRETCH) / max(1, rows)), "cube")
    with Writer(path) as out:
        out.add("counts", [counts], np.int64)
        for number in range(len(added)):
            for place, name in enumerate(("filled", "low", "high")):
                out.add(f"{name}-{number}", [sums[number, place]], np.float64)
        told = {"names": [v.name for v in by], "shape": shape, "measures": [v.name for v in added]}
        out.close(told)
    return told
