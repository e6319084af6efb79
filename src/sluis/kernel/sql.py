"""Names and texts as they stand in SQL."""


def quoted(name: str) -> str:
    """The name of a column or table, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
