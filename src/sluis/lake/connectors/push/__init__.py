"""Measuring stations and systems that bring their rows themselves, over HTTP. Sluis asks nobody anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.text import N_
from sluis.lake.connectors import messages
from sluis.lake.connectors.base import Connector, Fetched, Given, Tell, Unchanged


class Push(Connector):
    name = "push"
    title = N_("Berichten die een systeem zelf stuurt")
    about = N_(
        "Voor meetstations en systemen die hun gegevens zelf over HTTPS sturen, als JSON. Adres en sleutel staan op de "
        "pagina van de bron."
    )
    modes, receives = messages.MODES, True
    fields = (messages.MOMENT,)

    def check(self, given: Given, tell: Tell) -> None:
        tell(N_("Deze bron wacht op berichten. Adres en sleutel voor de afzender staan op de pagina van de bron."))

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        return messages.gathered(given.waiting, into)

    def sample(self, given: Given, into: Path, tell: Tell) -> Fetched:
        found = messages.gathered(given.waiting, into)
        if isinstance(found, Unchanged):
            raise messages.nothing_yet()
        return found


CONNECTOR = Push()
