"""Background entry of the questions."""

from django.tasks import task

from sluis.lake.query import keeping


@task
def sweep_results() -> int:
    """Recurring: keep the answers within their room."""
    return keeping.sweep()
