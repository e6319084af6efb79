"""Where the reader is within a dataset."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from sluis.foundation.service import may
from sluis.kernel.actor import Actor
from sluis.kernel.text import N_
from sluis.web.shapes import Link
from sluis.web.spoken import stored

TABS = (
    ("dataset", N_("Overzicht"), "dataset.view"),
    ("metadata", N_("Beschrijving"), "dataset.edit"),
    ("data", N_("Data"), "table.view"),
    ("dataset-sources", N_("Bronnen"), "source.view"),
    ("dataset-transformation", N_("Transformatie"), "table.view"),
    ("columns", N_("Kolommen"), "dataset.edit"),
    ("contract", N_("Afspraken"), "table.view"),
    ("dataset-quality", N_("Kwaliteit"), "table.view"),
    ("parts", N_("Adressen en contact"), "dataset.view"),
)


def tabs_of(dataset: Any, here: str, actor: Actor) -> list[Link]:
    """The parts of a dataset that this person may open."""
    return [
        Link(gettext(label), reverse(f"desk:{route}", args=[dataset.id]), current="page" if route == here else "")
        for route, label, permission in TABS
        if may(actor, permission, dataset.organisation.id, dataset.team_id)
    ]


def crumbs(dataset: Any = None, *more: Link) -> list[Link]:
    """From the list down to just above this page."""
    found = [Link(gettext("Datasets"), reverse("desk:datasets"))]
    if dataset is not None:
        found.append(Link(stored(dataset.title), reverse("desk:dataset", args=[dataset.id])))
    return [*found, *more]
