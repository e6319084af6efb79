"""The files of a table, made in the sandbox here, or with an engine in those there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sluis.foundation import sandbox
from sluis.lake.engines.orders import elsewhere
from sluis.lake.engines.slices import sliced
from sluis.lake.engines.whole import run_slices, run_whole
from sluis.lake.export.joining import JOINED, joined

_EXPORT = "sluis.lake.export.entry:export"


def exported(
    request: Mapping[str, Any], source: Path, folder: Path, told: Callable[[float, str], None]
) -> dict[str, Path]:
    """Each format of the request (as of `entry.export`) as a file in the empty `folder`.

    The bytes are the same wherever they are made. Raises what `run_whole` raises.
    """
    made: dict[str, Path] = {}
    cut = [name for name in request["formats"] if name in JOINED] if _is_cut(source) else []
    if cut:
        answers = run_slices(_EXPORT, {**request, "formats": cut}, table=source, writes=folder, told=told)
        for name in cut:
            parts = [sandbox.made_file(place, answer[name]["path"]) for place, answer in answers]
            made[name] = joined(parts, name, folder / parts[0].name)
    if rest := [name for name in request["formats"] if name not in cut]:
        answer = run_whole(_EXPORT, {**request, "formats": rest}, reads=[source], writes=folder, told=told)
        made |= {name: sandbox.made_file(folder, answer[name]["path"]) for name in rest}
    return made


def _is_cut(source: Path) -> bool:
    """Is it made elsewhere, in more than one slice?"""
    return elsewhere([source]) and len(sliced([source])) > 1
