"""What a database holds, table by table, in the order in which one refers to another.

A row is read as Python values, so that the same content is the same on SQLite and on PostgreSQL; its hash is taken of
those. The hash of a table is the sum of the hashes of its rows, for the two databases sort texts differently.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections
from django.db.models import Field, JSONField, Model

BATCH = 1_000
ICEBERG = ("iceberg_namespace_properties", "iceberg_tables")
"""Tables of pyiceberg: no models of ours, and texts in every column. Counts in the cache are forgotten."""


@dataclass(frozen=True, slots=True)
class Table:
    """`fields` has one entry per column; None where no model tells, and the value is a text."""

    name: str
    model: type[Model] | None
    columns: tuple[str, ...]
    fields: "tuple[Field[Any, Any] | None, ...]"

    def rows(self, alias: str) -> Iterator[tuple[Any, ...]]:
        """Every row, in no order; a batch at a time is in memory."""
        if self.model is None:
            yield from self._texts(alias)
            return
        names = [field.attname for field in self.fields if field]
        rows = self.model._base_manager.using(alias).order_by().values_list(*names)
        for row in rows.iterator(chunk_size=BATCH):
            yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)

    def _texts(self, alias: str) -> Iterator[tuple[Any, ...]]:
        with connections[alias].cursor() as cursor:
            cursor.execute(naming(alias, "SELECT {} FROM {}", self.columns, self.name))
            while batch := cursor.fetchmany(BATCH):
                yield from batch

    def stored(self, row: Sequence[Any], alias: str) -> list[Any]:
        """The row as this database takes it."""
        return [_stored(value, field, alias) for value, field in zip(row, self.fields, strict=True)]


def _stored(value: Any, field: "Field[Any, Any] | None", alias: str) -> Any:
    if field is None:
        return value
    if value is None and isinstance(field, JSONField) and not field.null:
        return connections[alias].ops.adapt_json_value(None, field.encoder)
    return field.get_db_prep_save(value, connections[alias])


@dataclass
class Sum:
    """The content of a table: how many rows, and the sum of their hashes."""

    rows: int = 0
    total: int = 0

    def add(self, row: Sequence[Any]) -> None:
        text = json.dumps([_plain(value) for value in row], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(text.encode()).digest())) % (1 << 256)

    @property
    def sha256(self) -> str:
        return f"{self.total:064x}"


def summed(table: Table, alias: str) -> Sum:
    found = Sum()
    for row in table.rows(alias):
        found.add(row)
    return found


def _plain(value: Any) -> Any:
    """A number is what it is worth: PostgreSQL writes a large one in JSON in its own way."""
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case float() if value.is_integer():
            return int(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            return value


@cache
def models() -> tuple[type[Model], ...]:
    """Every model with a table of its own, those that are referred to first."""
    kept = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    named = {model._meta.db_table: model for model in kept}
    graph = {
        name: {f.remote_field.model._meta.db_table for f in model._meta.concrete_fields if f.remote_field} - {name}
        for name, model in sorted(named.items())
    }
    return tuple(named[name] for name in TopologicalSorter(graph).static_order())


def tables(alias: str) -> list[Table]:
    """The tables of this database; those of the Iceberg catalogue where there are any."""
    present = table_names(alias)
    return [*map(_of_model, models()), *(_of_iceberg(name, alias) for name in ICEBERG if name in present)]


def table_names(alias: str) -> set[str]:
    with connections[alias].cursor() as cursor:
        return set(connections[alias].introspection.table_names(cursor))


def naming(alias: str, statement: str, *names: str | Iterable[str]) -> str:
    """The statement with these names of tables and columns in its places, as this database quotes them; several in one
    place with commas between."""
    quoted = connections[alias].ops.quote_name
    return statement.format(*(quoted(one) if isinstance(one, str) else ", ".join(map(quoted, one)) for one in names))


def _of_model(model: type[Model]) -> Table:
    fields = tuple(model._meta.concrete_fields)
    return Table(model._meta.db_table, model, tuple(str(field.column) for field in fields), fields)


def _of_iceberg(name: str, alias: str) -> Table:
    with connections[alias].cursor() as cursor:
        described = connections[alias].introspection.get_table_description(cursor, name)
    columns = tuple(sorted(column.name for column in described))
    return Table(name, None, columns, (None,) * len(columns))
