"""Who may do what with a contract.

Whoever may see the rows sees the contract. A steward drafts it; who answers for the data puts it in force and ends it.
"""

from uuid import UUID

from sluis.foundation.service import may
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.models import ContractVersion
from sluis.lake.policy import VIEW

EDIT, DECIDE = "contract.edit", "contract.decide"


def contract_seen_by(by: Actor, contract_id: UUID) -> ContractVersion:
    """The version; NotFound when it does not exist or is not for this actor."""
    row = ContractVersion.objects.filter(id=contract_id).select_related("dataset").first()
    if row is None or not may(by, VIEW, row.dataset.organisation_id, row.dataset.team_id):
        raise NotFound("contract.unknown", N_("Dit contract bestaat niet."))
    return row
