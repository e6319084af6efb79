"""Who hears that something is wrong with the data of a dataset."""

from typing import Any

from sluis.foundation.service import holders
from sluis.process.service import tell

_IN_LINE = ("data_steward", "data_manager", "administrator")


def tell_stewards(dataset: Any, **said: Any) -> None:
    """Tell the stewards of the dataset (a row of the register); when there are none, the next role in line.

    `said` is what `process.tell` takes. Call inside the writing transaction.
    """
    home = dataset.organisation_id, dataset.team_id
    people = next((found for role in _IN_LINE if (found := holders(role, *home))), ())
    tell([person.id for person in people], **said)
