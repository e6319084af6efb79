"""The settings of an installation, ready to be put down at another place, without what is secret."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sluis.conf.env import Env, surroundings

HIDDEN = "********"


@dataclass(frozen=True, slots=True)
class Told:
    """One setting, under the name that it has in the environment; `secret`: the value is not told here."""

    name: str
    value: str
    secret: bool = False

    @property
    def line(self) -> str:
        """As a shell, systemd and compose read it; a secret as a remark, for whoever pastes it to fill in."""
        return f"# {self.name}=…" if self.secret else f"{self.name}={shlex.quote(self.value) if self.value else ''}"


def told(env: Env, others: Mapping[str, Told]) -> list[Told]:
    """Everything that was set, by name, but the data folder; `others` take the place of what is set now."""
    environ = surroundings()
    found = {
        one.name: _told(one.name, getattr(env, one.name), environ, secret=one.metadata["secret"])
        for one in fields(env)
        if one.name != "data" and getattr(env, one.name) != one.default
    }
    return [one for _, one in sorted((found | dict(others)).items())]


def in_file(name: str, file: Path) -> Told:
    """A secret that stands in this file."""
    return Told(f"SLUIS_{name.upper()}_FILE", str(file.absolute()))


def _told(name: str, value: Any, environ: Mapping[str, str], *, secret: bool) -> Told:
    full = f"SLUIS_{name.upper()}"
    if not secret:
        return Told(full, ",".join(value) if isinstance(value, tuple) else str(value))
    if full not in environ and f"{full}_FILE" in environ:
        return in_file(name, Path(environ[f"{full}_FILE"]))
    return Told(full, HIDDEN, secret=True)
