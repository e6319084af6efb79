"""The key of the pseudonyms of one dataset: made at random, kept sealed, and never outside a run.

Each dataset has its own, so that the same person has other pseudonyms in other tables. Rotating throws the old key
away: nobody can then work out new pseudonyms that belong to the old ones.
"""

import secrets
from uuid import UUID

from sluis.foundation.service import writing
from sluis.kernel import clock
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_
from sluis.lake.models import PseudonymKey
from sluis.lake.policy import ADD, require_on_dataset
from sluis.lake.sourcing.sealing import opened, sealed
from sluis.register.service import get

_BYTES = 32
_FIELD = "pseudonyms"


def key_of(dataset_id: UUID) -> tuple[int, str]:
    """Number and key (hexadecimal); made at its first use. Raises Conflict when it was sealed with another key."""
    made = {"sealed": _new(dataset_id), "changed_at": clock.now()}
    row, _created = PseudonymKey.objects.get_or_create(dataset_id=dataset_id, defaults=made)
    try:
        return row.number, opened(dataset_id, "", row.sealed)[_FIELD]
    except Conflict as locked:
        raise Conflict(
            "transformation.key-unreadable",
            N_("De sleutel van de pseudoniemen is niet te lezen: de sleutel van deze installatie is veranderd."),
            way_out=N_("Zet de oude sleutel terug, of neem een nieuwe: sluis transformation rotate. Dan veranderen "
                       "alle pseudoniemen."),
        ) from locked  # fmt: skip


def rotate_pseudonyms(*, by: Actor, dataset_id: UUID) -> int:
    """A new key from the next run on; returns its number. Raises NotFound and NotAllowed."""
    by = require_on_dataset(by, ADD, dataset_id)
    get(by=by, dataset_id=dataset_id)
    with writing(by=by, action="lake.pseudonyms.rotated", subject=("dataset", dataset_id)) as write:
        row = PseudonymKey.objects.select_for_update().filter(dataset_id=dataset_id).first()
        number = row.number + 1 if row else 1
        fresh = {"number": number, "sealed": _new(dataset_id), "changed_at": clock.now()}
        PseudonymKey.objects.update_or_create(dataset_id=dataset_id, defaults=fresh)
        write.note(number=number)
    return number


def _new(dataset_id: UUID) -> str:
    return sealed(dataset_id, {_FIELD: secrets.token_hex(_BYTES)})
