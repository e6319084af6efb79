from typing import TYPE_CHECKING

from django.apps import AppConfig

from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.process.types import NoticeRecord


class DeskConfig(AppConfig):
    name = "sluis.desk"
    label = "desk"

    def ready(self) -> None:
        from sluis.desk import subjects
        from sluis.process.service import letter
        from sluis.web import navigation

        for order, (label, route) in enumerate(
            (
                (N_("Mijn taken"), "desk:tasks"),
                (N_("Datasets"), "desk:datasets"),
                (N_("Bronnen"), "desk:sources"),
                (N_("Transformaties"), "desk:transformations"),
                (N_("Kwaliteit"), "desk:quality"),
                (N_("Vraag in SQL"), "desk:sql"),
                (N_("Dossiers"), "desk:dossiers"),
                (N_("Processen"), "desk:processes"),
                (N_("Beleid"), "desk:rules"),
                (N_("Meldingen"), "desk:feedback"),
                (N_("Verwerkingen"), "desk:processings"),
                (N_("Personen"), "desk:people"),
                (N_("Achtergrondtaken"), "desk:jobs"),
                (N_("Logboek"), "desk:audit"),
            ),
            start=1,
        ):
            navigation.add("desk", label, route, order=order * 10)
        letter(_letter)
        subjects.later(_subjects)
        subjects.start_elsewhere("open-data-release", "desk:datasets", N_("Dit begint u bij de dataset zelf."))
        subjects.start_elsewhere("dataverzoek", "portal:request-new", N_("Dit begint met een verzoek van buiten."))
        navigation.add("footer", N_("Voor medewerkers"), "desk:tasks", order=90)


def _letter(notice: "NoticeRecord", language: str) -> tuple[str, str]:
    from sluis.desk.letters import letter

    return letter(notice, language)


def _subjects() -> None:
    """They tell what stands beside a task: of a dossier, of a request, about a proposal."""
    from sluis.desk import dossiers as dossiers
    from sluis.desk import requests as requests
    from sluis.desk import rules as rules
