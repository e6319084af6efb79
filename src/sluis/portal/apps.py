from django.apps import AppConfig

from sluis.kernel.text import N_


class PortalConfig(AppConfig):
    name = "sluis.portal"
    label = "portal"

    def ready(self) -> None:
        from sluis.web import navigation

        for order, (label, route) in enumerate(
            (
                (N_("Data"), "portal:search"),
                (N_("Vraag in SQL"), "portal:sql"),
                (N_("Gepland"), "portal:planned"),
                (N_("Niet open"), "portal:not-open"),
                (N_("Dataverzoeken"), "portal:requests"),
                (N_("Zo geven we data vrij"), "portal:process"),
                (N_("Voor ontwikkelaars"), "portal:developers"),
            )
        ):
            navigation.add("main", label, route, order=order)
        for order, (label, route) in enumerate(
            (
                (N_("Toegankelijkheid"), "portal:accessibility"),
                (N_("Privacy"), "portal:privacy"),
                (N_("Kwetsbaarheid melden"), "portal:security"),
                (N_("Over deze site"), "portal:about"),
                (N_("Ingetrokken data"), "portal:withdrawn"),
            )
        ):
            navigation.add("footer", label, route, order=order)
