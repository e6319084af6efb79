"""Files in a folder of an SFTP server whose key was looked at by a person first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.connectors import filing
from sluis.lake.connectors.base import Field, Given, Kind
from sluis.lake.connectors.filing import Filing, Found
from sluis.lake.connectors.sftp import session


class Sftp(Filing):
    name = "sftp"
    title = N_("Bestanden op een SFTP-server")
    about = N_("Leest bestanden uit een map van een SFTP-server. De sleutel van de server ligt vast.")
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
        found = super().faults(config, mode)
        if config["host_key"] and not config["host_key"].startswith("SHA256:"):
            found.append(Fault(N_("Een sleutel begint met SHA256:."), field="host_key"))
        return found

    def place(self, given: Given) -> str:
        return given["folder"]

    def listed(self, given: Given, into: Path) -> list[Found]:
        _known(given)
        return session.listed(given)

    def copied(self, given: Given, file: Found, target: Path) -> None:
        session.copied(given, file, target)


def _known(given: Given) -> None:
    """Before a person has seen the key of the server nothing is said to it, least of all a password."""
    if given["host_key"]:
        return
    text = N_("De server toont de sleutel {key}. Vergelijk hem met de beheerder van de server en vul hem hier in.")
    fault = Fault(text, field="host_key", params={"key": session.key_of_server(given)})
    raise Invalid("source.host-key", N_("De sleutel van de server is nog niet vastgelegd."), faults=[fault])


CONNECTOR = Sftp()
