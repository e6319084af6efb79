from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "sluis.requests"
    label = "requests"

    def ready(self) -> None:
        from sluis.requests import jobs

        jobs.register()
