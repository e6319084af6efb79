"""From rows to frozen shapes."""

from collections.abc import Iterable
from typing import Any

from sluis.register.fields import COLUMN_FIELDS, DATASET_FIELDS, DISTRIBUTION_FIELDS, SERVICE_FIELDS, Field, by_name
from sluis.register.models import Contact, DataService, Dataset, Distribution
from sluis.register.types import (
    Availability,
    ColumnRecord,
    ContactRecord,
    DatasetRecord,
    DatasetSummary,
    DistributionKind,
    DistributionRecord,
    Openness,
    OrganisationRef,
    Publication,
    ServiceRecord,
)
from sluis.register.values import as_stored, parse

_DATASET, _DISTRIBUTION, _SERVICE = by_name(DATASET_FIELDS), by_name(DISTRIBUTION_FIELDS), by_name(SERVICE_FIELDS)
_COLUMN_NAMES = frozenset(by_name(COLUMN_FIELDS))
COLUMNS_OF_DATASET = ("title", "title_en", "openness", "availability", "planned_date", "contact")


def dataset_record(row: Dataset) -> DatasetRecord:
    """Needs organisation, team and contact selected and distributions and services prefetched, or asks for them."""
    return DatasetRecord(
        id=row.id,
        slug=row.slug,
        organisation=OrganisationRef(
            id=row.organisation.id,
            slug=row.organisation.slug,
            name=row.organisation.name,
            name_en=row.organisation.name_en,
            tooi_uri=row.organisation.tooi_uri,
        ),
        title=row.title,
        team_id=row.team_id,
        team=row.team.name if row.team else "",
        title_en=row.title_en,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
        openness=Openness(row.openness),
        availability=Availability(row.availability),
        planned_date=row.planned_date,
        publication=Publication(row.publication),
        contact=contact_record(row.contact) if row.contact else None,
        columns=tuple(column_record(column) for column in row.details.get("columns", ())),
        distributions=tuple(distribution_record(item) for item in row.distributions.all()),
        services=tuple(service_record(item) for item in row.services.all()),
        **_read(_DATASET, row.details),
    )


def contact_record(row: Contact) -> ContactRecord:
    return ContactRecord(
        id=row.id,
        organisation_id=row.organisation_id,
        name=row.name,
        name_en=row.name_en,
        email=row.email,
        page=row.page,
        phone=row.phone,
        version=row.version,
    )


def distribution_record(row: Distribution) -> DistributionRecord:
    return DistributionRecord(
        id=row.id,
        kind=DistributionKind(row.kind),
        table_id=row.table_id,
        url_status=row.url_status,
        **_read(_DISTRIBUTION, row.details),
    )


def service_record(row: DataService) -> ServiceRecord:
    return ServiceRecord(id=row.id, **{"title": ""} | _read(_SERVICE, row.details))


def column_record(stored: dict[str, Any]) -> ColumnRecord:
    return ColumnRecord(**{name: value for name, value in stored.items() if name in _COLUMN_NAMES})


def summaries(rows: Iterable[Dataset]) -> tuple[DatasetSummary, ...]:
    return tuple(
        DatasetSummary(
            id=row.id,
            slug=row.slug,
            title=row.title,
            title_en=row.title_en,
            organisation_id=row.organisation_id,
            organisation_name=row.organisation.name,
            openness=Openness(row.openness),
            availability=Availability(row.availability),
            planned_date=row.planned_date,
            publication=Publication(row.publication),
            changed_at=row.changed_at,
            version=row.version,
        )
        for row in rows
    )


def _read(fields: dict[str, Field], stored: dict[str, Any]) -> dict[str, Any]:
    """A stored name that no field knows any more is left where it is: an older or newer Sluis wrote it."""
    return {name: parse(fields[name], value, as_stored) for name, value in stored.items() if name in fields}
