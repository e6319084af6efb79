"""The catalogue: which tables there are, in our own database, and where their metadata stands, in the data folder."""

import fcntl
import shutil
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError, ValidationError
from pyiceberg.io import PY_IO_IMPL
from pyiceberg.table import Table, TableProperties
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from sluis.kernel import ids
from sluis.kernel.errors import Unavailable
from sluis.kernel.text import N_
from sluis.lake.iceberg import files
from sluis.lake.query.offering import table_name

type Columns = Any  # a pyarrow.Schema, which has no types
NAME = NAMESPACE = "sluis"
DATASET, SINCE = "sluis.dataset", "sluis.since"
_PATIENCE_SECONDS = 30
_WRITING = 7_584_714  # of our own choosing: the lock of who writes in the catalogue
_FILES = {PY_IO_IMPL: files.NAME}
# A commit that lost would be tried again by pyiceberg without looking what the winner wrote; our next run does look.
_PROPERTIES = {
    TableProperties.COMMIT_NUM_RETRIES: "0",
    TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED: "true",
    TableProperties.METADATA_PREVIOUS_VERSIONS_MAX: "10",
}


@contextmanager
def opened() -> Generator[SqlCatalog]:
    """The catalogue for one writer at a time, by a lock that a killed process lets go. Raises Unavailable."""
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root / "lock").open("w") as lock, _one_machine():
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with closing(SqlCatalog(NAME, uri=database(), warehouse=located(root), **_FILES)) as catalogue:
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


def located(path: Path) -> str:
    """A path as it stands in the metadata: readers take what follows as it is, so nothing is escaped."""
    return f"file://{path}"


def path_of(location: str) -> Path:
    return Path(location.removeprefix("file://"))


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

    After a restore, or in a copy of the data folder, the database still names the files of where it came from.
    """
    try:
        table = catalogue.load_table(identifier(slug))
    except (NoSuchTableError, OSError, ValueError, ValidationError):
        return None
    ours = path_of(table.location()).parent == _home(dataset_id)
    return table if ours and table.properties.get(DATASET) == str(dataset_id) else None


def create(catalogue: SqlCatalog, slug: str, dataset_id: UUID, schema: Columns, since: int) -> Table:
    """A new table beside the one that is there, without snapshots, in a folder of its own. See `take_place`."""
    new = _beside(slug)
    forget(catalogue, new)
    location = located(_home(dataset_id) / ids.new_id().hex)
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
    for folder in _home(dataset_id).iterdir():
        if folder != path_of(table.location()):
            shutil.rmtree(folder, ignore_errors=True)
    return placed


def forget(catalogue: SqlCatalog, name: tuple[str, ...]) -> None:
    """Drop a table, if it is there; its data files are ours and stay."""
    with suppress(NoSuchTableError):
        catalogue.drop_table(name)


def remove_homes(keep: Iterable[UUID]) -> None:
    """Remove the metadata of all but these datasets."""
    names = {dataset_id.hex for dataset_id in keep}
    for folder in _root().iterdir():
        if folder.is_dir() and folder.name not in names:
            shutil.rmtree(folder, ignore_errors=True)


def _beside(slug: str) -> tuple[str, str]:
    namespace, name = identifier(slug)
    return namespace, f"{name}__new"


def _home(dataset_id: UUID) -> Path:
    return _root() / dataset_id.hex


def _root() -> Path:
    return settings.SLUIS.data / "iceberg"
