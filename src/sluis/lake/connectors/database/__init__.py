"""A table or view of a database, read as it is: what to read is chosen from fields, never from SQL of anybody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.database import places
from sluis.lake.connectors.database.types import Order

SAMPLE_ROWS = 1_000
MOST_SECONDS, MOST_MB = 3_600, 20_000


class Database(Connector):
    name = "database"
    title = N_("Tabel in een database")
    about = N_("Leest een tabel of view uit PostgreSQL, MySQL, MariaDB, SQL Server, Oracle of SQLite. Schrijft nooit.")
    modes = ("replace", "append", "upsert")
    fields = (
        Field("kind", N_("Soort database"), Kind.CHOICE, required=True, default="postgresql", place=True,
              choices=tuple((kind.name, kind.title) for kind in places.KINDS.values())),
        Field("host", N_("Server"), Kind.ADDRESS, help=N_("Naam of adres. Niet nodig bij SQLite.")),
        Field("port", N_("Poort"), Kind.NUMBER, place=True, help=N_("Leeg: de gewone poort van deze database.")),
        Field("database", N_("Naam van de database"), required=True, place=True,
              help=N_("Bij Oracle de servicenaam, bij SQLite het bestand in een opengestelde map.")),
        Field("user", N_("Gebruikersnaam"), help=N_("Gebruik een account dat alleen mag lezen.")),
        Field("password", N_("Wachtwoord"), Kind.SECRET),
        Field("tls", N_("Beveiligde verbinding"), Kind.CHOICE, required=True, default="verify", place=True, choices=(
            ("verify", N_("ja, en controleer het certificaat")),
            ("encrypt", N_("ja, zonder het certificaat te controleren")),
            ("off", N_("nee"))), help=N_("Niet nodig bij SQLite.")),
        Field("schema", N_("Schema"), help=N_("Leeg: het gewone schema van dit account.")),
        Field("table", N_("Tabel of view"), required=True),
        Field("columns", N_("Kolommen"), Kind.LINES, help=N_("Eén per regel. Leeg: alle kolommen.")),
        Field("cursor", N_("Kolom die oploopt"),
              help=N_("Zoals de datum van wijzigen. Dan leest Sluis alleen wat sinds de vorige keer is gewijzigd.")),
        Field("seconds", N_("Langste wachttijd in seconden"), Kind.NUMBER, required=True, default=600,
              help=N_("Duurt de vraag aan de database langer, dan stopt het ophalen.")),
        Field("max_mb", N_("Grootste bestand in MB"), Kind.NUMBER, required=True, default=5_000,
              help=N_("Wordt het meer, dan stopt het ophalen.")),
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        found: list[Fault] = []
        needed = ("host", "user") if places.KINDS[config["kind"]].served else ()
        missing = N_("Vul dit in bij deze soort database.")
        found += [Fault(missing, field=name) for name in needed if not config[name]]
        if config["cursor"] and mode == "replace":
            text = N_("Alleen wat nieuw is lezen kan niet als de hele tabel wordt vervangen.")
            found.append(Fault(text, field="cursor"))
        if config["tls"] == "verify" and places.KINDS[config["kind"]].unverified:
            text = N_("Bij deze soort database kijkt Sluis het certificaat niet na. Kies alleen versleutelen.")
            found.append(Fault(text, field="tls"))
        for name, most in (("seconds", MOST_SECONDS), ("max_mb", MOST_MB)):
            if config[name] > most:
                found.append(Fault(N_("Kies ten hoogste {most}."), field=name, params={"most": most}))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        found = places.described(given, _order(given, {}, limit=1))
        tell(N_("Verbonden met {server}."), server=found.server)
        tell(
            N_("De tabel {table} is te lezen. Kolommen: {columns}."),
            table=given["table"],
            columns=", ".join(found.columns),
        )

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        return _fetched(given, _order(given, state), into, tell)

    def sample(self, given: Given, into: Path, tell: Tell) -> Fetched:
        found = _fetched(given, _order(given, {}, limit=SAMPLE_ROWS), into, tell)
        assert isinstance(found, Fetched)  # noqa: S101 - only with a place to begin at can there be nothing new
        return found


_READ = N_("Rijen gelezen uit {table}: {count}.")


def _fetched(given: Given, order: Order, into: Path, tell: Tell) -> Fetched | Unchanged:
    taken = places.taken(given, order, into / "rows.parquet")
    if not taken.rows and order.since is not None:
        return UNCHANGED
    part = bool(order.limit) and taken.rows >= order.limit
    text = N_("Voor deze proef gelezen uit {table}: de eerste {count} rijen.") if part else _READ
    tell(text, table=given["table"], count=taken.rows)
    for column, count in taken.no_dates.items():
        if count:
            tell(N_("In {column} staat {count} keer 0000-00-00. Dat is geen datum; het is leeg gelaten."),
                 column=column, count=count)  # fmt: skip
    since = taken.last if taken.last is not None else order.since
    return Fetched(into / "rows.parquet", f"{given['table']}.parquet", {"since": since} if since is not None else {})


def _order(given: Given, state: Mapping[str, Any], limit: int = 0) -> Order:
    """With a key the last value is read again: rows with the same value may have come later. Without one never."""
    return Order(
        schema=given["schema"],
        table=given["table"],
        columns=tuple(given["columns"] or ()),
        cursor=given["cursor"],
        since=state.get("since") if given["cursor"] else None,
        again=given.mode == "upsert",
        limit=limit,
        max_mb=given["max_mb"],
    )


CONNECTOR = Database()
