from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    name = "sluis.release"
    label = "release"

    def ready(self) -> None:
        from sluis.release import jobs

        jobs.register()
