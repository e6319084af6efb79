"""The door for the sandbox: one question in, one Parquet file out. No Django here.

The child sees only the tables on offer and its own folder. Inside it DuckDB is locked as well: no other files, no
extension, no setting that can be turned; two locks, because one of them may turn out to have a hole.
"""

import json
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import literal, quoted
from sluis.lake.ingest.caps import MAX_COLUMNS
from sluis.lake.names import safe_names
from sluis.lake.query import faults
from sluis.lake.query.shape import stored, type_of
from sluis.lake.query.tree import Found, judge
from sluis.lake.rows.duck import spatial_extension

type Progress = Callable[[float, str], None]

_EXPRESSION_DEPTH = 250
_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*(\w*)", re.DOTALL)
_NEAR = re.compile(r'at or near "(.*)"', re.DOTALL)
_NO_COLUMN = re.compile(
    r'column(?: named)? "(.+?)"[^\n]*(?:not found|does not)|does not have a column named "(.+?)"', re.DOTALL
)
_MAIN = re.compile(r"\bmain\.")  # DuckDB writes where its own functions stand
_CANDIDATES = re.compile(r"(?:Candidate bindings|Candidate functions)[^:]*: (.*)")
_NO_FUNCTION = re.compile(r'(?:Function|Macro) with name (\S+) does not exist!(?:\s*Did you mean "(.+?)")?')


def run(request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Answer `sql` over `tables` (name, paths, columns with name, type and crs) into `out`/result.parquet.

    Also: rows (how many at most), memory_mb, spill_mb. Returns columns, rows, truncated, tables and `changeable` (the
    same question may have another answer later). Raises Invalid with a code `sql.…`.
    """
    with opened(request) as (connection, statement, found):
        return _answered(connection, statement, request) | {
            "tables": sorted(found.tables),
            "changeable": found.changeable,
        }


@contextmanager
def opened(request: Mapping[str, Any]) -> Generator[tuple[duckdb.DuckDBPyConnection, str, Found]]:
    """A locked DuckDB that sees the tables which the question uses, the question as it is run, and what is in it.

    DuckDB's errors become ours. Request: sql, tables, out, memory_mb, spill_mb.
    """
    sql, tables = str(request["sql"]), list(request["tables"])
    with duckdb.connect(":memory:", config=_config(request)) as connection:
        connection.execute(f"SET max_expression_depth = {_EXPRESSION_DEPTH}")
        statement, found = understood(connection, sql, tables)
        _offer(connection, [table for table in tables if table["name"] in found.tables], sql)
        _lock(connection, tables, Path(request["out"]))
        with _spoken(sql, int(request["memory_mb"])):
            yield connection, statement, found


def understood(
    connection: duckdb.DuckDBPyConnection, sql: str, tables: Iterable[Mapping[str, Any]]
) -> tuple[str, Found]:
    """The question as DuckDB itself writes it, and what it uses. Raises Invalid for all that is no plain SELECT.

    What is run is what was judged: the text is parsed, judged, written out by DuckDB, and that is judged again.
    """
    if len(sql) > faults.LONGEST:
        raise faults.long(len(sql))
    held = list(tables)
    names = [str(table["name"]) for table in held]
    columns = [str(column["name"]) for table in held for column in table["columns"]]
    tree = _tree(connection, sql)
    judge(tree, names, columns)
    written = _fetch(connection, "SELECT json_deserialize_sql($1::JSON)", json.dumps(tree))
    return written, judge(_tree(connection, written), names, columns)


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    try:
        tree = json.loads(_fetch(connection, "SELECT json_serialize_sql($1::VARCHAR)", sql))
    except (RecursionError, duckdb.Error) as fault:
        raise faults.deep() from fault
    if tree["error"]:
        raise _no_tree(connection, sql, tree)
    count = len(tree["statements"])
    if count != 1:
        raise faults.several(count) if count else faults.empty()
    return tree


def _no_tree(connection: duckdb.DuckDBPyConnection, sql: str, tree: Mapping[str, Any]) -> Invalid:
    message = str(tree["error_message"])
    if tree["error_type"] == "not implemented":
        return _not_a_question(connection, sql)
    if "expression depth" in message:
        return faults.deep()
    if "position" in tree and (tree.get("error_subtype") == "SYNTAX_ERROR" or _NEAR.search(message)):
        near = _NEAR.search(message)
        return faults.syntax(sql, int(tree["position"]), near[1][:40] if near else "")
    return faults.unfit(f"x: {message}")


def _not_a_question(connection: duckdb.DuckDBPyConnection, sql: str) -> Invalid:
    word = _FIRST_WORD.match(sql)
    try:
        statements = connection.extract_statements(sql)
    except (duckdb.Error, RecursionError):
        return faults.kind(word[1] if word else "", "")
    kinds = [statement.type.name for statement in statements]
    if len(kinds) > 1 and ";" in sql.rstrip().rstrip(";"):
        return faults.several(len(kinds))
    return faults.kind(word[1] if word else "", next((kind for kind in kinds if kind != "SELECT"), kinds[0]))


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str, value: str) -> str:
    return str((connection.execute(sql, [value]).fetchone() or ("",))[0])


def _config(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "threads": "2",
        "memory_limit": f"{request['memory_mb']}MB",
        "temp_directory": str(Path(request["out"]) / "spill"),
        "max_temp_directory_size": f"{request['spill_mb']}MB",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
    }


def _offer(connection: duckdb.DuckDBPyConnection, tables: Iterable[Mapping[str, Any]], sql: str) -> None:
    """Each table as a view with the columns on offer and no others; an early part may lack a column that came later."""
    held = list(tables)
    maps = "st_" in sql.lower() or any(c["type"] == "geometry" for table in held for c in table["columns"])
    if maps and (extension := spatial_extension()):
        connection.load_extension(extension)
    connection.execute("SET TimeZone = 'UTC'")
    for table in held:
        columns = ", ".join(quoted(column["name"]) for column in table["columns"])
        files = ", ".join(literal(path) for path in table["paths"])
        source = f"read_parquet([{files}], union_by_name = true)"
        connection.execute(f"CREATE VIEW {quoted(table['name'])} AS SELECT {columns} FROM {source}")


def _lock(connection: duckdb.DuckDBPyConnection, tables: Iterable[Mapping[str, Any]], out: Path) -> None:
    paths = ", ".join(literal(path) for table in tables for path in table["paths"])
    connection.execute(f"SET allowed_paths = [{paths}]")
    connection.execute(f"SET allowed_directories = [{literal(str(out) + '/')}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@dataclass(frozen=True, slots=True)
class Named:
    """A question whose columns have names that are safe and types that we store; `kinds` are DuckDB's own types."""

    select: str
    names: list[str]
    titles: list[str]
    kinds: list[str]


def named(connection: duckdb.DuckDBPyConnection, sql: str) -> Named:
    described = connection.execute(f"DESCRIBE {sql}").fetchall()
    if len(described) > MAX_COLUMNS:  # the page that shows it would keep a web process busy
        raise faults.wide(len(described), MAX_COLUMNS)
    titles, kinds = [_MAIN.sub("", str(line[0])) for line in described], [str(line[1]) for line in described]
    names = safe_names(titles, reserved=())
    inner = ", ".join(f"c{place}" for place in range(len(names)))
    chosen = ", ".join(
        f"{stored(f'c{place}', kind)} AS {quoted(name)}"
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    return Named(f"SELECT {chosen} FROM ({sql}) AS answer({inner})", names, titles, kinds)


def _answered(connection: duckdb.DuckDBPyConnection, sql: str, request: Mapping[str, Any]) -> dict[str, Any]:
    asked, crs = named(connection, sql), system_of(request["tables"])
    target, most = str(Path(request["out"]) / "result.parquet"), int(request["rows"])
    wanted = f"{asked.select} LIMIT {most}"
    rows = connection.execute(
        f"COPY ({wanted}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)"
    ).fetchone()
    count = int(rows[0]) if rows else 0
    columns = [_column(*about, crs) for about in zip(asked.names, asked.titles, asked.kinds, strict=True)]
    return {"columns": columns, "rows": count, "truncated": count >= most}


def _column(name: str, title: str, kind: str, crs: str) -> dict[str, Any]:
    of = type_of(kind)
    return {"name": name, "title": title, "type": of.value} | ({"crs": crs} if of.value == "geometry" else {})


def system_of(tables: Iterable[Mapping[str, Any]]) -> str:
    """The coordinate system of the answer, when all maps on offer have the same."""
    found = {column["crs"] for table in tables for column in table["columns"] if column["type"] == "geometry"}
    return found.pop() if len(found) == 1 else ""


@contextmanager
def _spoken(sql: str, memory_mb: int) -> Any:
    """DuckDB's errors as ours."""
    try:
        yield
    except duckdb.OutOfMemoryException as fault:
        raise faults.memory(memory_mb) from fault
    except duckdb.Error as fault:
        raise _explained(str(fault), sql) from fault


def _explained(message: str, sql: str) -> Invalid:
    if "expression depth" in message or "recursion" in message.lower():
        return faults.deep()
    if found := _NO_FUNCTION.search(message):
        return faults.unknown_function(found[1], found[2] or "")
    if found := _NO_COLUMN.search(message):
        name = found[1] or found[2]
        near = _CANDIDATES.search(message)
        return faults.column(name, _bindings(near[1]) if near else (), _line_of(name, sql))
    return faults.unfit(message)


def _bindings(text: str) -> list[str]:
    return [name.replace("answer.", "") for name in re.findall(r'"([^"]+)"', text)][:5]


def _line_of(name: str, sql: str) -> int | None:
    """The line where the name stands, when it stands in one place."""
    last = name.rpartition(".")[2].strip('"')
    places = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(last)}(?!\w)", sql, re.IGNORECASE)]
    return faults.line_and_column(sql, places[0])[0] if len(places) == 1 else None
