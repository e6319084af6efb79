"""Where the reader is within a dataset."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from sluis.kernel.text import N_
from sluis.web.shapes import Link

TABS = (
    ("dataset", N_("Overzicht")),
    ("metadata", N_("Beschrijving")),
    ("data", N_("Data")),
    ("columns", N_("Kolommen")),
    ("parts", N_("Adressen en contact")),
)


def tabs_of(dataset: Any, here: str) -> list[Link]:
    return [
        Link(gettext(label), reverse(f"desk:{route}", args=[dataset.id]), current="page" if route == here else "")
        for route, label in TABS
    ]


def crumbs(dataset: Any = None, *more: Link) -> list[Link]:
    """From the list down to just above this page."""
    found = [Link(gettext("Datasets"), reverse("desk:datasets"))]
    if dataset is not None:
        found.append(Link(dataset.title, reverse("desk:dataset", args=[dataset.id])))
    return [*found, *more]
