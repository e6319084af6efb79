"""The shape of a part as the database keeps it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One immutable Parquet blob with rows of a table; `size` in bytes."""

    sha256: str
    size: int
    rows: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> "Part":
        return cls(shape["sha256"], shape["size"], shape["rows"])


def around(boxes: Sequence[Sequence[float]]) -> list[float]:
    """The box around boxes of the same number of sides: the least of the first half, the most of the second."""
    half = len(boxes[0]) // 2
    return [*(min(box[n] for box in boxes) for n in range(half)),
            *(max(box[half + n] for box in boxes) for n in range(half))]  # fmt: skip


def what_of(columns: Iterable[str]) -> str:
    """The column in the file of a difference that says whether a row was added, removed or changed."""
    return "_verschil" if "verschil" in columns else "verschil"
