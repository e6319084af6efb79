"""Operations on datasets: what is kept, who may, and what happens when two people write."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.integration.register.conftest import TABLE

from sluis.foundation.models import AuditEntry, OutboxEvent
from sluis.kernel.actor import SYSTEM, VISITOR
from sluis.kernel.canonical import digest
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Stale
from sluis.register import service as register
from sluis.register.models import Dataset, Distribution
from sluis.register.types import Availability, Bbox, Openness, Period, Publication

pytestmark = pytest.mark.django_db


def test_what_goes_in_comes_out(steward, water):
    changed = register.change(
        by=steward,
        dataset_id=water.id,
        changes={
            "keywords": "water, zwemmen,\nwater",
            "bbox": [4.1, 51.7, 5.0, 52.2],
            "temporal": ["2020-01-01", None],
            "planned_date": "2027-03-01",
            "creator": {"name": "Waterschap"},
            "spatial_resolution": "12,50",
        },
        expected_version=water.version,
    )
    assert changed.keywords == ("water", "zwemmen")
    assert changed.bbox == Bbox(4.1, 51.7, 5.0, 52.2)
    assert changed.temporal == Period(date(2020, 1, 1), None)
    assert changed.planned_date == date(2027, 3, 1)
    assert changed.creator is not None
    assert changed.creator.name == "Waterschap"
    assert changed.version == water.version + 1
    assert register.get(by=steward, slug=water.slug) == changed


def test_emptying_a_field_removes_it(steward, water):
    changed = register.change(
        by=steward, dataset_id=water.id, changes={"description": "", "contact": None}, expected_version=1
    )
    assert changed.description == ""
    assert changed.contact is None
    assert "description" not in register.snapshot(water.id)


def test_a_change_is_audited_and_told(steward, water):
    register.change(by=steward, dataset_id=water.id, changes={"title": "Zwemplekken"}, expected_version=1)
    entry = AuditEntry.objects.get(action="register.dataset.changed")
    assert (entry.actor_key, entry.subject_id) == (steward.key, str(water.id))
    assert entry.detail == {"fields": ["title"], "version": 2}
    assert OutboxEvent.objects.filter(type="dataset.changed", data__version=2).exists()


def test_the_second_of_two_writers_is_told(steward, water):
    register.change(by=steward, dataset_id=water.id, changes={"title": "Eerste"}, expected_version=1)
    with pytest.raises(Stale) as told:
        register.change(by=steward, dataset_id=water.id, changes={"title": "Tweede"}, expected_version=1)
    assert "versie 2" in str(told.value)
    assert register.get(by=steward, dataset_id=water.id).title == "Eerste"


@pytest.mark.parametrize(
    "field",
    ["publication", "version", "organisation", "organisation_id", "id", "slug", "created_at", "details", "columns"],
)
def test_what_is_not_a_field_cannot_be_written(steward, water, field):
    with pytest.raises(Invalid) as refused:
        register.change(by=steward, dataset_id=water.id, changes={"title": "Mooi", field: "x"}, expected_version=1)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert register.get(by=steward, dataset_id=water.id).title == water.title


def test_mass_assignment_at_creation_is_refused(merwede, steward):
    with pytest.raises(Invalid):
        register.create(by=steward, organisation_id=merwede.id, title="Sluiproute", publication="published")
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"themes": ["WATER"]}, "themes"),
        ({"licence": "gratis"}, "licence"),
        ({"openness": "vrij"}, "openness"),
        ({"landing_page": "javascript:alert(1)"}, "landing_page"),
        ({"landing_page": "https://gebruiker:geheim@merwede.example/"}, "landing_page"),
        ({"documentation": ["https://merwede.example/<script>"]}, "documentation"),
        ({"planned_date": "31-12-2026"}, "planned_date"),
        ({"bbox": [5, 52, 4, 51]}, "bbox"),
        ({"temporal": ["2026-01-01", "2020-01-01"]}, "temporal"),
        ({"contact": "01a20a78-0000-7000-8000-00000000ffff"}, "contact"),
    ],
)
def test_a_wrong_value_names_its_field_and_saves_nothing(steward, water, changes, field):
    with pytest.raises(Invalid) as refused:
        register.change(by=steward, dataset_id=water.id, changes={"limits": "n.v.t."} | changes, expected_version=1)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert register.get(by=steward, dataset_id=water.id) == water


def test_another_organisations_dataset_does_not_exist(stranger, water, contact):
    unknown = {"by": stranger, "dataset_id": water.id}
    for attempt in (
        lambda: register.get(by=stranger, dataset_id=water.id),
        lambda: register.get(by=stranger, slug=water.slug),
        lambda: register.change(**unknown, changes={"title": "Van mij"}, expected_version=1),
        lambda: register.document_columns(**unknown, columns=[]),
        lambda: register.add_distribution(**unknown, kind="table", table_id=TABLE),
        lambda: register.add_service(**unknown, title="x", endpoint_url="https://x.example/"),
        lambda: register.change_contact(by=stranger, contact_id=contact.id, changes={"name": "x"}, expected_version=1),
        lambda: register.create(by=stranger, organisation_id=water.organisation.id, title="Bij hen"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert register.visible_to(by=stranger).total == 0


def test_parts_of_another_dataset_do_not_exist(merwede, steward, water):
    other = register.create(by=steward, organisation_id=merwede.id, title="Ander")
    part = register.add_distribution(by=steward, dataset_id=other.id, kind="table", table_id=TABLE).distributions[-1]
    with pytest.raises(NotFound):
        register.remove_distribution(by=steward, dataset_id=water.id, distribution_id=part.id, expected_version=1)
    assert Distribution.objects.filter(id=part.id).exists()


def test_a_contact_of_another_organisation_cannot_be_used(elders, stranger, steward, water):
    theirs = register.add_contact(by=stranger, organisation_id=elders.id, name="Zij", email="zij@elders.example")
    with pytest.raises(Invalid):
        register.change(by=steward, dataset_id=water.id, changes={"contact": theirs.id}, expected_version=1)


def test_a_viewer_looks_and_does_not_write(viewer, water):
    assert register.get(by=viewer, dataset_id=water.id) == water
    with pytest.raises(NotAllowed):
        register.change(by=viewer, dataset_id=water.id, changes={"title": "x"}, expected_version=1)


def test_a_visitor_sees_nothing_of_the_register(water):
    assert register.visible_to(by=VISITOR).total == 0
    with pytest.raises(NotFound):
        register.get(by=VISITOR, slug=water.slug)
    with pytest.raises(NotSignedIn):
        register.change(by=VISITOR, dataset_id=water.id, changes={}, expected_version=1)


def test_slugs_are_unique_and_never_silently_reused(merwede, steward, water):
    again = register.create(by=steward, organisation_id=merwede.id, title=water.title)
    assert again.slug.startswith("zwemwater-in-merwede-")
    with pytest.raises(Conflict):
        register.create(by=steward, organisation_id=merwede.id, title="Iets", slug=water.slug)
    with pytest.raises(Invalid):
        register.create(by=steward, organisation_id=merwede.id, title="Iets", slug="../weg")


def test_lists_filter_page_and_count(merwede, steward, water):
    for number in range(5):
        register.create(by=steward, organisation_id=merwede.id, title=f"Wegen {number}", openness="closed")
    page = register.visible_to(by=steward, openness="closed", page=2, size=2)
    assert (page.total, len(page.rows)) == (5, 2)
    assert [row.slug for row in register.visible_to(by=steward, text="zwem").rows] == [water.slug]
    with pytest.raises(Invalid):
        register.visible_to(by=steward, size=1000)


def test_a_list_costs_the_same_however_long(merwede, steward, water, django_assert_num_queries):
    for number in range(20):
        register.create(by=steward, organisation_id=merwede.id, title=f"Wegen {number}")
    with django_assert_num_queries(2):
        register.visible_to(by=steward)
    with django_assert_num_queries(3):
        register.get(by=steward, dataset_id=water.id)


def test_publication_is_marked_and_never_becomes_a_draft_again(water):
    marked = register.mark_publication(
        by=SYSTEM, dataset_id=water.id, publication=Publication.PUBLISHED, availability=Availability.AVAILABLE
    )
    assert (marked.publication, marked.availability) == (Publication.PUBLISHED, Availability.AVAILABLE)
    with pytest.raises(Conflict):
        register.mark_publication(by=SYSTEM, dataset_id=water.id, publication=Publication.DRAFT)


def test_publishing_itself_does_not_change_what_was_decided(water):
    before = digest(register.snapshot(water.id))
    register.mark_publication(
        by=SYSTEM, dataset_id=water.id, publication=Publication.PUBLISHED, availability=Availability.AVAILABLE
    )
    assert digest(register.snapshot(water.id)) == before


def test_the_snapshot_follows_every_part(steward, water, contact):
    seen = {digest(register.snapshot(water.id))}

    def is_new() -> None:
        now = digest(register.snapshot(water.id))
        assert now not in seen
        seen.add(now)

    item = {"by": steward, "dataset_id": water.id}
    after = register.add_distribution(**item, kind="table", table_id=TABLE)
    is_new()
    part = after.distributions[-1].id
    register.change_distribution(**item, distribution_id=part, changes={"title": "Metingen"}, expected_version=2)
    is_new()
    after = register.add_service(**item, title="WFS", endpoint_url="https://x.example/wfs")
    is_new()
    register.change_service(
        **item, service_id=after.services[-1].id, changes={"description": "Plekken"}, expected_version=4
    )
    is_new()
    register.document_columns(**item, columns=[{"name": "ecoli", "meaning": "Aantal bacteriën"}])
    is_new()
    register.change_contact(
        by=steward, contact_id=contact.id, changes={"email": "nieuw@merwede.example"}, expected_version=1
    )
    is_new()
    register.change(**item, changes={"openness": Openness.CLOSED, "openness_ground": "Privacy"}, expected_version=7)
    is_new()


def test_a_distribution_needs_what_its_kind_points_at(steward, water):
    item = {"by": steward, "dataset_id": water.id}
    for kind, field in (("table", "table_id"), ("external", "access_url"), ("file", "sha256")):
        with pytest.raises(Invalid) as refused:
            register.add_distribution(**item, kind=kind)
        assert refused.value.faults[0].field == field
    register.add_distribution(**item, kind="table", table_id=TABLE)
    with pytest.raises(Invalid):
        register.add_distribution(**item, kind="table", table_id=TABLE)
    assert len(register.get(by=steward, dataset_id=water.id).distributions) == 1


def test_removing_a_service_leaves_no_loose_end(steward, water):
    item = {"by": steward, "dataset_id": water.id}
    service = register.add_service(**item, title="WFS", endpoint_url="https://x.example/wfs").services[-1]
    register.add_distribution(**item, kind="external", access_url="https://x.example/wfs", access_service=service.id)
    after = register.remove_service(**item, service_id=service.id, expected_version=3)
    assert after.services == ()
    assert after.distributions[0].access_service is None


def test_columns_have_one_name_each(steward, water):
    with pytest.raises(Invalid):
        register.document_columns(by=steward, dataset_id=water.id, columns=[{"name": "a"}, {"name": "a"}])
    with pytest.raises(Invalid):
        register.document_columns(by=steward, dataset_id=water.id, columns=[{"meaning": "zonder naam"}])


def test_a_contact_can_be_reached(merwede, steward):
    with pytest.raises(Invalid):
        register.add_contact(by=steward, organisation_id=merwede.id, name="Niemand")


def test_the_database_refuses_what_the_rules_forbid(water):
    for wrong in ({"openness": "vrij"}, {"publication": "half"}, {"title": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dataset.objects.filter(id=water.id).update(**wrong)
