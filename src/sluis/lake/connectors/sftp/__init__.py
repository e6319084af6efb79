"""Files in a folder of an SFTP server whose key was looked at by a person first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import filing
from sluis.lake.connectors.base import UNCHANGED, Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.sftp import session
from sluis.lake.connectors.unpacking import unpacked


class Sftp(Connector):
    name = "sftp"
    title = N_("Bestanden op een SFTP-server")
    about = N_("Leest bestanden uit een map van een SFTP-server. De sleutel van de server ligt vast.")
    modes = ("replace", "append", "upsert")
    fields = (
        Field("host", N_("Server"), Kind.ADDRESS, required=True),
        Field("port", N_("Poort"), Kind.NUMBER, required=True, default=session.PORT, place=True),
        Field("host_key", N_("Sleutel van de server"), place=True,
              help=N_("Leeg: de controle toont de sleutel. Vergelijk hem met wat de beheerder van de server opgeeft.")),
        Field("user", N_("Gebruikersnaam"), required=True),
        Field("password", N_("Wachtwoord"), Kind.SECRET, required=True),
        Field("folder", N_("Map"), required=True, default="."),
        *filing.FIELDS,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        found = filing.faults(config, mode)
        if config["host_key"] and not config["host_key"].startswith("SHA256:"):
            found.append(Fault(N_("Een sleutel begint met SHA256:."), field="host_key"))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        _known(given)
        found = filing.sorted_files(session.listed(given), given["folder"], given["pattern"])
        tell(N_("Passende bestanden: {count}. Het nieuwste is {file}."), count=len(found), file=found[-1].name)

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        _known(given)
        found = filing.sorted_files(session.listed(given), given["folder"], given["pattern"])
        choice = filing.chosen(found, given.config, state)
        if choice is None:
            return UNCHANGED
        path = into / "download"
        session.copied(given, choice.file, path)
        tell(N_("{file} gelezen: {size} bytes."), file=choice.file.name, size=choice.file.size)
        path, filename = unpacked(path, choice.file.name, given["max_mb"])
        return Fetched(path, filename, choice.after, more=choice.more)


def _known(given: Given) -> None:
    """Before a person has seen the key of the server nothing is said to it, least of all a password."""
    if given["host_key"]:
        return
    text = N_("De server toont de sleutel {key}. Vergelijk hem met de beheerder van de server en vul hem hier in.")
    fault = Fault(text, field="host_key", params={"key": session.key_of_server(given)})
    raise Invalid("source.host-key", N_("De sleutel van de server is nog niet vastgelegd."), faults=[fault])


CONNECTOR = Sftp()
