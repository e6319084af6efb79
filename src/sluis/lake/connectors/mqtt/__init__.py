"""Messages of an MQTT broker. The broker keeps them while we are away, and we tell it that we have them only when they
stand in our own database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluis.kernel.errors import Fault
from sluis.kernel.text import N_
from sluis.lake.connectors import messages
from sluis.lake.connectors.base import Connector, Fetched, Field, Given, Kind, Tell, Unchanged
from sluis.lake.connectors.mqtt import session

MOST_SECONDS = 300


class Mqtt(Connector):
    name = "mqtt"
    title = N_("Berichten van een MQTT-broker")
    about = N_(
        "Voor sensoren die hun metingen naar een MQTT-broker sturen. De broker bewaart wat er tussendoor komt, als de "
        "afzender met QoS 1 of 2 stuurt."
    )
    modes, receives = messages.MODES, True
    fields = (
        Field("host", N_("Server"), Kind.ADDRESS, required=True),
        Field("port", N_("Poort"), Kind.NUMBER, required=True, default=session.TLS_PORT, place=True),
        Field("security", N_("Beveiliging"), Kind.CHOICE, required=True, default="tls", place=True,
              choices=(("tls", N_("TLS, met controle van het certificaat")), ("none", N_("geen")))),
        Field("user", N_("Gebruikersnaam")),
        Field("password", N_("Wachtwoord"), Kind.SECRET),
        Field("topics", N_("Onderwerpen (topics)"), Kind.LINES, required=True,
              help=N_("Een per regel, zoals meetnet/+/waterstand of meetnet/#.")),
        Field("seconds", N_("Zo lang luisteren"), Kind.NUMBER, required=True, default=30,
              help=N_("In seconden. Sluis stopt eerder als het stil is.")),
        messages.MOMENT,
    )  # fmt: skip

    def faults(self, config: Mapping[str, Any], mode: str) -> list[Fault]:
        text = N_("Vul een getal in van {low} tot en met {high}.")
        most = {"seconds": MOST_SECONDS, "port": 65_535}
        found = [Fault(text, field=name, params={"low": 1, "high": high})
                 for name, high in most.items() if config[name] > high]  # fmt: skip
        wrong = [topic for topic in config["topics"] if not session.is_filter(topic)]
        if wrong:
            text = N_("'{topic}' is geen onderwerp: + en # staan alleen tussen schuine strepen, # alleen aan het eind.")
            found.append(Fault(text, field="topics", params={"topic": wrong[0]}))
        return found

    def check(self, given: Given, tell: Tell) -> None:
        session.tried(given)
        tell(N_("{place} laat Sluis toe tot deze onderwerpen."), place=given["host"])

    def fetch(self, given: Given, state: Mapping[str, Any], into: Path, tell: Tell) -> Fetched | Unchanged:
        if given.waiting is not None:
            heard = session.listened(given, given.waiting)
            tell(N_("Ontvangen berichten: {count}; niet te lezen: {wrong}."), count=heard.count, wrong=heard.unreadable)
        return messages.gathered(given.waiting, into)

    def sample(self, given: Given, into: Path, tell: Tell) -> Fetched:
        """What comes by while we listen; nothing is taken from what the broker keeps for us."""
        return messages.written(session.overheard(given), into)


CONNECTOR = Mqtt()
