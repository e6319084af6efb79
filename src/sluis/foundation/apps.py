from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "sluis.foundation"
    label = "foundation"

    def ready(self) -> None:
        from sluis.foundation import jobs_entry  # noqa: F401 - registers the recurring work of this room
