"""Column names that are safe in SQL, in JSON and in a URL, made from the headers as people write them."""

from collections.abc import Iterable, Sequence

from sluis.kernel.ids import slugify

LONGEST = 60
GEOMETRY = "geometry"
GEOMETRY_BOX = "geometry_bbox"
_RESERVED = frozenset({GEOMETRY, GEOMETRY_BOX})
# DuckDB calls the number of a row and of its file so, and reads no Parquet file that has a column of that name.
_NUMBERS = frozenset({"file_row_number", "file_index"})


def safe_names(titles: Sequence[str], *, reserved: Iterable[str] = _RESERVED) -> list[str]:
    """One identifier `[a-z][a-z0-9_]*` per title, in order, unique, at most 60 characters and never a reserved one.

    A title without letters or digits becomes `kolom_<n>`; a repeated one gets `_2`, `_3`.
    """
    taken = {*_NUMBERS, *reserved}
    names: list[str] = []
    for number, title in enumerate(titles, start=1):
        names.append(_unique(_identifier(title, number), taken))
        taken.add(names[-1])
    return names


def _identifier(title: str, number: int) -> str:
    words = slugify(title, limit=LONGEST).replace("-", "_")
    if not words:
        return f"kolom_{number}"
    return words if words[0].isalpha() else f"k_{words}"[:LONGEST]


def _unique(name: str, taken: set[str]) -> str:
    candidate, suffix = name, 2
    while candidate in taken:
        candidate = f"{name[: LONGEST - 6]}_{suffix}"
        suffix += 1
    return candidate
