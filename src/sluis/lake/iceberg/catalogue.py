"""The catalogue: which tables there are, in our own database, and which of their metadata is to stay."""

import fcntl
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager, suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError, ValidationError
from pyiceberg.io import PY_IO_IMPL, FileIO, load_file_io
from pyiceberg.table import Table, TableProperties
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from sluis.kernel import ids
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_
from sluis.lake.iceberg import places
from sluis.lake.query.offering import table_name

type Columns = Any  # a pyarrow.Schema, which has no types
NAME = NAMESPACE = "sluis"
DATASET, SINCE = "sluis.dataset", "sluis.since"
_PATIENCE_SECONDS = 30
_WRITING = 7_584_714  # of our own choosing: the lock of who writes in the catalogue
# A commit that lost would be tried again by pyiceberg without looking what the winner wrote; our next run does look.
_PROPERTIES = {
    TableProperties.COMMIT_NUM_RETRIES: "0",
    TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED: "true",
    TableProperties.METADATA_PREVIOUS_VERSIONS_MAX: "10",
}


@contextmanager
def opened() -> Generator[SqlCatalog]:
    """The catalogue for one writer at a time, by a lock that a killed process lets go. Raises Unavailable."""
    place, locks = places.here(), settings.SLUIS.data / "locks"
    locks.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (locks / "iceberg").open("w") as lock, _one_machine():
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            known = {"uri": database(), "warehouse": place.root, PY_IO_IMPL: place.io}
            with closing(SqlCatalog(NAME, **known)) as catalogue:
                catalogue.create_namespace_if_not_exists(NAMESPACE)
                yield catalogue
        except SQLAlchemyError as error:
            raise Unavailable(
                "table.catalogue",
                N_("De Iceberg-catalogus is niet te lezen of te schrijven."),
                way_out=N_("Probeer het later opnieuw; sluis doctor zegt of de database bezet is."),
            ) from error


@contextmanager
def _one_machine() -> Generator[None]:
    """A lock in PostgreSQL that goes with our connection, for other machines do not see the lock on a file."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_WRITING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_WRITING])


def database() -> str:
    """The address of the database, with what is secret in it, as SQLAlchemy writes it; it waits for a lock as long as
    ours does."""
    if connection.vendor == "postgresql":
        given = {name: value for name, value in connection.get_connection_params().items() if isinstance(value, str)}
        return URL.create("postgresql+psycopg", query=given).render_as_string(hide_password=False)
    query = {"timeout": str(_PATIENCE_SECONDS)}
    return URL.create("sqlite", database=str(connection.settings_dict["NAME"]), query=query).render_as_string()


def identifier(slug: str) -> tuple[str, str]:
    """The name of the table of a dataset."""
    return NAMESPACE, table_name(slug)


def found(catalogue: SqlCatalog, slug: str, dataset_id: UUID) -> Table | None:
    """The table of this dataset; None when there is none that can be read here.

    After a restore or a move, or in a copy of the data folder, the database names the files of where it came from.
    """
    try:
        table = catalogue.load_table(identifier(slug))
    except (NoSuchTableError, OSError, ValueError, ValidationError):
        return None
    ours = table.location().rpartition("/")[0] == _home(dataset_id)
    return table if ours and table.properties.get(DATASET) == str(dataset_id) else None


def create(catalogue: SqlCatalog, slug: str, dataset_id: UUID, schema: Columns, since: int) -> Table:
    """A new table beside the one that is there, without snapshots, in a folder of its own. See `take_place`."""
    new = _beside(slug)
    forget(catalogue, new)
    location = f"{_home(dataset_id)}/{ids.new_id().hex}"
    told = {DATASET: str(dataset_id), SINCE: str(since), "comment": slug}
    table = catalogue.create_table(new, schema, location=location, properties=_PROPERTIES | told)
    # Our parts carry no numbers of columns: readers find these by name. The numbers are those that the table gave.
    with table.transaction() as change:
        change.set_properties({TableProperties.DEFAULT_NAME_MAPPING: table.schema().name_mapping.model_dump_json()})
    return table


def take_place(catalogue: SqlCatalog, slug: str, dataset_id: UUID, table: Table) -> Table:
    """The new table under the name of the old one, of which the metadata goes."""
    forget(catalogue, identifier(slug))
    placed = catalogue.rename_table(_beside(slug), identifier(slug))
    places.remove_all_but(places.here(), _home(dataset_id), [table.location()])
    return placed


def reader(catalogue: SqlCatalog) -> FileIO:
    """Reads what tables consist of, before there is a table."""
    return load_file_io(catalogue.properties)


def forget(catalogue: SqlCatalog, name: tuple[str, ...]) -> None:
    """Drop a table, if it is there; its data files are ours and stay."""
    with suppress(NoSuchTableError):
        catalogue.drop_table(name)


def remove_homes(keep: Iterable[UUID]) -> None:
    """Remove the metadata of all but these datasets, and what stood on this disk before there was a bucket."""
    place = places.here()
    places.remove_all_but(place, place.root, map(_home, keep))
    places.forget_disk()


def _beside(slug: str) -> tuple[str, str]:
    namespace, name = identifier(slug)
    return namespace, f"{name}__new"


def _home(dataset_id: UUID) -> str:
    return f"{places.here().root}/{dataset_id.hex}"
