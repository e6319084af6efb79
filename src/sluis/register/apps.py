from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegisterConfig(AppConfig):
    name = "sluis.register"
    label = "register"

    def ready(self) -> None:
        from sluis.register.vocabularies import store

        post_migrate.connect(store.load_after_migrate, sender=self)
