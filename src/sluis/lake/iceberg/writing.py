"""The table of one dataset made to say what our versions say."""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

from sluis.lake.iceberg import catalogue as kept
from sluis.lake.iceberg.plan import Plan, Wanted, plan
from sluis.lake.iceberg.snapshots import NotTheSameTableError, columns_in, counted, expire, parts_of, standing, write

type WantedSince = Callable[[int], Sequence[Wanted]]
type NamesOf = Callable[[Wanted], Collection[str]]


def keep_only(datasets: Callable[[], Mapping[str, UUID]]) -> None:
    """Forget the tables of all but these (slug → id), with their metadata: that tells of values in the data."""
    with kept.opened() as catalogue:
        known = datasets()
        for other in set(catalogue.list_tables(kept.NAMESPACE)) - {kept.identifier(slug) for slug in known}:
            kept.forget(catalogue, other)
        kept.remove_homes(known.values())


class Following:
    """`wanted` gives the ready versions from a number on, old to new; `names` the columns of one of them."""

    def __init__(self, slug: str, dataset_id: UUID, wanted: WantedSince, names: NamesOf) -> None:
        self._slug, self._dataset_id, self._wanted, self._names = slug, dataset_id, wanted, names

    def catch_up(self, *, anew: bool = False) -> int:
        """Write what lacks, or everything; returns how many snapshots."""
        with kept.opened() as catalogue:
            table = None if anew else kept.found(catalogue, self._slug, self._dataset_id)
            lacking = self._plan(table)
            if table is None or lacking.anew:
                return self._anew(catalogue, lacking.write)
            for done, version in enumerate(lacking.write):
                try:
                    write(table, version, self._names(version))
                except NotTheSameTableError:
                    return done + self._anew(catalogue, lacking.write[done:])
            expire(table, lacking.expire)
            return len(lacking.write)

    def behind(self) -> bool:
        with kept.opened() as catalogue:
            table = kept.found(catalogue, self._slug, self._dataset_id)
            return not self._plan(table).settled

    def counted(self) -> dict[int, int]:
        """The rows of each version that can be read back; none for a table that does not say what we say."""
        with kept.opened() as catalogue:
            table = kept.found(catalogue, self._slug, self._dataset_id)
            return counted(table) if table and self._plan(table).settled else {}

    def _plan(self, table: Table | None) -> Plan:
        if table is None:
            return plan([], self._wanted(0))
        return plan(standing(table), self._wanted(int(table.properties[kept.SINCE])))

    def _anew(self, catalogue: SqlCatalog, versions: Sequence[Wanted]) -> int:
        """A new table, which takes the place of the old one when it is whole: nobody sees the versions pass by.

        It begins with the last version of which the columns could not follow on those before it.
        """
        table, written = None, 0
        for version in versions:
            names = self._names(version)
            try:
                table = table or self._create(catalogue, version)
                write(table, version, names)
            except NotTheSameTableError:
                table, written = self._create(catalogue, version), 0
                write(table, version, names)
            written += 1
        if table is None:
            kept.forget(catalogue, kept.identifier(self._slug))
        else:
            kept.take_place(catalogue, self._slug, self._dataset_id, table)
        return written

    def _create(self, catalogue: SqlCatalog, version: Wanted) -> Table:
        columns = columns_in(kept.reader(catalogue), parts_of(version))
        return kept.create(catalogue, self._slug, self._dataset_id, columns, version.number)
