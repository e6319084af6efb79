"""A rule in SQL of the author of a contract: one SELECT over the one table, judged by its parsed tree."""

import json
from collections.abc import Collection

import duckdb

from sluis.kernel.errors import Invalid
from sluis.kernel.sql import quoted
from sluis.lake.query.tree import judge

NOT_SELECT, MANY, OTHER_TABLE, NOT_ALLOWED, WRONG = "sql.select", "sql.many", "sql.table", "sql.source", "sql.wrong"


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
    try:
        judge(tree, tables)
    except Invalid as refused:
        other = refused.code in ("sql.table", "sql.qualified")
        raise Refused(OTHER_TABLE if other else NOT_ALLOWED, str(refused.params.get("name", ""))) from refused
