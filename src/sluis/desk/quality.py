"""How complete a description is, as its box shows it."""

from typing import Any

from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.register.types import DatasetRecord, Severity

BANDS = {
    "excellent": N_("Uitstekend"),
    "good": N_("Goed"),
    "sufficient": N_("Voldoende"),
    "bad": N_("Onvoldoende"),
}


def quality_of(record: DatasetRecord) -> dict[str, Any]:
    """The predicted score of the EU method, what must be added and what would be better."""
    found = register.gaps(record)
    prediction = register.predict_quality(record)
    return {
        "quality": prediction,
        "quality_label": BANDS[prediction.band.value],
        "required": [gap for gap in found if gap.severity is Severity.REQUIRED],
        "recommended": [gap for gap in found if gap.severity is not Severity.REQUIRED],
    }
