"""What an engine sends home is held against what it said, wherever it says to put it."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zstandard

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import Invalid, SluisError, to_wire
from sluis.lake.engines.shapes import FAILED, MOST, Piece, below, packed, placed, unpacked
from sluis.lake.engines.whole import Home

TEXT = b"water in de sluis"


def said(answer: Any = None, **files: bytes) -> Piece:
    facts = {name.replace("_", "."): [len(data), sha256(data).hexdigest()] for name, data in files.items()}
    return Piece(0, "", 0, json.dumps({"answer": {"rows": 3} if answer is None else answer, "files": facts}).encode())


def arrived(folder: Path, pieces: Sequence[Piece], **limits: Any) -> Any:
    home = Home(folder, Limits(**limits))
    for piece in pieces:
        home.take(piece)
    return home.answer()


def test_pieces_come_in_any_order(tmp_path: Path) -> None:
    pieces = [Piece(0, "a.csv", 6, TEXT[6:]), said(a_csv=TEXT, b_csv=b""), Piece(0, "a.csv", 0, TEXT[:6])]
    assert arrived(tmp_path, pieces) == {"rows": 3}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": TEXT, "b.csv": b""}


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [Piece(0, "a.csv", 0, TEXT)],
        [Piece(0, "a.csv", 0, TEXT[:5]), said(a_csv=TEXT)],
        [Piece(0, "a.csv", 0, TEXT.upper()), said(a_csv=TEXT)],
        [Piece(0, "a.csv", 0, TEXT), Piece(0, "b.csv", 0, TEXT), said(a_csv=TEXT)],
        [said(a_csv=TEXT)],
        [Piece(0, "", 0, b"{")],
        [Piece(0, "", 0, b"[]")],
        [Piece(0, "", FAILED, b"[" * 99_999)],
        [Piece(0, "", 0, b'{"answer": 1, "files": {}}')],
        [Piece(0, "", 0, b'{"answer": {}, "files": {"../x": [0, ""]}}')],
        [Piece(0, "../out.csv", 0, TEXT), said()],
        [Piece(0, "/tmp/out.csv", 0, TEXT), said()],
        [Piece(0, "..", 0, TEXT), said()],
        [Piece(0, "a\n", 0, TEXT), said()],
        [*(Piece(0, f"{n}.csv", 0, b"") for n in range(65)), said()],
        [Piece(0, "", FAILED, b"no json")],
    ],
)
def test_what_does_not_fit_is_refused_and_tried_again(tmp_path: Path, pieces: Sequence[Piece]) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(SluisError) as failure:
        arrived(inside, pieces)
    assert (failure.value.code, failure.value.kind) == ("engine.incomplete", "unavailable")
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


@pytest.mark.parametrize(("offset", "data"), [(0, b"x" * 1_048_577), (1 << 50, b"x"), (-5, b"x")])
def test_too_much_is_not_written(tmp_path: Path, offset: int, data: bytes) -> None:
    with pytest.raises(sandbox.TooMuchOutput):
        arrived(tmp_path, [Piece(0, "a", offset, data)], output_mb=1)
    assert (tmp_path / "a").stat().st_size == 0


def test_what_went_wrong_there_is_raised_here(tmp_path: Path) -> None:
    wrong = to_wire(Invalid("csv.empty", "Het bestand bevat geen rijen.", file="a.csv"))
    with pytest.raises(Invalid) as failure:
        arrived(tmp_path, [Piece(0, "", FAILED, json.dumps(wrong).encode())])
    assert to_wire(failure.value) == wrong


def test_a_piece_that_would_be_huge_is_not_unpacked() -> None:
    assert unpacked(packed(TEXT)) == TEXT
    huge = zstandard.compress(bytes(MOST + 1))
    assert len(huge) < 10_000
    for data in (huge, b"no frame at all", packed(TEXT)[:-3]):
        with pytest.raises((ValueError, zstandard.ZstdError)):
            unpacked(data)


def test_paths_are_put_elsewhere_and_nothing_else_is() -> None:
    request = {"out": "/a/b", "file": "/a/b/c.csv", "name": "/a/bc", "n": 3, "many": ["/a/b", None, {"sql": "'/a/b'"}]}
    moved = {"out": "/x", "file": "/x/c.csv", "name": "/a/bc", "n": 3, "many": ["/x", None, {"sql": "'/a/b'"}]}
    assert placed(request, lambda text: below(text, "/a/b", "/x")) == moved
    assert placed(moved, lambda text: below(text, "/x", "/a/b")) == request


def test_a_file_that_a_child_speaks_of_stands_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "data.csv").write_bytes(TEXT)
    (tmp_path / "secret").write_bytes(TEXT)
    (folder / "link").symlink_to(tmp_path / "secret")
    assert sandbox.made_file(folder, str(folder / "data.csv")) == sandbox.made_file(folder, "data.csv")
    for told in ("../secret", str(tmp_path / "secret"), "link", "..", "", "/"):
        with pytest.raises(sandbox.Crashed):
            sandbox.made_file(folder, told)
