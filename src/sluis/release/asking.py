"""What a visitor may ask about in SQL: the tables of what is open now. Reads the projection, never register or lake."""

from django.db.models import F, QuerySet

from sluis.foundation.service import limit
from sluis.kernel.errors import TooMany
from sluis.kernel.text import N_
from sluis.lake.query.asking import Door
from sluis.lake.query.offering import slug_of, slugs_in, table_name
from sluis.lake.query.running import for_visitors
from sluis.lake.query.types import Offered
from sluis.lake.rows.types import Column
from sluis.release.models import PublicTable
from sluis.release.types import Kind

PER_HOUR = 300


def sql_door() -> Door:
    """Over the tables of what is open now, for anybody."""
    return Door(askable, askable_page, for_visitors())


def askable(sql: str) -> tuple[Offered, ...]:
    """The open tables of which the text has the name; one query."""
    return tuple(map(_offered, _open().filter(dataset__slug__in=slugs_in(sql))))


def askable_page(text: str = "", first: int = 0, size: int = 25) -> tuple[Offered, ...]:
    """A page of the open tables, by name; `text` is the start of the name."""
    rows = _open().filter(dataset__slug__startswith=slug_of(text))
    return tuple(map(_offered, rows[first : first + size]))


def _open() -> QuerySet[PublicTable]:
    current = PublicTable.objects.filter(dataset__kind=Kind.OPEN, release=F("dataset__release"))
    return current.select_related("dataset").defer("dataset__document").order_by("dataset__slug")


def _offered(row: PublicTable) -> Offered:
    crs = str((row.geometry or {}).get("crs") or "")
    columns = tuple(
        Column(c["name"], c["type"], c.get("title") or "", crs if c["type"] == "geometry" else "") for c in row.columns
    )
    return Offered(table_name(row.dataset.slug), row.dataset.title, columns, (row.sha256,), row.rows)


def sql_limit(address: str) -> None:
    """So many new questions an hour per address; asking the same again, and paging, costs nothing. Raises TooMany."""
    try:
        limit("sql", address, PER_HOUR)
    except TooMany as fault:
        raise TooMany(
            "sql.too-many",
            N_("U hebt het afgelopen uur al {most} vragen gesteld."),
            way_out=N_("Probeer het over een uur opnieuw, of download het hele bestand."),
            most=PER_HOUR,
            retry_after=3600,
        ) from fault
