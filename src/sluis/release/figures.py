"""What an operator may know of the releases: how many there are, never which."""

from sluis.foundation.telemetry.figures import Values, figure
from sluis.release.models import Release


@figure("sluis_releases", "Releases that are current, and all that were ever made.", "which")
def _releases() -> Values:
    yield ("current",), Release.objects.filter(status=Release.Status.CURRENT).count()
    yield ("all",), Release.objects.count()
