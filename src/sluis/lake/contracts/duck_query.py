"""A rule in SQL of the author of a contract: one SELECT over the one table, judged by its parsed tree."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import duckdb

from sluis.lake.profile.duck_session import quoted

NOT_SELECT, MANY, OTHER_TABLE, NOT_ALLOWED, WRONG = "sql.select", "sql.many", "sql.table", "sql.source", "sql.wrong"
_SOURCES = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST"})
_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})


class Refused(Exception):
    """`args`: a code of this module, and what it is about."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail[:200]


def filled(query: str, table: str, column: str) -> str:
    """The places of the standard, with and without `$`, by the quoted name of table and column."""
    for names, value in ((("object", "table"), table), (("property", "column"), column)):
        for name in names:
            if value:
                query = query.replace(f"${{{name}}}", quoted(value)).replace(f"{{{name}}}", quoted(value))
    return query.strip().rstrip(";")


def require_select(con: duckdb.DuckDBPyConnection, query: str, tables: Collection[str]) -> None:
    """Raise Refused for anything but one SELECT from these tables and from what it makes itself."""
    tree = json.loads(con.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchall()[0][0])
    if tree["error"]:
        known = tree.get("error_type") == "not implemented"
        raise Refused(NOT_SELECT) if known else Refused(WRONG, str(tree.get("error_message", "")).partition("\n")[0])
    if len(tree["statements"]) != 1:
        raise Refused(MANY)
    nodes = list(_nodes(tree))
    own = {str(one["key"]).casefold() for node in nodes for one in _ctes(node)}
    allowed = own | {name.casefold() for name in tables}
    for node in nodes:
        if "alias" in node and "class" not in node and isinstance(node.get("type"), str):
            _require_source(node, allowed)


def _require_source(node: Mapping[str, Any], allowed: Collection[str]) -> None:
    if node["type"] == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name"))
        if name not in _FUNCTIONS:
            raise Refused(NOT_ALLOWED, name)
    elif node["type"] not in _SOURCES:
        raise Refused(NOT_ALLOWED, node["type"])
    elif node["type"] == "BASE_TABLE":
        name = ".".join(node[part] for part in ("catalog_name", "schema_name", "table_name") if node[part])
        if name.casefold() not in allowed:
            raise Refused(OTHER_TABLE, name)


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _ctes(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = node.get("cte_map")
    return found["map"] if isinstance(found, dict) else []
