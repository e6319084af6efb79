"""A question over a whole table, split: what to ask of each slice, and what puts the answers together.

DuckDB's own parser makes the tree and writes the parts, so that they mean what the question means. Counts, sums, least
and most values, means and approximate counts add up. Groups with something above them are brought together by their
keys first. What is not known here is not split.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

type Node = dict[str, Any]

PUT = "put"  # the table with the answers of all slices


@dataclass(frozen=True, slots=True)
class Split:
    """`slice` is asked of every slice. With `keys` (columns of it) `group` is asked of all its rows that are alike in
    them, as `put`. `home` is asked of everything that comes home, as `put`; `sketches` are columns there that hold the
    registers of an approximate count."""

    slice: str
    home: str
    keys: tuple[str, ...] = ()
    group: str = ""
    sketches: tuple[str, ...] = ()


def counted(con: duckdb.DuckDBPyConnection, put: pa.Table, sketches: Sequence[str]) -> pa.Table:
    """Registers of approximate counts replaced by the count that DuckDB makes of the largest of each."""
    for name in sketches:
        registers = [np.frombuffer(one, np.uint8) for one in put[name].to_pylist()]
        empty = "SELECT approx_count_distinct(1) EXPORT_STATE AS s LIMIT 0"
        con.execute(f"CREATE OR REPLACE TEMP TABLE sketch AS {empty}")
        con.execute("INSERT INTO sketch VALUES (?::BLOB)", [np.maximum.reduce(registers).tobytes()])
        found = con.execute("SELECT finalize(s) FROM sketch").fetchall()[0][0]
        put = put.set_column(put.schema.get_field_index(name), name, [[found] * len(put)])
    return put


class _Whole(Exception):
    """This question cannot be split."""


@dataclass
class Splitter:
    """`tables` are the names under which a slice knows the table."""

    con: duckdb.DuckDBPyConnection
    tables: Collection[str]
    _aggregates: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = self.con.execute("SELECT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'")
        self._aggregates = frozenset(name for (name,) in names.fetchall())

    def split(self, sql: str, params: Sequence[str] = ()) -> Split | None:
        """None when it must be asked of the whole table at once. `params` are SQL literals, in their order."""
        try:
            node, values = self._tree(sql), [self._parsed(text) for text in params]
            return self._split(
                _replaced(node, lambda one: values[int(one["identifier"]) - 1] if _is(one, "PARAMETER") else None)
            )
        except _Whole:
            return None

    def _split(self, node: Node) -> Split:
        levels = self._levels(node)
        adding = [at for at, level in enumerate(levels) if self._adds(level)]
        below = [level for at, level in enumerate(levels[:-1]) if not adding or at <= adding[0]]
        if any(level["modifiers"] for level in below):
            raise _Whole
        if not adding:
            return self._rows(node)
        first, last = adding[0], len(levels) - 1
        part = self._part(levels[first], self._source(levels[first]["from_table"]))
        ordered = levels[first]["modifiers"] or levels[first]["having"]
        if not part.keys or (first == last and not ordered):
            home = part.whole(levels[first], PUT)
            for over in levels[first + 1 :]:
                home = self._text(over | {"from_table": self._put(home)})
            return Split(part.sql, home, sketches=part.sketches)
        return self._grouped(levels, adding, part)

    def _grouped(self, levels: Sequence[Node], adding: Sequence[int], part: "_Part") -> Split:
        """Rows of one group meet before anything is said of groups."""
        if part.sketches or any(level["modifiers"] for level in levels[:-1]):
            raise _Whole
        at, keys = adding[0], tuple(part.keys)
        whole = part.whole(levels[at], PUT)
        if at + 1 in adding and (fewer := self._fewer(levels[at], levels[at + 1], part)):
            at, keys = at + 1, fewer
            whole = self._text(levels[at] | {"from_table": self._put(whole)})
        above = next((one for one in adding if one > at), None)
        if above is None:
            if at != len(levels) - 1:
                raise _Whole
            return Split(part.sql, self._in_order(levels[at]), keys, whole)
        for between in range(at + 1, above):
            whole = self._text(levels[between] | {"from_table": self._put(whole)})
        more = self._part(levels[above], f"({whole})")
        home = more.whole(levels[above], PUT)
        for over in range(above + 1, len(levels)):
            home = self._text(levels[over] | {"from_table": self._put(home)})
        return Split(part.sql, home, keys, more.sql, more.sketches)

    def _fewer(self, inner: Node, outer: Node, part: "_Part") -> tuple[str, ...]:
        """The keys of `inner` that `outer` groups by: with those together, both are whole."""
        names = {_name(item): _bare(item) for item in inner["select_list"]}
        keys = {_bare(key): name for name, key in part.keys.items()}
        wanted = [names.get(_name(key), "") if _is(key, "COLUMN_REF") else "" for key in self._keys(outer)]
        return tuple(keys[key] for key in wanted) if wanted and all(key in keys for key in wanted) else ()

    def _levels(self, node: Node) -> list[Node]:
        """From the select over the table to the one around everything."""
        levels = [_known(node)]
        while (source := levels[-1]["from_table"])["type"] == "SUBQUERY" and not source["column_name_alias"]:
            levels.append(_known(source["subquery"]["node"]))
        if source["type"] != "BASE_TABLE" or source["table_name"] not in self.tables or source["sample"]:
            raise _Whole
        inside = _all(node)
        if sum(_kind(one) == "BASE_TABLE" for one in inside) != 1 or any(_is(one, "WINDOW") for one in inside):
            raise _Whole
        return levels[::-1]

    def _adds(self, level: Node) -> bool:
        return bool(level["group_expressions"] or self._calls(level["select_list"]))

    def _calls(self, place: Any) -> list[Node]:
        """Aggregates in expressions, each once; those of a select inside are its own."""
        return list({_bare(one): one for one in _all(place) if self._adding(one)}.values())

    def _adding(self, one: Any) -> bool:
        return _is(one, "FUNCTION") and one["function_name"] in self._aggregates

    def _keys(self, level: Node) -> list[Node]:
        """What is grouped by; a number is the place of a column."""
        items, keys = level["select_list"], level["group_expressions"]
        if len(level["group_sets"]) > 1:
            raise _Whole
        return [items[key["value"]["value"] - 1] if _is(key, "CONSTANT") else key for key in keys]

    def _part(self, level: Node, source: str) -> "_Part":
        keys = {f"k{number}": key for number, key in enumerate(self._keys(level))}
        part = _Part(self, keys)
        for call in self._calls([level["select_list"], level["having"], level["modifiers"]]):
            part.add(call)
        items = [f"{self._plain(key)} AS {name}" for name, key in keys.items()]
        items += [f"{text} AS {name}" for name, text in part.columns.items()]
        where = f" WHERE {self._plain(level['where_clause'])}" if level["where_clause"] else ""
        groups = f" GROUP BY {', '.join(map(self._plain, keys.values()))}" if keys else ""
        part.sql = f"SELECT {', '.join(items)} FROM {source}{where}{groups}"
        if keys and part.sketches:
            raise _Whole
        return part

    def _rows(self, node: Node) -> Split:
        """The first rows in some order: those of each slice hold them."""
        kinds = {modifier["type"] for modifier in node["modifiers"]}
        if kinds != {"ORDER_MODIFIER", "LIMIT_MODIFIER"} or len(self._levels(node)) > 1:
            raise _Whole
        return Split(self._text(node), self._in_order(node))

    def _in_order(self, node: Node) -> str:
        """Everything that came home, ordered and cut off as the question says."""
        places = {_bare(item): place for place, item in enumerate(node["select_list"], 1)}
        places |= {_alias(item): place for place, item in enumerate(node["select_list"], 1) if item["alias"]}
        modifiers = deepcopy(node["modifiers"])
        for order in (order for modifier in modifiers for order in modifier.get("orders", ())):
            if not _is(order["expression"], "CONSTANT"):
                if _bare(order["expression"]) not in places:
                    raise _Whole
                order["expression"] = self._parsed(str(places[_bare(order["expression"])]))
        return self._text(self._tree(f"SELECT * FROM {PUT}") | {"modifiers": modifiers})

    def _source(self, table: Node) -> str:
        return self._text(self._tree("SELECT 1 FROM t") | {"from_table": table}).removeprefix("SELECT 1 FROM ")

    def _put(self, sql: str) -> Node:
        return self._tree(f"SELECT 1 FROM ({sql})")["from_table"]

    def _plain(self, expression: Node) -> str:
        return self._text(self._select(expression | {"alias": ""})).removeprefix("SELECT ")

    def _parsed(self, text: str) -> Node:
        return self._tree(f"SELECT {text}")["select_list"][0]

    def _select(self, expression: Node) -> Node:
        return self._tree("SELECT 1") | {"select_list": [expression]}

    def _tree(self, sql: str) -> Node:
        """Raises _Whole for what is not one statement that DuckDB can take apart."""
        tree = json.loads(self.con.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()[0][0])
        if tree["error"] or len(tree["statements"]) != 1:
            raise _Whole
        return tree["statements"][0]["node"]

    def _text(self, node: Node) -> str:
        statement = {"error": False, "statements": [{"node": node, "named_param_map": []}]}
        return self.con.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(statement)]).fetchall()[0][0]


@dataclass
class _Part:
    """A select with aggregates, as what each piece of its rows says; `whole` is the select over those."""

    splitter: Splitter
    keys: Mapping[str, Node]
    columns: dict[str, str] = field(default_factory=dict[str, str])
    sql: str = ""
    _finals: dict[str, Node] = field(default_factory=dict[str, Node])
    _sketches: list[str] = field(default_factory=list[str])

    @property
    def sketches(self) -> tuple[str, ...]:
        return tuple(self._sketches)

    def add(self, call: Node) -> None:
        if call["order_bys"]["orders"] or (call["distinct"] and call["function_name"] != "count"):
            raise _Whole
        name = f"p{len(self.columns)}"
        final = self._final(call, name)
        self._finals[_bare(call)] = self.splitter._parsed(final)

    def _final(self, call: Node, name: str) -> str:
        """Notes the columns that pieces give, and returns what is made of them."""
        plain = self.splitter._plain
        function, few = call["function_name"], len(call["children"])
        if call["distinct"]:
            self.columns[name] = plain(call | {"function_name": "list"})
            return f"len(list_distinct(flatten(list({name}))))::BIGINT"
        self.columns[name] = plain(call)
        match function, few:
            case "count" | "count_star", _:
                return f"coalesce(sum({name}), 0)::BIGINT"
            case "sum" | "min" | "max" | "any_value", 1:
                return f"{function}({name})"
            case "min" | "max", 2:
                way, most = "ASC" if function == "min" else "DESC", plain(call["children"][1])
                return f"list_slice(list_sort(flatten(list({name})), '{way}', 'NULLS LAST'), 1, {most})"
            case "avg", 1:
                self.columns[name] = plain(call | {"function_name": "sum"})
                self.columns[f"{name}n"] = plain(call | {"function_name": "count"})
                return f"sum({name})::DOUBLE / nullif(sum({name}n), 0)"
            case "approx_count_distinct", 1:
                self.columns[name] = f"({plain(call | {'export_state': True})})::BLOB"
                self._sketches.append(name)
                return f"any_value({name})"
            case _:
                raise _Whole

    def whole(self, level: Node, source: str) -> str:
        """The select itself, over the table of pieces."""
        known = self._finals | {_bare(key): self.splitter._parsed(name) for name, key in self.keys.items()}

        def put(one: Any) -> Node | None:
            found = known.get(_bare(one)) if isinstance(one, dict) and "class" in one else None
            return found and found | {"alias": one.get("alias", "")}

        items = [_replaced(item | {"alias": item["alias"] or _name(item)}, put) for item in level["select_list"]]
        rest = {name: _replaced(level[name], put) for name in ("having", "modifiers")}
        groups = [self.splitter._parsed(name) for name in self.keys]
        table = self.splitter._put(f"SELECT * FROM {source}")
        made = level | rest | {"select_list": items, "from_table": table, "where_clause": None}
        return self.splitter._text(made | {"group_expressions": groups})


def _known(level: Node) -> Node:
    """A plain select. Raises _Whole for anything else."""
    plain = level["type"] == "SELECT_NODE" and level["aggregate_handling"] == "STANDARD_HANDLING"
    simple = plain and not (level["cte_map"]["map"] or level["sample"] or level["qualify"])
    if not simple or any(one["type"] == "DISTINCT_MODIFIER" for one in level["modifiers"]):
        raise _Whole
    return level


def _is(one: Any, kind: str) -> bool:
    return isinstance(one, dict) and one.get("class") == kind


def _kind(one: Any) -> str:
    return one.get("type", "") if isinstance(one, dict) and "class" not in one else ""


def _name(item: Node) -> str:
    """What a column of a select is called by those around it; '' for one without a name of its own."""
    return item["alias"] or (item["column_names"][-1] if _is(item, "COLUMN_REF") else "")


def _alias(item: Node) -> str:
    """As an order by its alias looks."""
    named = {"class": "COLUMN_REF", "type": "COLUMN_REF", "column_names": [item["alias"]]}
    return json.dumps(named, sort_keys=True)


def _bare(one: Any) -> str:
    """The same for the same expression, wherever it stands and whatever it is called."""
    return json.dumps(_replaced(one, lambda inner: None, ("query_location", "alias")), sort_keys=True)


def _all(place: Any) -> list[Any]:
    """Everything in a tree, itself too."""
    inside = place.values() if isinstance(place, dict) else place if isinstance(place, list) else ()
    return [place, *[one for part in inside for one in _all(part)]]


def _replaced(one: Any, put: Any, without: Collection[str] = ()) -> Any:
    """A copy with other nodes where `put` gives one."""
    if (other := put(one)) is not None:
        return other
    if isinstance(one, dict):
        return {name: _replaced(value, put, without) for name, value in one.items() if name not in without}
    return [_replaced(value, put, without) for value in one] if isinstance(one, list) else one
