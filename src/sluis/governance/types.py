"""Frozen shapes of the governance room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sluis.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the register says of a processing. `required`: AVG art. 30(1) asks for it in every case."""

    name: str
    label: str
    help: str = ""
    required: bool = True


FIELDS = (
    Field("purpose", N_("Doel"), N_("Waarvoor gebruikt de provincie deze gegevens?")),
    Field("legal_basis", N_("Grondslag"), N_("De wet of taak waarop de verwerking rust (AVG artikel 6).")),
    Field(
        "data_categories", N_("Soorten gegevens"), N_("Zoals naam, adres of kenteken. Noem bijzondere gegevens apart.")
    ),
    Field("person_categories", N_("Groepen mensen"), N_("Zoals inwoners, aanvragers of medewerkers.")),
    Field("recipients", N_("Ontvangers"), N_("Wie krijgt de gegevens, ook buiten de provincie?")),
    Field("transfers", N_("Doorgifte buiten de EU"), N_("Naar welk land en met welke waarborgen; anders: geen.")),
    Field("retention", N_("Bewaartermijn"), N_("Hoe lang blijven de gegevens bewaard?")),
    Field("security", N_("Beveiliging"), N_("Maatregelen in het kort; geen geheimen.")),
    Field("dpia", N_("DPIA"), N_("Waar staat de toets, of waarom is er geen nodig?"), required=False),
    Field("reference", N_("Nummer in een ander register"), required=False),
)
NAMES = tuple(field.name for field in FIELDS)


@dataclass(frozen=True, slots=True)
class ProcessingRecord:
    """One row. `values` by the names of FIELDS; `missing` are required fields without a text.

    `concerned` is false when the newest dossier says that there is no personal data (any more). `confirmed_at` is when
    somebody last saved it, None while only the dossier spoke.
    """

    id: UUID
    dataset_id: UUID
    dossier_id: UUID
    slug: str
    title: str
    organisation_id: UUID
    organisation: str
    outcome: str
    decided_at: datetime
    contains: str
    origin: str
    concerned: bool
    values: Mapping[str, str]
    missing: tuple[str, ...]
    version: int
    changed_at: datetime
    confirmed_at: datetime | None

    @property
    def complete(self) -> bool:
        return not self.missing and self.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class ProcessingPage:
    rows: tuple[ProcessingRecord, ...]
    total: int
    page: int
    size: int
