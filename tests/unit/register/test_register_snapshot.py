"""The snapshot changes when decided content changes, and not otherwise."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.canonical import canonical, digest
from sluis.register.fields import DATASET_FIELDS, DISTRIBUTION_FIELDS, SERVICE_FIELDS, by_name
from sluis.register.snapshot import snapshot_of
from sluis.register.types import (
    Agent,
    Availability,
    Bbox,
    ColumnRecord,
    ContactRecord,
    DatasetRecord,
    DistributionKind,
    DistributionRecord,
    Openness,
    OrganisationRef,
    Period,
    Publication,
    ServiceRecord,
)
from sluis.register.values import as_stored, parse, plain

ONE, TWO = UUID(int=1), UUID(int=2)
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
CONTACT = ContactRecord(ONE, ONE, "Team", email="data@merwede.example")


def record(**changes: Any) -> DatasetRecord:
    part = DistributionRecord(ONE, DistributionKind.TABLE, table_id=TWO)
    service = ServiceRecord(ONE, "WFS", endpoint_url="https://x.example/")
    base = DatasetRecord(
        ONE,
        "water",
        OrganisationRef(ONE, "merwede", "Provincie Merwede"),
        "Water",
        contact=CONTACT,
        columns=(ColumnRecord("ecoli"), ColumnRecord("plek")),
        distributions=(part, replace(part, id=TWO)),
        services=(service,),
    )
    return replace(base, **changes)


OTHER: dict[type, Any] = {str: "iets anders", int: 9, tuple: ("iets anders",)}
SPECIAL = {
    "id": TWO,
    "organisation": OrganisationRef(ONE, "merwede", "Provincie Elders"),
    "openness": Openness.OPEN,
    "planned_date": date(2027, 1, 1),
    "contact": replace(CONTACT, email="anders@merwede.example"),
    "creator": Agent("Waterschap"),
    "temporal": Period(date(2020, 1, 1)),
    "bbox": Bbox(4, 51, 5, 52),
    "spatial_resolution": Decimal("12.5"),
    "columns": (ColumnRecord("ecoli", meaning="Bacteriën"), ColumnRecord("plek")),
    "distributions": (DistributionRecord(ONE, DistributionKind.TABLE, table_id=TWO),),
    "services": (),
}
NOT_CONTENT: dict[str, Any] = {
    "version": 7,
    "created_at": MOMENT,
    "changed_at": MOMENT,
    "availability": Availability.AVAILABLE,
    "publication": Publication.PUBLISHED,
    "team_id": TWO,
    "team": "Team Water",
}


@pytest.mark.parametrize("name", [item.name for item in fields(DatasetRecord) if item.name not in NOT_CONTENT])
def test_every_decided_field_changes_the_hash(name: str) -> None:
    base = record()
    other = SPECIAL[name] if name in SPECIAL else OTHER[type(getattr(base, name))]
    assert digest(snapshot_of(record(**{name: other}))) != digest(snapshot_of(base))


@pytest.mark.parametrize("name", sorted(NOT_CONTENT))
def test_what_is_no_content_leaves_the_hash_alone(name: str) -> None:
    assert digest(snapshot_of(record(**{name: NOT_CONTENT[name]}))) == digest(snapshot_of(record()))


@pytest.mark.parametrize("shape", [DistributionRecord, ServiceRecord])
def test_every_field_of_a_part_changes_the_hash(shape: type) -> None:
    base = record()
    where = "distributions" if shape is DistributionRecord else "services"
    part = getattr(base, where)[0]
    special = {
        "id": UUID(int=9), "kind": DistributionKind.FILE, "table_id": UUID(int=9), "byte_size": 5,
        "access_service": TWO,
        "issued": date(2026, 1, 1), "modified": date(2026, 1, 1), "spatial_resolution": Decimal(1),
    }  # fmt: skip
    for item in fields(shape):
        if item.name == "url_status":
            continue
        other = special[item.name] if item.name in special else OTHER[type(getattr(part, item.name))]
        changed = (replace(part, **{item.name: other}), *getattr(base, where)[1:])
        assert digest(snapshot_of(record(**{where: changed}))) != digest(snapshot_of(base)), item.name


def test_the_last_seen_status_of_an_address_is_no_content() -> None:
    first, second = record().distributions
    seen = record(distributions=(replace(first, url_status=404), second))
    assert snapshot_of(seen) == snapshot_of(record())


words = st.lists(st.text(min_size=1, max_size=8), max_size=5, unique=True)


@given(words, st.randoms(use_true_random=False))
def test_order_of_words_and_parts_says_nothing(keywords: list[str], shuffle: Any) -> None:
    base = record(keywords=tuple(keywords))
    mixed, parts, columns = list(keywords), list(base.distributions), list(base.columns)
    for items in (mixed, parts, columns):
        shuffle.shuffle(items)
    other = replace(base, keywords=tuple(mixed), distributions=tuple(parts), columns=tuple(columns))
    assert canonical(snapshot_of(other)) == canonical(snapshot_of(base))


@given(st.text(max_size=20), st.text(max_size=20))
def test_equal_texts_equal_hashes_and_only_then(one: str, two: str) -> None:
    same = digest(snapshot_of(record(title=one))) == digest(snapshot_of(record(title=two)))
    assert same == (one == two)


def test_a_snapshot_is_json_and_survives_a_round_trip() -> None:
    shot = snapshot_of(record(**{name: value for name, value in SPECIAL.items() if name != "id"}))
    assert digest(json.loads(json.dumps(shot))) == digest(shot)


def test_empty_values_are_left_out() -> None:
    assert set(snapshot_of(record())) == {
        "schema", "id", "slug", "organisation", "title", "openness", "contact", "columns", "distributions", "services",
    }  # fmt: skip


@pytest.mark.parametrize("value", [Bbox(4, 51, 5, 52), Period(date(2020, 1, 1), None), Agent("W", "", "https://w.nl/")])
def test_stored_values_are_read_back(value: object) -> None:
    name = {Bbox: "bbox", Period: "temporal", Agent: "creator"}[type(value)]  # type: ignore[index]
    assert parse(by_name(DATASET_FIELDS)[name], json.loads(json.dumps(plain(value))), as_stored) == value


def test_every_writable_field_exists_on_its_shape() -> None:
    for listed, shape in ((DATASET_FIELDS, DatasetRecord), (DISTRIBUTION_FIELDS, DistributionRecord)):
        assert set(by_name(listed)) <= {item.name for item in fields(shape)}
    assert set(by_name(SERVICE_FIELDS)) == {item.name for item in fields(ServiceRecord)} - {"id"}
