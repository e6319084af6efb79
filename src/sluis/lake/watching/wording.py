"""An alert in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sluis.kernel import clock
from sluis.kernel.text import N_
from sluis.lake.watching.types import Trouble

TEXTS: Mapping[Trouble, str] = {
    Trouble.CONTRACT: N_("Versie {number} van {dataset} voldoet niet aan de afspraken."),
    Trouble.LATE: N_("De data van {dataset} is te laat: er had op {until} iets nieuws moeten zijn."),
    Trouble.VOLUME: N_("Versie {number} van {dataset} heeft {rows} rijen. Verwacht: {low} tot en met {high}."),
    Trouble.DRIFT: N_("In versie {number} van {dataset} zijn waarden anders verdeeld dan eerst: {columns}."),
}
_SHOWN_COLUMNS = 5


def worded(params: Mapping[str, Any]) -> dict[str, str]:
    """As they stand in a text: a day in figures, the first columns."""
    said = {name: str(value) for name, value in params.items()}
    if "until" in params:
        said["until"] = f"{datetime.fromisoformat(params['until']).astimezone(clock.AMSTERDAM):%d-%m-%Y}"
    if "columns" in params:
        names = params["columns"]
        said["columns"] = ", ".join(names[:_SHOWN_COLUMNS]) + (" …" if len(names) > _SHOWN_COLUMNS else "")
    return said
