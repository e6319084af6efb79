"""Where connectors may go: what the operator opened, and the public internet."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sluis.foundation.egress import EgressPolicy
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_


def policy() -> EgressPolicy:
    """For every connection of a connector: private addresses only when the operator listed them."""
    return EgressPolicy.of(_ours().connect_allow)


@contextmanager
def folder(path: str) -> Generator[int]:
    """Open a folder below one of SLUIS_FOLDERS; gives its file descriptor.

    A relative path is looked for below each of them. Raises Invalid when it is not there or lies outside, also by way
    of a symbolic link.
    """
    roots = [Path(root).resolve() for root in _ours().folders]
    for wanted in (root / path for root in roots):  # an absolute path replaces the root
        place = wanted.resolve()
        if any(place.is_relative_to(root) for root in roots) and place.is_dir():
            opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            real = path_of(opened)  # what was opened, whatever changed meanwhile
            if any(real.is_relative_to(root) for root in roots) and not real.is_relative_to(_own()):
                try:
                    yield opened
                    return
                finally:
                    os.close(opened)
            os.close(opened)
    raise Invalid(
        "source.folder",
        N_("De map {folder} is er niet, of valt buiten de mappen die de beheerder heeft opengesteld."),
        way_out=N_("Controleer de naam, of vraag de beheerder de map in SLUIS_FOLDERS te zetten."),
        folder=path,
    )


def file_in(opened: int, name: str) -> int:
    """Open a regular file of that folder itself, never through a link; raises Invalid."""
    try:
        found = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=opened)
    except OSError as error:
        raise unreadable(name) from error
    if not os.path.isfile(f"/proc/self/fd/{found}"):  # noqa: PTH113 - a descriptor, not a path
        os.close(found)
        raise unreadable(name)
    return found


def path_of(opened: int) -> Path:
    """Where an open folder really stands."""
    return Path(f"/proc/self/fd/{opened}").readlink()


def unreadable(name: str) -> Invalid:
    return Invalid(
        "source.file",
        N_("Het bestand {file} is niet te lezen."),
        way_out=N_("Controleer de naam en of Sluis het bestand mag lezen. Een snelkoppeling volgt Sluis niet."),
        file=name,
    )


def _own() -> Path:
    return _ours().data.resolve()


def _ours() -> Any:
    from django.conf import settings  # not above: what reads SQLite in the sandbox loads this, and has no Django

    return settings.SLUIS
