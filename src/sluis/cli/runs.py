"""Runs of sources and transformations as they are told at the terminal."""

from collections.abc import Mapping
from typing import Any

from sluis.cli.language import _
from sluis.cli.terminal import moment
from sluis.kernel.errors import from_wire


def failure_of(wire: Mapping[str, Any] | None) -> str | None:
    """With what is wrong where: the way out often stands there, such as the layers to choose from."""
    if not wire:
        return None
    error = from_wire(wire)
    return " ".join([error.detail(_), *(fault.text(_) for fault in error.faults)])


def told(runs: list[dict[str, Any]]) -> list[str]:
    """The runs as lines for people, each with its log."""
    lines: list[str] = []
    for run in runs:
        lines += [f"{moment(run['created_at'])} {run['state']}", *(f"  {line}" for line in run["log"])]
        lines += [f"  ! {run['failure']}"] if run["failure"] else []
    return lines
