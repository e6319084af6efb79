"""Writes on the parts of a dataset: distributions and data services. Each one raises the dataset's version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sluis.kernel import ids
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Fault, Invalid, NotFound
from sluis.kernel.text import N_
from sluis.register import policy, queries
from sluis.register.fields import DISTRIBUTION_FIELDS, SERVICE_FIELDS
from sluis.register.models import DataService, Distribution
from sluis.register.operations import changing
from sluis.register.types import DatasetRecord, DistributionKind
from sluis.register.values import clean, is_empty, plain
from sluis.register.vocabularies import store

_NEEDS = {
    DistributionKind.TABLE: ("table_id", N_("Zeg om welke tabel het gaat.")),
    DistributionKind.EXTERNAL: ("access_url", N_("Zeg op welk adres de data staat.")),
    DistributionKind.FILE: ("sha256", N_("Zeg om welk bestand het gaat (SHA-256).")),
}


def add_distribution(
    *, by: Actor, dataset_id: UUID, kind: DistributionKind | str, expected_version: int | None = None, **fields: Any
) -> DatasetRecord:
    """Add a way to get the data; the new one is the last of `distributions`.

    A table needs `table_id`, an external one `access_url`, a file `sha256`.
    Raises NotFound, NotAllowed, Invalid, Stale.
    """
    by = policy.require_editable(by, dataset_id)
    row = Distribution(id=ids.new_id(), dataset_id=dataset_id, kind=_kind(kind))
    values = clean(DISTRIBUTION_FIELDS, fields, store.resolve)
    with changing(by=by, dataset_id=dataset_id, action="register.distribution.added", expected=expected_version) as (
        _d,
        w,
    ):
        _put(row, values)
        _check_distribution(row)
        row.save(force_insert=True)
        w.note(distribution=str(row.id), kind=row.kind)
    return queries.whole(dataset_id)


def change_distribution(
    *, by: Actor, dataset_id: UUID, distribution_id: UUID, changes: Mapping[str, Any], expected_version: int
) -> DatasetRecord:
    """Change the named fields of one distribution; its kind stays. Raises NotFound, NotAllowed, Invalid, Stale."""
    by = policy.require_editable(by, dataset_id)
    values = clean(DISTRIBUTION_FIELDS, changes, store.resolve)
    action = "register.distribution.changed"
    with changing(by=by, dataset_id=dataset_id, action=action, expected=expected_version) as (dataset, w):
        row = _part(dataset.distributions, distribution_id)
        _put(row, values)
        _check_distribution(row)
        row.save()
        w.note(distribution=str(row.id), fields=sorted(values))
    return queries.whole(dataset_id)


def remove_distribution(*, by: Actor, dataset_id: UUID, distribution_id: UUID, expected_version: int) -> DatasetRecord:
    """Take a distribution off the record; releases that have it keep it. Raises NotFound, NotAllowed, Stale."""
    by = policy.require_editable(by, dataset_id)
    action = "register.distribution.removed"
    with changing(by=by, dataset_id=dataset_id, action=action, expected=expected_version) as (dataset, w):
        _part(dataset.distributions, distribution_id).delete()
        w.note(distribution=str(distribution_id))
    return queries.whole(dataset_id)


def note_url_status(*, by: Actor, dataset_id: UUID, distribution_id: UUID, status: int) -> None:
    """Keep what the link checker saw; no new version, because the content is the same. Raises NotFound, NotAllowed."""
    by = policy.require_editable(by, dataset_id)
    found = Distribution.objects.filter(id=distribution_id, dataset_id=dataset_id).update(url_status=status)
    if not found:
        raise _unknown_part()


def add_service(*, by: Actor, dataset_id: UUID, expected_version: int | None = None, **fields: Any) -> DatasetRecord:
    """Add a data service; `title` and `endpoint_url` are needed. Raises NotFound, NotAllowed, Invalid, Stale."""
    by = policy.require_editable(by, dataset_id)
    values = clean(SERVICE_FIELDS, fields, store.resolve)
    row = DataService(id=ids.new_id(), dataset_id=dataset_id)
    with changing(by=by, dataset_id=dataset_id, action="register.service.added", expected=expected_version) as (_d, w):
        _put(row, values)
        _check_service(row)
        row.save(force_insert=True)
        w.note(service=str(row.id))
    return queries.whole(dataset_id)


def change_service(
    *, by: Actor, dataset_id: UUID, service_id: UUID, changes: Mapping[str, Any], expected_version: int
) -> DatasetRecord:
    """Change the named fields of one data service. Raises NotFound, NotAllowed, Invalid, Stale."""
    by = policy.require_editable(by, dataset_id)
    values = clean(SERVICE_FIELDS, changes, store.resolve)
    action = "register.service.changed"
    with changing(by=by, dataset_id=dataset_id, action=action, expected=expected_version) as (dataset, w):
        row = _part(dataset.services, service_id)
        _put(row, values)
        _check_service(row)
        row.save()
        w.note(service=str(row.id), fields=sorted(values))
    return queries.whole(dataset_id)


def remove_service(*, by: Actor, dataset_id: UUID, service_id: UUID, expected_version: int) -> DatasetRecord:
    """Take a data service off the record; a distribution that named it goes without. Raises as above."""
    by = policy.require_editable(by, dataset_id)
    action = "register.service.removed"
    with changing(by=by, dataset_id=dataset_id, action=action, expected=expected_version) as (dataset, w):
        _part(dataset.services, service_id).delete()
        for row in dataset.distributions.all():
            if row.details.pop("access_service", None) == str(service_id):
                row.save()
        w.note(service=str(service_id))
    return queries.whole(dataset_id)


def _put(row: Distribution | DataService, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name == "table_id" and isinstance(row, Distribution):
            row.table_id = value
        elif is_empty(value):
            row.details.pop(name, None)
        else:
            row.details[name] = plain(value)


def _check_distribution(row: Distribution) -> None:
    """A kind without what it points at would be an empty promise; a service of another dataset is not ours to name."""
    name, text = _NEEDS[DistributionKind(row.kind)]
    if is_empty(row.table_id if name == "table_id" else row.details.get(name)):
        raise _wrong(name, text)
    if row.table_id and row.kind != DistributionKind.TABLE:
        raise _wrong("table_id", N_("Alleen een distributie van de soort tabel verwijst naar een tabel."))
    service = row.details.get("access_service")
    if service and not DataService.objects.filter(id=service, dataset_id=row.dataset_id).exists():
        raise _wrong("access_service", N_("Deze dataservice hoort niet bij deze dataset."))
    twins = Distribution.objects.filter(dataset_id=row.dataset_id, table_id=row.table_id).exclude(id=row.id)
    if row.table_id and twins.exists():
        raise _wrong("table_id", N_("Deze tabel hoort al bij de dataset."))


def _check_service(row: DataService) -> None:
    for name, text in (
        ("title", N_("Geef de service een titel.")),
        ("endpoint_url", N_("Geef het adres van de service.")),
    ):
        if is_empty(row.details.get(name)):
            raise _wrong(name, text)


def _kind(kind: DistributionKind | str) -> DistributionKind:
    try:
        return DistributionKind(kind)
    except ValueError:
        raise _wrong("kind", N_("Kies tabel (table), bestand (file) of adres elders (external).")) from None


def _part(rows: Any, part_id: UUID) -> Any:
    row = rows.filter(id=part_id).first()
    if row is None:
        raise _unknown_part()
    return row


def _unknown_part() -> NotFound:
    return NotFound("dataset.part-unknown", N_("Dit onderdeel van de dataset bestaat niet."))


def _wrong(field: str, text: str) -> Invalid:
    return Invalid("register.fields", text, faults=[Fault(text, field)])
