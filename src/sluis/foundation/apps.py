from importlib import import_module

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "sluis.foundation"
    label = "foundation"

    def ready(self) -> None:
        import_module("sluis.foundation.jobs_entry")  # registers the recurring work of this room
