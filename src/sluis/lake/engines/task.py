"""What runs at the engine: our own entries, each in our own sandbox. Sluis must be installed there (ADR 30).

The plan that goes over names these functions and carries orders as JSON; no program text goes over. What went wrong
comes back as an answer, so that it is told as it would be told here.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits
from sluis.kernel.errors import SluisError, Unavailable, to_wire
from sluis.kernel.text import N_
from sluis.lake.engines.shapes import FAILED, HOME, Answer, Order, Shape, versions

ANSWERS = pa.schema([("slice", pa.int64()), ("group", pa.int64()), ("number", pa.int64()), ("data", pa.binary())])
SCHEMA = "slice long, group long, number long, data binary"
"""The same, as Spark writes it."""


def slices(order: Order, places: Sequence[Shape], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Every row is the number of a slice, in its first column; `places` say which ones those are."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield from _told(number, {**order, "request": {**order["request"], "slice": places[number]}})


def groups(order: Order, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What slices said of a group meets here; what is for home goes on. `order` lacks the files of its questions."""
    with tempfile.TemporaryDirectory(prefix="sluis-") as place:
        found: dict[int, dict[int, list[str]]] = {}
        for batch in batches:
            for said in (Answer(**row) for row in batch.to_pylist()):
                if said.group == HOME:
                    yield _row(said)
                else:
                    path = Path(place, f"{said.group}.{said.number}.{said.slice}")
                    path.write_bytes(said.data)
                    found.setdefault(said.group, {}).setdefault(said.number, []).append(str(path))
        for group, files in sorted(found.items()):
            asked = [one for one in order["request"]["questions"] if one["number"] in files]
            questions = [{**one, "files": sorted(files[one["number"]])} for one in asked]
            request = {**order["request"], "questions": questions}
            reads = [name for names in files.values() for name in names]
            yield from _told(group, {**order, "request": request, "reads": reads})


def _told(number: int, order: Order) -> Iterator[pa.RecordBatch]:
    """The answers to one order, or what went wrong."""
    try:
        _require_alike(order["request"]["versions"])
        with tempfile.TemporaryDirectory(prefix="sluis-") as folder:
            found = sandbox.run(
                order["entry"],
                order["request"],
                reads=[Path(path) for path in order["reads"]],
                writes=Path(folder),
                limits=Limits(**order["limits"]),
            )
            for group, question, name in found["answers"]:
                yield _row(Answer(number, group, question, (Path(folder) / Path(name).name).read_bytes()))
    except SluisError as error:
        yield _row(Answer(number, HOME, FAILED, json.dumps(to_wire(error)).encode()))
    except FileNotFoundError:
        yield _row(Answer(number, HOME, FAILED, json.dumps(to_wire(_unseen())).encode()))


def _require_alike(asked: Mapping[str, str]) -> None:
    if asked != versions():
        raise Unavailable(
            "engine.version",
            N_("De rekenserver heeft andere versies ({there}) dan deze server ({here})."),
            way_out=N_("Zet op de rekenserver dezelfde versie van Sluis als hier."),
            there=" ".join(f"{name} {number}" for name, number in versions().items()),
            here=" ".join(f"{name} {number}" for name, number in asked.items()),
        )


def _unseen() -> Unavailable:
    return Unavailable(
        "engine.files",
        N_("De rekenserver ziet de bestanden van de tabel niet."),
        way_out=N_("Geef de rekenserver dezelfde gegevensmap, op hetzelfde pad, alleen om te lezen."),
    )


def _row(said: Answer) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([asdict(said)], ANSWERS)
