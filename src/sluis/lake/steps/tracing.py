"""Where each column of a question comes from: its SQL followed back with sqlglot. Pure.

What is followed are the columns whose values end up in a column. Columns that only choose rows (WHERE, the ON of a
JOIN) are not: the picture would say that everything comes from everything.
"""

from collections.abc import Mapping, Sequence

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

type Origin = tuple[str, str]


def traced(sql: str, tables: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, list[Origin]] | None:
    """Column of the answer → the columns (table, column) its values come from.

    `tables`: name → columns; `names`: those of the answer, in order. None when the question cannot be followed:
    nothing is then said rather than half of it.
    """
    schema = {name: dict.fromkeys(columns, "VARCHAR") for name, columns in tables.items()}
    try:
        tree = parse_one(sql, dialect="duckdb")
        if tree.find(exp.Columns):  # COLUMNS('…'): the library says that these come from nowhere
            return None
        found = lineage(None, tree, schema, dialect="duckdb", validate_qualify_columns=True)
        return {name: _origins(node, tables) for name, node in zip(names, found.values(), strict=True)}
    except (SqlglotError, RecursionError, ValueError, KeyError, AttributeError, TypeError, IndexError):
        return None  # a kind of SQL that the library does not know


def _origins(node: Node, tables: Mapping[str, Sequence[str]]) -> list[Origin]:
    """The ends of the walk that are columns of a table, each once, in the order in which they are met."""
    known = {name.lower(): name for name in tables}
    found: dict[Origin, None] = {}
    for one in node.walk():
        if one.downstream or not isinstance(one.expression, exp.Table):
            continue
        table = known[one.expression.name.lower()]
        column = one.name.rpartition(".")[2].strip('"').lower()
        if column in tables[table]:
            found[table, column] = None
    return list(found)


def through(steps: Mapping[str, Sequence[str]], sql: Mapping[str, Sequence[Origin]] | None) -> dict[str, list[Origin]]:
    """The same after the steps: `steps` says from which columns of the question each column came."""
    if sql is None:
        return {}
    return {name: list(dict.fromkeys(o for one in ones for o in sql.get(one, ()))) for name, ones in steps.items()}
