"""Names and texts as they stand in SQL."""


def quoted(name: str) -> str:
    """The name of a column or table, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def as_text(value: object) -> str:
    """A value from JSON as DuckDB writes it when it is asked for as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
