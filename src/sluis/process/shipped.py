"""Where the processes and policies that come with Sluis stand."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def shipped(kind: Literal["processes", "policies"]) -> Path:
    """The folder with the files of this kind: inside the package when installed from a wheel, else in the checkout."""
    packaged = _PACKAGE / kind
    return packaged if packaged.is_dir() else _CHECKOUT / kind
