from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "sluis.governance"
    label = "governance"

    def ready(self) -> None:
        from sluis.foundation.service import subscribe
        from sluis.governance import jobs

        subscribe("dataset.decided", jobs.follow_decision)
