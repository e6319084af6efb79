"""Loading what somebody needs when they need it: a command that lists people loads no database engine.

    if TYPE_CHECKING:
        from sluis.lake.differing import diff  # what stands behind this door
    else:
        __getattr__ = door(__name__)           # is loaded by who takes it

Who serves for long loads everything before the first visitor comes: `load_all`.
"""

import ast
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import RLock

_doors: dict[str, Callable[[], None]] = {}
_laters: list["Later"] = []


def door(module: str) -> Callable[[str], object]:
    """A `__getattr__` for a module (PEP 562) that loads each name from where its `if TYPE_CHECKING` takes it."""

    @cache
    def places() -> dict[str, tuple[str, str]]:
        return _places(Path(str(sys.modules[module].__file__)))

    def opened(name: str) -> object:
        if name not in places():
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        found = _taken(*places()[name])
        setattr(sys.modules[module], name, found)
        return found

    def wide_open() -> None:
        for name in places():
            opened(name)

    _doors[module] = wide_open
    return opened


def _places(file: Path) -> dict[str, tuple[str, str]]:
    """Name → module, and what it is called there."""
    blocks = (node for node in ast.parse(file.read_bytes()).body if isinstance(node, ast.If))
    taken = [line for block in blocks for line in block.body if isinstance(line, ast.ImportFrom)]
    return {one.asname or one.name: (str(line.module), one.name) for line in taken for one in line.names}


def _taken(module: str, name: str) -> object:
    """As `from module import name` does: what stands in it, else a module inside it."""
    found = import_module(module)
    return getattr(found, name) if hasattr(found, name) else import_module(f"{module}.{name}")


class Later:
    """What is still to be handed in: it is when somebody asks for the first time, by whoever asks."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []
        self._lock = RLock()  # a second thread waits until everything is there
        _laters.append(self)

    def add(self, hand_in: Callable[[], None]) -> None:
        self._waiting.append(hand_in)

    def done(self) -> None:
        """Call before each look at what was handed in."""
        with self._lock:
            while self._waiting:
                hand_in = self._waiting.pop(0)  # before it is called: what it loads may ask as well
                try:
                    hand_in()
                except BaseException:  # else the next who asks would get what there is, as if that were all
                    self._waiting.insert(0, hand_in)
                    raise


def once(name: str, function: Callable[..., object], before: Callable[..., object] | None) -> None:
    """Raises ValueError when `before` stands under this name already. The same function again is what a hand-in gives
    that broke off the first time."""
    if before is not None and _place(before) != _place(function):
        raise ValueError(f"'{name}' was registered twice")


def _place(function: Callable[..., object]) -> tuple[str, str]:
    return function.__module__, function.__qualname__


def load_all() -> None:
    """Everything behind every door that is loaded itself, and everything that is still to be handed in."""
    for later in tuple(_laters):
        later.done()
    while _doors:
        _doors.popitem()[1]()
