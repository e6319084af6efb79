"""What a column of an answer becomes: one of our column types, and the expression that stores it so."""

from sluis.lake.types import ColumnType

_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_HUGE = frozenset({"UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"})
_PLAIN = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "DOUBLE": ColumnType.NUMBER,
    "FLOAT": ColumnType.NUMBER,
    "DATE": ColumnType.DATE,
    "TIME": ColumnType.TIME,
    "TIME_NS": ColumnType.TIME,
    "JSON": ColumnType.JSON,
    "VARIANT": ColumnType.JSON,
}
_NESTED = ("STRUCT(", "MAP(", "UNION(")


def type_of(kind: str) -> ColumnType:
    """`kind` is DuckDB's name of a type, such as DECIMAL(10,2) or INTEGER[]."""
    if kind.endswith("]") or kind.startswith(_NESTED):
        return ColumnType.JSON
    if kind in _WHOLE:
        return ColumnType.INTEGER
    if kind in _HUGE:
        return ColumnType.DECIMAL
    if kind.startswith("DECIMAL"):
        return ColumnType.DECIMAL
    if kind.startswith("TIMESTAMP"):
        return ColumnType.DATETIME
    if kind.startswith("GEOMETRY"):
        return ColumnType.GEOMETRY
    return _PLAIN.get(kind, ColumnType.TEXT)


def stored(name: str, kind: str) -> str:
    """The expression that turns a column `name` of this kind into what the Parquet file holds."""
    of = type_of(kind)
    if of is ColumnType.JSON and kind != "JSON":
        return f"to_json({name})"
    if kind in _HUGE:
        # 38 digits is what a decimal holds; a larger number would be no number of ours, and says so.
        return f"CAST({name} AS DECIMAL(38,0))"
    if kind == "BLOB":
        return f"'\\x' || hex({name})"
    if of is ColumnType.DATETIME:
        return f"CAST({name} AS TIMESTAMP)"
    if of is ColumnType.TEXT and kind != "VARCHAR":
        return f"CAST({name} AS VARCHAR)"
    return f"CAST({name} AS DOUBLE)" if kind == "FLOAT" else f"CAST({name} AS TIME)" if kind == "TIME_NS" else name
