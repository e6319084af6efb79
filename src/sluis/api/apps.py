from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "sluis.api"
    label = "api"
