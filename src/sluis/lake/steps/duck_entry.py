"""The door for the sandbox: the tables of a transformation in, the rows it makes out. JSON in, JSON out.

Of two processes with the same order both give the same rows: what gives another answer each time is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.sql import literal, quoted
from sluis.kernel.text import N_
from sluis.lake.names import GEOMETRY
from sluis.lake.parts.duck_parts import write_part
from sluis.lake.profile.duck_columns import plain
from sluis.lake.query import duck_entry as asking
from sluis.lake.query.shape import type_of
from sluis.lake.query.tree import Found
from sluis.lake.steps.duck_figures import measured, quasi_of, told
from sluis.lake.steps.duck_geometry import Shaped, shaped
from sluis.lake.steps.duck_steps import Flow, apply, begin
from sluis.lake.steps.tracing import through, traced
from sluis.lake.steps.types import Step, read
from sluis.lake.types import Column, ColumnType

type Progress = Callable[[float, str], None]

FILE, _BEGIN = "data.parquet", "begin.parquet"


def transform(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Work a transformation out.

    Request: `sql`, `tables` (as for a question in SQL; of each column also `title`), `steps` (see `steps.types`),
    `key` (hexadecimal, for pseudonyms; may be ""), `name` (of the table that is made), `tests` (`name` and `sql`, which
    may give no rows), `first` (how many rows to give back; 0 for none), `out`, `memory_mb` and `spill_mb`.
    Result: `file` (in `out`), `rows`, `columns` and `geometry` (as in `sluis.lake.types`), `tables` (those used),
    `figures` (None without steps), `lineage` (column → [table, column]; None when it cannot be followed), `failed`
    (tests that gave rows: `name`, `rows`) and `first`.
    """
    steps = read(request["steps"])
    with asking.opened(request) as (con, statement, found):
        _require_the_same_each_time(found)
        flow, figures, asked = _worked_out(con, statement, steps, request, progress)
        crs = asking.system_of([table for table in request["tables"] if table["name"] in found.tables])
        made = shaped(con, flow.source, flow.kinds, crs, str(request["sql"]), hidden=bool(steps))
        progress(0.6, N_("Rijen wegschrijven"))
        rows = write_part(con, made.select, Path(request["out"]) / FILE, made.geo)
        first = _first(con, flow.kinds, Path(request["out"]) / FILE, int(request["first"]))
        origins = _origins(request, found, asked)
        columns = _columns(con, made, asked, _titles(request["tables"], origins))
    progress(0.8, N_("Toetsen nagaan"))
    return {
        "file": FILE,
        "rows": rows,
        "columns": [column.to_json() for column in columns],
        "geometry": made.geometry,
        "tables": sorted(found.tables),
        "figures": figures,
        "lineage": None if origins is None else through(_renamed(flow.parents, made), origins),
        "failed": _failed(request, columns, made.geometry),
        "first": first,
    }


def look(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Judge a transformation without looking at a row: the same request, without `key` and `first`.

    Result: `tables` that it uses and the names of the `columns` that it would give.
    """
    steps = read(request["steps"])
    with asking.opened(request) as (con, statement, found):
        _require_the_same_each_time(found)
        asked = asking.named(con, statement)
        flow = begin(con, f"({asked.select} LIMIT 0)", b"-")
        apply(flow, steps)
        own = {"name": request["name"], "paths": [], "columns": [{"name": n, "type": ""} for n in flow.kinds]}
        for number, test in enumerate(request["tests"], start=1):
            _judged(con, [own, *request["tables"]], test, number)
    return {"tables": sorted(found.tables), "columns": list(flow.kinds)}


def _judged(
    con: duckdb.DuckDBPyConnection, tables: Sequence[Mapping[str, Any]], test: Mapping[str, str], number: int
) -> None:
    try:
        asking.understood(con, test["sql"], tables)
    except Invalid as wrong:
        raise _test_refused(number, test["name"], wrong) from wrong


def _require_the_same_each_time(found: Found) -> None:
    if found.changeable:
        raise Invalid(
            "transformation.changeable",
            N_("De SQL geeft elke keer een andere uitkomst: er staat een functie in als now() of random(), of SAMPLE."),
            way_out=N_("Schrijf de waarde uit, of neem die uit een tabel."),
        )


def _worked_out(
    con: duckdb.DuckDBPyConnection,
    statement: str,
    steps: Sequence[Step],
    request: Mapping[str, Any],
    progress: Progress,
) -> tuple[Flow, dict[str, Any] | None, asking.Named]:
    """With steps the rows of the SQL are written once: each step looks at them, some more than once."""
    asked = asking.named(con, statement)
    if not steps:
        return begin(con, f"({asked.select})", b""), None, asked
    kept = Path(request["out"]) / _BEGIN
    con.execute(f"COPY ({asked.select}) TO {literal(str(kept))} (FORMAT parquet, COMPRESSION zstd)")
    progress(0.3, N_("Stappen uitvoeren"))
    flow = begin(con, f"read_parquet({literal(str(kept))})", bytes.fromhex(request["key"]))
    before = measured(con, flow.source, quasi_of(steps, asked.names, asked.titles))
    began = list(flow.kinds)
    apply(flow, steps)
    return flow, told(flow, steps, began, before), asked


def _origins(request: Mapping[str, Any], found: Found, asked: asking.Named) -> Any:
    tables = {t["name"]: [c["name"] for c in t["columns"]] for t in request["tables"] if t["name"] in found.tables}
    return traced(str(request["sql"]), tables, asked.names)


def _renamed(parents: Mapping[str, Sequence[str]], made: Shaped) -> dict[str, Sequence[str]]:
    """The map is called `geometry`, whatever the SQL called it."""
    return {GEOMETRY if name == made.was else name: ones for name, ones in parents.items()}


def _titles(tables: Sequence[Mapping[str, Any]], origins: Any) -> dict[str, str]:
    """A column that is one column of a table, under its own name, keeps its title."""
    known: dict[tuple[str, str], str] = {(t["name"], c["name"]): str(c["title"]) for t in tables for c in t["columns"]}
    alone = {name: tuple(ones[0]) for name, ones in (origins or {}).items() if len(ones) == 1}
    return {name: known[origin] for name, origin in alone.items() if origin[1] == name and origin in known}


def _columns(
    con: duckdb.DuckDBPyConnection, made: Shaped, asked: asking.Named, titles: Mapping[str, str]
) -> tuple[Column, ...]:
    own = dict(zip(asked.names, asked.titles, strict=True))
    found = con.execute(f"DESCRIBE {made.select}").fetchall()
    shape = made.geometry["column"] if made.geometry else ""
    kept = [(name, kind) for name, kind, *_ in found if not (shape and name == found[-1][0])]
    return tuple(_column(name, kind, titles.get(name) or own.get(name) or name, name == shape) for name, kind in kept)


def _column(name: str, kind: str, title: str, shape: bool) -> Column:
    if shape:
        return Column(name, title, ColumnType.GEOMETRY)
    of = type_of(kind)
    if of is not ColumnType.DECIMAL:
        return Column(name, title, of)
    digits = kind.partition("(")[2].rstrip(")").split(",")
    return Column(name, title, of, int(digits[0] or 38), int(digits[1]) if len(digits) > 1 else 0)


def _first(con: duckdb.DuckDBPyConnection, kinds: Mapping[str, str], path: Path, wanted: int) -> list[dict[str, Any]]:
    names = [name for name, kind in kinds.items() if not kind.startswith("GEOMETRY")]
    if not wanted or not names:
        return []
    asked = f"SELECT {', '.join(map(quoted, names))} FROM read_parquet({literal(str(path))}) LIMIT {wanted}"
    return [dict(zip(names, map(_shown, row), strict=True)) for row in con.execute(asked).fetchall()]


def _shown(value: Any) -> Any:
    ready = plain(value)
    return ready if ready is None or isinstance(ready, int | float | bool) else str(ready)[:200]


def _failed(request: Mapping[str, Any], columns: Sequence[Column], geometry: Any) -> list[dict[str, Any]]:
    """Each test is a question of its own, over what was made and over the tables it was made of."""
    crs = geometry["crs"] if geometry else ""
    path = str(Path(request["out"]) / FILE)
    own = {"name": request["name"], "paths": [path], "columns": [
        {"name": c.name, "title": c.title, "type": c.type.value, "crs": crs} for c in columns]}  # fmt: skip
    tables = [own, *(table for table in request["tables"] if table["name"] != own["name"])]
    failed: list[dict[str, Any]] = []
    for number, test in enumerate(request["tests"], start=1):
        try:
            with asking.opened({**request, "sql": test["sql"], "tables": tables}) as (con, statement, _found):
                rows = con.execute(f"SELECT count(*) FROM ({statement})").fetchall()[0][0]
        except Invalid as wrong:
            raise _test_refused(number, str(test["name"]), wrong) from wrong
        if rows:
            failed.append({"name": test["name"], "rows": rows})
    return failed


def _test_refused(number: int, name: str, wrong: Invalid) -> Invalid:
    text = N_("Toets ‘{name}’: {reason}")
    fault = Fault(text, field="tests", row=number, params={"name": name, "reason": wrong.detail()[:400]})
    return Invalid(
        "transformation.test-sql", N_("Een toets kan niet worden uitgevoerd."), faults=[fault, *wrong.faults]
    )
