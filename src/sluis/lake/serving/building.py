"""The door for the sandbox: one structure of a table, made from its Parquet file and from the vectors."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sluis.lake.serving import build_cube, build_order, build_rest, build_vectors, build_words

type Progress = Callable[[float, str], None]
_BUILDERS: dict[str, Callable[[Mapping[str, Any], Path, Progress], dict[str, Any] | None]] = {
    "vectors": build_vectors.build,
    "rest": build_rest.build,
    "cube": build_cube.build,
    "order": build_order.build,
    "words": build_words.build,
}


def build(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Make `request["name"]` ("order:zaaknummer") and return {"path", "told"}; {} when it is of no use here.

    request: source (Parquet file), out (folder), name, columns (name, type), rows, and for all but the vectors:
    vectors (file).
    """
    kind, _, column = str(request["name"]).partition(":")
    path = Path(request["out"]) / "made"
    told = _BUILDERS[kind]({**request, "column": column}, path, progress)
    return {} if told is None else {"path": str(path), "told": told}
