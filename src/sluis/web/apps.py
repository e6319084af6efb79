from django.apps import AppConfig
from django.core import checks


class WebConfig(AppConfig):
    name = "sluis.web"
    label = "web"

    def ready(self) -> None:
        from sluis.web.theme import check_theme

        checks.register(check_theme)
