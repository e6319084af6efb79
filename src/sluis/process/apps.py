from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "sluis.process"
    label = "process"

    def ready(self) -> None:
        from sluis.process import jobs

        jobs.register()
