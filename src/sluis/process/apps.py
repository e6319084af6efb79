from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "sluis.process"
    label = "process"
