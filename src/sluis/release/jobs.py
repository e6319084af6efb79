"""Background entries: load, call one operation."""


def register() -> None:
    pass
