"""Which connectors there are: every package beside this file that has a `CONNECTOR`."""

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake import connectors
from sluis.lake.connectors.base import Connector


def connector(name: str) -> Connector:
    """The connector of this name; raises NotFound."""
    found = everything().get(name)
    if found is None:
        raise NotFound(
            "source.connector",
            N_("De koppeling '{name}' bestaat niet."),
            way_out=N_("Kies uit: {known}."),
            name=name[:40],
            known=", ".join(everything()),
        )
    return found


OF_EVERY_SOURCE = ("title", "mode", "key", "every", "count", "at", "attempts", "action")
"""What stands in the same form as the fields of a connector."""


@cache
def everything() -> dict[str, Connector]:
    """All connectors by name, in order of name."""
    packages = [found.name for found in pkgutil.iter_modules(connectors.__path__) if found.ispkg]
    return gathered(import_module(f"{connectors.__name__}.{name}").CONNECTOR for name in sorted(packages))


def gathered(found: Iterable[Connector]) -> dict[str, Connector]:
    """By name; ValueError for a name or field that is taken: a mistake of the programmer."""
    known: dict[str, Connector] = {}
    for item in found:
        names = [*OF_EVERY_SOURCE, *(field.name for field in item.fields)]
        if item.name in known or len(names) != len(set(names)):
            raise ValueError(f"connector {item.name}: its name or one of its fields is taken")
        known[item.name] = item
    return dict(sorted(known.items()))
