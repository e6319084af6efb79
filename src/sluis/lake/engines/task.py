"""What runs at the engine: our own entries, each in our own sandbox. Sluis must be installed there (ADR 30).

The plan that goes over names these functions and carries orders as JSON; no program text goes over. What went wrong
comes back as an answer, so that it is told as it would be told here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import SluisError, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake.engines import files
from sluis.lake.engines.rooms import room
from sluis.lake.engines.shapes import (
    FAILED,
    HOME,
    PIECE,
    Answer,
    Order,
    Piece,
    Read,
    Shape,
    below,
    packed,
    placed,
    texts,
    versions,
)

ANSWERS = pa.schema([("slice", pa.int64()), ("group", pa.int64()), ("number", pa.int64()), ("data", pa.binary())])
PIECES = pa.schema([("slice", pa.int64()), ("name", pa.string()), ("offset", pa.int64()), ("data", pa.binary())])
SCHEMA = "slice long, group long, number long, data binary"
PIECES_SCHEMA = "slice long, name string, offset long, data binary"
"""The same two, as Spark writes them."""


def slices(order: Order, places: Sequence[Shape], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Every row is the number of a slice, in its first column; `places` say which ones those are."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield from _told(number, _about(order, places, number))


def groups(order: Order, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What slices said of a group meets here; what is for home goes on. `order` lacks the files of its questions."""
    with room() as place:
        found: dict[int, dict[int, list[str]]] = {}
        for batch in batches:
            for said in (Answer(**row) for row in batch.to_pylist()):
                if said.group == HOME:
                    yield _row(said)
                else:
                    path = place / f"{said.group}.{said.number}.{said.slice}"
                    path.write_bytes(said.data)
                    found.setdefault(said.group, {}).setdefault(said.number, []).append(str(path))
        for group, names in sorted(found.items()):
            asked = [one for one in order["request"]["questions"] if one["number"] in names]
            questions = [{**one, "files": sorted(names[one["number"]])} for one in asked]
            request = {**order["request"], "questions": questions}
            reads: list[Read] = [{"name": n, "path": n, "sha256": ""} for some in names.values() for n in some]
            yield from _told(group, {**order, "request": request, "reads": reads})


def makes(order: Order, places: Sequence[Shape], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same for an order that makes files: those go out in pieces, and the answer after them."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            try:
                yield from map(_piece, _made(number, _about(order, places, number)))
            except SluisError as error:
                yield _piece(Piece(number, "", FAILED, _wire(error)))


def _about(order: Order, places: Sequence[Shape], number: int) -> Order:
    """The order for one slice; without slices it is about everything."""
    return {**order, "request": {**order["request"], "slice": places[number]}} if places else order


def _made(number: int, order: Order) -> Iterator[Piece]:
    facts: dict[str, tuple[int, str]] = {}
    with room() as folder:
        answer = placed(_run(order, folder), lambda text: below(text, str(folder), order["writes"]))
        for name in _wanted(order, answer, [path.name for path in folder.iterdir()]):
            hasher, offset = hashlib.sha256(), 0
            with (folder / name).open("rb") as file:
                while data := file.read(PIECE):
                    hasher.update(data)
                    yield Piece(number, name, offset, data)
                    offset += len(data)
            facts[name] = offset, hasher.hexdigest()
    yield Piece(number, "", 0, json.dumps({"answer": answer, "files": facts}).encode())


def _wanted(order: Order, answer: Shape, made: Sequence[str]) -> list[str]:
    """Of the files that were made those that the order or its answer speaks of; the others are scratch."""
    named = {text.removeprefix(order["writes"] + "/") for text in texts([order["request"], answer])}
    return sorted(named.intersection(made))


def _told(number: int, order: Order) -> Iterator[pa.RecordBatch]:
    """The answers to one order, or what went wrong."""
    try:
        with room() as folder:
            for group, question, name in _run(order, folder)["answers"]:
                yield _row(Answer(number, group, question, (folder / Path(name).name).read_bytes()))
    except SluisError as error:
        yield _row(Answer(number, HOME, FAILED, _wire(error)))


def _run(order: Order, folder: Path) -> Shape:
    """Raises what `sandbox.run` raises, and Unavailable when this is another version or a file is not here."""
    _require_alike(order["versions"])
    try:
        with files.here(order["reads"]) as (here, kept):
            request = placed(order["request"], lambda text: here.get(text) or below(text, order["writes"], str(folder)))
            return sandbox.run(
                order["entry"],
                request,
                reads=[Path(path) for path in here.values()],
                writes=folder,
                limits=Limits(**order["limits"]),
                stopped=kept,
            )
    except FileNotFoundError:
        raise _unseen() from None


def _require_alike(asked: Mapping[str, str]) -> None:
    known = versions()
    if other := [name for name in asked if asked[name] != known.get(name)]:
        raise Unavailable(
            "engine.version",
            N_("De rekenserver heeft andere versies ({there}) dan deze server ({here})."),
            way_out=N_("Zet op de rekenserver dezelfde versie van Sluis als hier."),
            there=" ".join(f"{name} {known.get(name, '?')}" for name in other),
            here=" ".join(f"{name} {asked[name]}" for name in other),
            passes=False,
        )


def _unseen() -> Unavailable:
    return Unavailable(
        "engine.files",
        N_("De rekenserver ziet de bestanden van de tabel niet."),
        way_out=N_("Geef de rekenserver dezelfde gegevensmap op hetzelfde pad, of dezelfde opslag (SLUIS_STORAGE)."),
        passes=False,
    )


def _wire(error: SluisError) -> bytes:
    return json.dumps(to_wire(error)).encode()


def _piece(piece: Piece) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{**asdict(piece), "data": packed(piece.data)}], PIECES)


def _row(said: Answer) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([asdict(said)], ANSWERS)
