"""First start and new versions: the definitions that come with Sluis, and dossiers from before there was a process."""

from sluis.foundation.service import writing
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM
from sluis.kernel.text import N_
from sluis.process import service as process
from sluis.register import service as register
from sluis.release.models import Dossier
from sluis.release.models.dossier import OPEN_STAGES
from sluis.release.types import Stage

BEFORE = N_("Dit besluit is van voor de nieuwe werkwijze en is nooit naar buiten gegaan. Open een nieuw dossier.")


def prepare_processes() -> int:
    """Deploy the shipped definitions that have no version yet, and take up open dossiers; returns how many were taken.

    Doing it again changes nothing; an installation with its own versions keeps them.
    """
    process.settle_shipped()
    return take_up()


def take_up() -> int:
    """Give each open dossier from before the process its instance: it starts at the intake."""
    taken = 0
    for row in Dossier.objects.filter(instance_id__isnull=True, stage__in=OPEN_STAGES):
        with writing(by=SYSTEM, action="release.dossier.taken-up", subject=("dossier", row.id)):
            held = Dossier.objects.select_for_update().get(id=row.id)
            if held.stage == Stage.DECIDED:
                held.stage, held.return_reason, held.changed_at = Stage.WITHDRAWN, BEFORE, clock.now()
                held.save()
                continue
            from sluis.release.dossiers import begin  # and with it every check, at the start of each command

            record = register.get(by=SYSTEM, dataset_id=held.dataset_id)
            begin(held, record.frequency, record.team_id, {"trigger": "inventory"}, SYSTEM)
            taken += 1
    return taken
