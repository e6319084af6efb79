"""The parsed question, walked: only known kinds of nodes, only offered tables, only functions that are allowed.

DuckDB's own parser makes the tree (json_serialize_sql), so that what we judge is what it would run. Whatever is not
known here is refused: a new kind of node in a later DuckDB stays outside until somebody looked at it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.query import faults
from sluis.lake.query.functions import gives_another_each_time, why_no_rows, why_not

MOST_NODES = 50_000
DEEPEST = 400

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SOURCES = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "TABLE_FUNCTION", "EXPRESSION_LIST", "PIVOT"})
_EXPRESSIONS = frozenset(
    {
        "COLUMN_REF", "CONSTANT", "FUNCTION", "CONJUNCTION", "COMPARISON", "BETWEEN", "CASE", "CAST", "OPERATOR",
        "SUBQUERY", "STAR", "WINDOW", "COLLATE", "LAMBDA", "LAMBDA_REF", "POSITIONAL_REFERENCE", "TYPE",
    }
)  # fmt: skip
_OTHER = re.compile(r"ORDER_\w+|ASCENDING|DESCENDING|\w+_MODIFIER|\w+_TYPE_INFO", re.ASCII)
_WITHOUT_BRACKETS = frozenset(
    {"current_user", "session_user", "user", "current_role", "current_schema", "current_catalog", "current_database"}
)
_PLAIN_SCHEMAS = ("", "main")


@dataclass
class Found:
    """`tables` are the offered tables that the question uses, as it is offered."""

    tables: set[str] = field(default_factory=set)
    changeable: bool = False


type _Place = tuple[Any, frozenset[str], int]


@dataclass(frozen=True)
class _Offer:
    tables: Mapping[str, str]
    columns: frozenset[str]


def judge(statement: Any, offered: Iterable[str], columns: Iterable[str] = ()) -> Found:
    """Walk one statement of json_serialize_sql. Raises Invalid for the first thing that may not be there.

    `columns` are those of the offered tables: one that is named as a function without brackets is still a column.
    """
    known = _Offer({lowered(name): name for name in offered}, frozenset(map(lowered, columns)))
    found = Found()
    todo: list[_Place] = [(statement, frozenset(), 0)]
    seen = 0
    while todo:
        node, ctes, depth = todo.pop()
        seen += isinstance(node, dict)
        if depth > DEEPEST or seen > MOST_NODES:
            raise faults.deep()
        if isinstance(node, dict):
            _judge(node, ctes, known, found)
        todo.extend((child, seen_there, depth + 1) for child, seen_there in _children(node, ctes))
    return found


def lowered(name: str) -> str:
    """As DuckDB compares names: only A to Z have another case."""
    return "".join(c.lower() if c.isascii() else c for c in name)


def _children(node: Any, ctes: frozenset[str]) -> list[tuple[Any, frozenset[str]]]:
    """What stands in a node, the last first, each with the names of parts (WITH) that it sees.

    A part sees those before it and not itself: DuckDB then takes a table of its own with that name.
    """
    if isinstance(node, list):
        return [(value, ctes) for value in reversed(node) if isinstance(value, dict | list)]
    if not isinstance(node, dict):
        return []
    parts: list[tuple[Any, frozenset[str]]] = []
    for entry in (node.get("cte_map") or {}).get("map", ()):
        parts.append((entry["value"], ctes))
        ctes |= {lowered(str(entry["key"]))}
    again = {"right": ctes | {lowered(str(node["cte_name"]))}} if node.get("type") == "RECURSIVE_CTE_NODE" else {}
    rest = [(value, again.get(name, ctes)) for name, value in node.items() if name != "cte_map"]
    return [(value, scope) for value, scope in reversed(parts + rest) if isinstance(value, dict | list)]


def _judge(node: dict[str, Any], ctes: frozenset[str], known: _Offer, found: Found) -> None:
    kind = node.get("type")
    if "class" in node:
        _judge_expression(node, known, found)
    elif "cte_map" in node:
        if kind not in _QUERIES:
            raise _unknown_part(str(kind))
        found.changeable |= node.get("sample") is not None
    elif "sample" in node and "alias" in node:
        _judge_source(node, ctes, known, found)
    elif isinstance(kind, str) and not _OTHER.fullmatch(kind):
        raise _unknown_part(kind)


def _judge_source(node: dict[str, Any], ctes: frozenset[str], known: _Offer, found: Found) -> None:
    kind = str(node.get("type"))
    if kind == "SHOW_REF":
        raise faults.part("DESCRIBE, SHOW, SUMMARIZE", N_("de lijst naast de vraag zegt welke tabellen er zijn"))
    if kind not in _SOURCES:
        raise _unknown_part(kind)
    found.changeable |= node.get("sample") is not None
    if kind == "BASE_TABLE":
        _judge_table(node, ctes, known, found)
    elif kind == "TABLE_FUNCTION":
        function = node["function"]
        if function.get("class") != "FUNCTION":
            raise _unknown_part(kind)
        _plain_schema(function)
        name = lowered(str(function["function_name"]))
        if why := why_no_rows(name):
            raise faults.function(name, why)
    elif kind == "PIVOT" and any(pivot.get("pivot_enum") for pivot in node.get("pivots", ())):
        raise _unknown_part("PIVOT … IN enum")


def _judge_table(node: dict[str, Any], ctes: frozenset[str], known: _Offer, found: Found) -> None:
    name = str(node["table_name"])
    before = [part for part in (node.get("catalog_name"), node.get("schema_name")) if part]
    if before:
        raise faults.qualified(".".join([*map(str, before), name]))
    if node.get("at_clause"):
        raise faults.part("AT", N_("een oude versie van een tabel kunt u hier niet vragen"))
    if lowered(name) in ctes:
        return
    if lowered(name) not in known.tables:
        raise faults.table(name)
    found.tables.add(known.tables[lowered(name)])


def _judge_expression(node: dict[str, Any], known: _Offer, found: Found) -> None:
    kind = str(node["class"])
    if kind == "PARAMETER":
        raise faults.part("? of $1", N_("vul de waarde zelf in"))
    if kind not in _EXPRESSIONS:
        raise _unknown_part(kind)
    if "function_name" in node:
        _plain_schema(node)
        name = lowered(str(node["function_name"]))
        if why := why_not(name):
            raise faults.function(name, why)
        found.changeable |= gives_another_each_time(name)
    elif kind == "COLUMN_REF" and len(node.get("column_names", ())) == 1:
        _judge_word(lowered(str(node["column_names"][0])), known, found)


def _judge_word(name: str, known: _Offer, found: Found) -> None:
    """A few functions are written without brackets, as a column is."""
    if name in known.columns:
        return
    if name in _WITHOUT_BRACKETS:
        raise faults.function(name, why_not(name))
    found.changeable |= gives_another_each_time(name)


def _plain_schema(node: dict[str, Any]) -> None:
    if node.get("catalog") or node.get("schema") not in _PLAIN_SCHEMAS:
        before = [str(part) for part in (node.get("catalog"), node.get("schema")) if part]
        raise faults.qualified(".".join([*before, str(node["function_name"])]))


def _unknown_part(kind: str) -> Exception:
    return faults.part(kind, N_("dit onderdeel van SQL doet hier niet mee"))
