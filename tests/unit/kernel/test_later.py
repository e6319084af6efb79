"""What is loaded later is the same as what would have been loaded at once."""

import sys
import textwrap
import threading
from importlib import import_module
from pathlib import Path

import pytest
from tests.waiting import PATIENCE_SECONDS

from sluis.kernel.later import Later, load_all

DOORS = ("lake", "process", "register", "release", "requests")


@pytest.mark.parametrize("room", DOORS)
def test_every_name_of_a_door_leads_somewhere(room: str) -> None:
    door = import_module(f"sluis.{room}.service")
    assert len(door.__all__) > 5
    for name in door.__all__:
        assert getattr(door, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'niets'"):
        _ = door.niets


def _room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    for name, text in {
        "later_heavy": "here = 'heavy'",
        "later_pack/__init__": "",
        "later_pack/inside": "here = 'inside'",
        "later_door": """
            from typing import TYPE_CHECKING
            from sluis.kernel.later import door
            if TYPE_CHECKING:
                from later_heavy import here as there
                from later_pack import inside
            else:
                __getattr__ = door(__name__)
        """,
    }.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(text))
        monkeypatch.delitem(sys.modules, name.removesuffix("/__init__").replace("/", "."), raising=False)


def test_a_door_loads_what_is_taken_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _room(tmp_path, monkeypatch)
    door = import_module("later_door")
    assert "later_heavy" not in sys.modules
    assert door.there == "heavy"
    assert "later_pack.inside" not in sys.modules
    assert door.inside.here == "inside"  # a module inside a package, as `from later_pack import inside` finds it
    assert {"there", "inside"} <= set(vars(door))  # the second time nobody is asked


def test_who_serves_for_long_has_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _room(tmp_path, monkeypatch)
    handed: list[str] = []
    later = Later()
    later.add(lambda: handed.append("in"))
    door = import_module("later_door")
    load_all()
    assert {"there", "inside"} <= set(vars(door))
    assert handed == ["in"]


def test_what_could_not_be_handed_in_is_asked_again_and_never_silently_absent() -> None:
    later, handed = Later(), []
    tries = iter([ImportError("half a file"), None])

    def shaky() -> None:
        if error := next(tries):
            raise error
        handed.append("first")

    later.add(shaky)
    later.add(lambda: handed.append("second"))
    with pytest.raises(ImportError):
        later.done()
    assert handed == []
    later.done()
    assert handed == ["first", "second"]


def test_it_is_handed_in_once_and_everybody_waits_for_it() -> None:
    later, handed, seen = Later(), [], []
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go_on.wait(PATIENCE_SECONDS)
        handed.append("in")

    def look() -> None:
        later.done()
        seen.append(list(handed))

    later.add(slow)
    looking = [threading.Thread(target=look) for _ in range(4)]
    looking[0].start()
    assert begun.wait(PATIENCE_SECONDS)
    for thread in looking[1:]:
        thread.start()
    assert not seen
    go_on.set()
    for thread in looking:
        thread.join()
    assert seen == [["in"]] * 4
