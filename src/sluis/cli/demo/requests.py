"""Data requests of the demo province, each as far as its story goes; who asks is nobody real."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from sluis.cli.demo.people import PROVINCE
from sluis.foundation.service import run_until_idle
from sluis.kernel.actor import Actor
from sluis.process import service as process
from sluis.process.types import TaskFilter
from sluis.requests import service as requests

_CLEAR = {
    "clear": "yes",
    "alreadyPublic": "no",
    "reuse": "yes",
    "requesterPublicBody": "no",
    "publicBody": "yes",
    "heldHere": "yes",
    "publicTask": "yes",
    "excludedCategory": "none",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`answers` per element of the process; where it has none, the request waits in somebody's inbox."""

    key: str
    topic: str
    question: str
    purpose: str = ""
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


REQUESTS = (
    Asked(
        "verzoek-zwemwater",
        "Kwaliteit van zwemwater in Merwede",
        "Ik zoek de metingen van alle zwemplekken, het liefst vanaf 2020 en als tabel.",
        "Voor een app die zegt waar je veilig kunt zwemmen.",
        {
            "Triage": _CLEAR | {"alreadyPublic": "yes", "publicAddress": "{site}/datasets/zwemwaterkwaliteit"},
            "WriteAnswer": {
                "publicQuestion": "Zijn de metingen van de kwaliteit van het zwemwater er als tabel, vanaf 2020?",
                "answer": "Ja. Ze staan op deze site bij de dataset Zwemwaterkwaliteit. U kunt de tabel bekijken en "
                "downloaden als CSV, en er is een API.",
            },
        },
    ),
    Asked(
        "verzoek-klachten",
        "Klachten over geluid per adres",
        "Mag ik alle klachten over geluid van 2025 hebben, met het adres erbij?",
        "",
        {
            "Triage": _CLEAR,
            "AskOwner": {
                "ownerAnswer": "refuse",
                "legalGround": "Woo artikel 5.1, tweede lid, onder e",
                "motivation": "Met het adres erbij is te zien wie klaagde.",
            },
            "Refuse": {
                "legalGround": "Woo artikel 5.1, tweede lid, onder e",
                "motivation": "Met het adres erbij is te zien wie klaagde. Dat schaadt de privacy van bewoners.",
            },
            "WriteAnswer": {
                "publicQuestion": "Zijn de klachten over geluid van 2025 er als data, met adres?",
                "answer": "Nee, niet per adres. Wij maken wel een overzicht per wijk. Dat komt in 2027 op deze site.",
            },
        },
    ),
    Asked(
        "verzoek-laadpalen",
        "Storingen van laadpalen",
        "Hoe vaak zijn de openbare laadpalen langs provinciale wegen stuk, per paal en per maand?",
        "Onderzoek voor mijn studie.",
        {"Triage": _CLEAR},
    ),
    Asked("verzoek-bomen", "Gekapte bomen", "Welke bomen zijn dit jaar gekapt?"),
)


def bring_request(asked: Asked, people: Mapping[str, Actor]) -> str:
    """Ask, and let the people do what the story says, through their inbox; returns the number."""
    number = requests.ask(
        organisation_slug=PROVINCE,
        topic=asked.topic,
        question=asked.question,
        purpose=asked.purpose,
        name="Robin Vrager",
        email="robin@vrager.example",
    )
    coordinator = people["coordinator"]
    while True:
        run_until_idle()
        open_ = process.tasks(by=coordinator, filters=TaskFilter(view="team", key="dataverzoek", text=number)).rows
        task = next((task for task in open_ if task.element in asked.answers), None)
        if task is None:
            return number
        said = {name: text.replace("{site}", settings.SLUIS.url) for name, text in asked.answers[task.element].items()}
        process.complete(by=people[task.role], task_id=task.id, answers=said)
