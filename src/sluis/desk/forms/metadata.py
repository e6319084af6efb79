"""The description of a dataset: what every dataset needs first, the rest in groups that people think in."""

from collections.abc import Set
from typing import Any

from django.utils.translation import gettext

from sluis.desk.forms.fields import FieldsForm, bound_of
from sluis.kernel.text import N_
from sluis.register import service as register

HVD = "hvd"
FIRST = ("title", "description", "themes", "contact", "openness", "licence")
# Beside the first group, each folded away until something in it is needed or wrong.
FOLDED = {
    "content": (N_("Meer over de inhoud"), ("purpose", "limits", "keywords", "dataset_type", "languages")),
    "closed": (N_("Niet open, of nog niet"), ("openness_ground", "ground_codes", "availability", "planned_date")),
    "time-place": (
        N_("Wanneer en waar"),
        ("frequency", "temporal", "temporal_resolution", "spatial_label", "spatial", "bbox", "spatial_resolution"),
    ),
    "origin": (
        N_("Herkomst en kwaliteit"), ("provenance", "quality_notes", "sources", "conforms_to", "documentation"),
    ),
    "rights": (N_("Maker, rechten en taak"), ("creator", "rights", "legal_basis")),
    HVD: (N_("Hoogwaardige dataset (HVD)"), ("hvd_categories", "applicable_legislation")),
    "english": (N_("Engelse teksten"), ("title_en", "description_en", "purpose_en", "limits_en", "keywords_en")),
    "references": (
        N_("Meer verwijzingen"),
        (
            "landing_page", "is_referenced_by", "related", "has_versions", "identifiers", "series", "series_title",
            "version_label", "version_notes",
        ),
    ),
}  # fmt: skip


def layout_of(form: FieldsForm, needed: Set[str]) -> dict[str, Any]:
    """The first group, and the others with how much of each is filled in; `needed` names fields with a required gap."""
    return {
        "first": bound_of(form, FIRST),
        "folded": [_folded(form, name, gettext(title), fields, needed) for name, (title, fields) in FOLDED.items()],
    }


def _folded(form: FieldsForm, name: str, title: str, fields: tuple[str, ...], needed: Set[str]) -> dict[str, Any]:
    bound = bound_of(form, fields)
    wrong = any(item.errors for item in bound) or not needed.isdisjoint(fields)
    filled = sum(1 for item in bound if item.value())
    return {
        "name": name, "title": title, "fields": bound, "filled": filled, "open": wrong, "is_hvd": name == HVD,
    }  # fmt: skip


def every_field_has_a_place() -> set[str]:
    """Names of the register's fields that no group shows; a test wants this empty."""
    shown = {*FIRST, *(name for _, fields in FOLDED.values() for name in fields)}
    return {field.name for field in register.DATASET_FIELDS} - shown
