"""Entries for the sandbox, wherever it stands: questions to one slice of a table, and to groups of what slices said.

JSON in; answers are files with an Arrow stream in the working folder, named in the result.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sluis.kernel.sql import literal, quoted
from sluis.lake.engines.duck_split import PUT
from sluis.lake.engines.shapes import HOME
from sluis.lake.profile.arrow_look import Look, Stretch
from sluis.lake.profile.duck_session import config, spatial
from sluis.lake.streams import stream
from sluis.lake.types import Column

type Progress = Callable[[float, str], None]

SLICE = "sluis_slice"
# What the look at a slice finds, beside the answers to its questions.
SAMPLE, PLAIN = 1_000_001, 1_000_002
_FAULT = ["sluis_fault", "text"]
# Rows at once on their way to Arrow: DuckDB makes room for so many in every column, even for an answer of one row.
_BATCH = 2048
_WRITE = pa.ipc.IpcWriteOptions(compression="zstd")


def ask_slice(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Ask one slice everything.

    Request: `parts` (paths of all files of the table), `slice` (as in `slices`), `columns` (name and DuckDB type of
    those of the whole table), `spatial`, `define` and `views` (SQL), `buckets`, `questions` (`number`, `sql`, `keys`),
    and perhaps `look` (`columns`, `rows`, `wanted`): then the questions are over `stream`, and sample and plain
    columns are answers too. Result: `answers`, each a group, a number and the name of a file.
    """
    place, parts = request["slice"], [Path(path) for path in request["parts"]]
    with _opened(request) as con:
        con.execute(f"CREATE VIEW {SLICE} AS {_rows(con, parts[place['part']], place, request['columns'])}")
        for sql in request["views"]:
            con.execute(sql)
        if look := request.get("look"):
            return {"answers": _looked(con, request["questions"], _look(look, parts, place))}
        done = [one for question in request["questions"] for one in _tried(con, question, request["buckets"])]
        return {"answers": done}


def ask_group(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Ask the rows of one group, from all slices: `define`, `spatial`, `questions` (`number`, `sql`, `files`)."""
    with _opened(request) as con:
        done: list[tuple[int, int, str]] = []
        for question in request["questions"]:
            con.register(PUT, joined([Path(name) for name in question["files"]]))
            done.append(_kept(con.execute(question["sql"]).to_arrow_table(_BATCH), HOME, question["number"]))
            con.unregister(PUT)
        return {"answers": done}


def see(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """What stands in the text file `path`: whether this sandbox can read where tables stand."""
    return {"answers": [_kept(pa.table({"text": [Path(request["path"]).read_text()]}), HOME, 0)]}


def joined(files: Sequence[Path]) -> pa.Table:
    """What stands in these files, as one table. Raises what DuckDB raised where one of them was made."""
    tables = [pa.ipc.open_stream(pa.memory_map(str(path))).read_all() for path in files]
    for table in tables:
        if table.column_names == _FAULT:
            kind, text = table.to_pylist()[0].values()
            raise getattr(duckdb, kind, duckdb.Error)(text)
    return pa.concat_tables(tables)


@contextmanager
def _opened(request: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=config()) as con:
        con.execute("SET TimeZone = 'UTC'")
        if request["spatial"]:
            con.load_extension(spatial())
        for sql in request["define"]:
            con.execute(sql)
        yield con


def _rows(
    con: duckdb.DuckDBPyConnection, path: Path, place: Mapping[str, Any], columns: Sequence[tuple[str, str]]
) -> str:
    """Those of the slice, with all columns of the table in its types, and numbered as in the table."""
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    present = {name: kind for name, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    values = [_value(name, kind, present.get(name)) for name, kind in columns]
    number = f"file_row_number + {place['before']} AS file_row_number"
    last = place["first"] + place["rows"] - 1
    here = f"file_row_number BETWEEN {place['first']} AND {last}"
    return f"SELECT {', '.join([*values, number])} FROM {source} WHERE {here}"


def _value(name: str, kind: str, here: str | None) -> str:
    if here == kind:
        return quoted(name)
    return f"{'NULL' if here is None else quoted(name)}::{kind} AS {quoted(name)}"


def _look(look: Mapping[str, Any], parts: Sequence[Path], place: Mapping[str, Any]) -> Look:
    columns = [Column.from_json({"title": "", **shape}) for shape in look["columns"]]
    first = place["before"] + place["first"]
    return Look(parts, columns, look["rows"], look["wanted"], Stretch(place["part"], tuple(place["groups"]), first))


def _looked(
    con: duckdb.DuckDBPyConnection, questions: Sequence[Mapping[str, Any]], look: Look
) -> list[tuple[int, int, str]]:
    (question,) = questions  # the rows go by once
    con.register("stream", stream(look.batches()))
    found = _kept(con.execute(question["sql"]).to_arrow_table(_BATCH), HOME, question["number"])
    plain = pa.table({"name": pa.array(sorted(look.plain), pa.string())})
    return [found, _kept(look.sample(), HOME, SAMPLE), _kept(plain, HOME, PLAIN)]


def _tried(con: duckdb.DuckDBPyConnection, question: Mapping[str, Any], buckets: int) -> Iterator[tuple[int, int, str]]:
    """A question that goes wrong, or takes longer than it may, is an answer too: the others go on."""
    timer = threading.Timer(question["seconds"] or threading.TIMEOUT_MAX, con.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield from _asked(con, question, buckets)
    except duckdb.Error as fault:
        yield _kept(pa.table([[type(fault).__name__], [str(fault)]], names=_FAULT), HOME, question["number"])
    finally:
        timer.cancel()


def _asked(con: duckdb.DuckDBPyConnection, question: Mapping[str, Any], buckets: int) -> Iterator[tuple[int, int, str]]:
    """One answer; or one for each group of rows that some slice has to say something of."""
    number, keys = question["number"], question["keys"]
    if not keys:
        yield _kept(con.execute(question["sql"]).to_arrow_table(_BATCH), HOME, number)
        return
    group = f"(hash({', '.join(keys)}) % {buckets})::BIGINT"
    con.execute(f"CREATE TEMP TABLE said AS SELECT *, {group} AS sluis_group FROM ({question['sql']})")
    # A question has an answer even when no row is left: the first group is always there.
    for (bucket,) in con.execute("SELECT 0 UNION SELECT DISTINCT sluis_group FROM said ORDER BY 1").fetchall():
        some = con.execute(f"SELECT * EXCLUDE (sluis_group) FROM said WHERE sluis_group = {bucket}")
        yield _kept(some.to_arrow_table(_BATCH), bucket, number)
    con.execute("DROP TABLE said")


def _kept(table: pa.Table, group: int, number: int) -> tuple[int, int, str]:
    name = f"{group}.{number}.arrows"
    with pa.OSFile(name, "wb") as file, pa.ipc.new_stream(file, table.schema, options=_WRITE) as writer:
        writer.write_table(table)
    return group, number, name
