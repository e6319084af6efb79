from django.apps import AppConfig

from sluis.kernel.text import N_


class DeskConfig(AppConfig):
    name = "sluis.desk"
    label = "desk"

    def ready(self) -> None:
        from sluis.desk import dossiers as dossiers  # tells what stands beside a task of a dossier
        from sluis.desk import letters, subjects
        from sluis.desk import requests as requests
        from sluis.desk import rules as rules  # tells what stands beside a task about a proposal
        from sluis.process.service import letter
        from sluis.web import navigation

        for order, (label, route) in enumerate(
            (
                (N_("Mijn taken"), "desk:tasks"),
                (N_("Processen"), "desk:processes"),
                (N_("Datasets"), "desk:datasets"),
                (N_("Vraag in SQL"), "desk:sql"),
                (N_("Kwaliteit"), "desk:quality"),
                (N_("Bronnen"), "desk:sources"),
                (N_("Transformaties"), "desk:transformations"),
                (N_("Dossiers"), "desk:dossiers"),
                (N_("Beleid"), "desk:rules"),
                (N_("Meldingen"), "desk:feedback"),
                (N_("Verwerkingen"), "desk:processings"),
                (N_("Personen"), "desk:people"),
                (N_("Achtergrondtaken"), "desk:jobs"),
                (N_("Logboek"), "desk:audit"),
                (N_("Account"), "desk:account"),
            ),
            start=1,
        ):
            navigation.add("desk", label, route, order=order * 10)
        letter(letters.letter)
        subjects.start_elsewhere("open-data-release", "desk:datasets", N_("Dit begint u bij de dataset zelf."))
        subjects.start_elsewhere("dataverzoek", "portal:request-new", N_("Dit begint met een verzoek van buiten."))
        navigation.add("footer", N_("Voor medewerkers"), "desk:tasks", order=90)
