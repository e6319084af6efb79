"""The description of a dataset in groups that people think in."""

from typing import Any

from sluis.desk.forms.fields import FieldsForm, groups_of
from sluis.kernel.text import N_
from sluis.register import service as register

MAIN = {
    N_("Wat is het?"): (
        "title", "description", "purpose", "limits", "keywords", "themes", "dataset_type", "languages",
    ),
    N_("Wie beantwoordt vragen?"): ("contact", "creator"),
    N_("Mag het naar buiten?"): (
        "openness", "openness_ground", "ground_codes", "availability", "planned_date", "licence", "rights",
        "legal_basis",
    ),
    N_("Wanneer en waar?"): (
        "frequency", "temporal", "temporal_resolution", "spatial_label", "spatial", "bbox", "spatial_resolution",
    ),
    N_("Herkomst en kwaliteit"): ("provenance", "quality_notes", "sources", "conforms_to", "documentation"),
}  # fmt: skip
HVD = {N_("Hoogwaardige dataset (HVD)"): ("hvd_categories", "applicable_legislation")}
ENGLISH = {
    N_("Engelse teksten"): ("title_en", "description_en", "purpose_en", "limits_en", "keywords_en"),
}
REST = {
    N_("Meer verwijzingen"): (
        "landing_page", "is_referenced_by", "related", "has_versions", "identifiers", "series", "series_title",
        "version_label", "version_notes",
    ),
}  # fmt: skip


def layout_of(form: FieldsForm) -> dict[str, Any]:
    """The groups of the page: those that are open, HVD, and those folded away."""
    return {
        "groups": groups_of(form, MAIN),
        "hvd": groups_of(form, HVD)[0],
        "folded": [*groups_of(form, ENGLISH), *groups_of(form, REST)],
    }


def every_field_has_a_place() -> set[str]:
    """Names of the register's fields that no group shows; a test wants this empty."""
    shown = {name for layout in (MAIN, HVD, ENGLISH, REST) for names in layout.values() for name in names}
    return {field.name for field in register.DATASET_FIELDS} - shown
