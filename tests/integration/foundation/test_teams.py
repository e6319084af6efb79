"""A role for one team reaches the things of that team and nothing else; who manages people makes teams."""

import pytest

from sluis.foundation.models import Membership, Team
from sluis.foundation.service import (
    acting,
    create_organisation,
    create_person,
    create_team,
    grant,
    holds,
    may,
    organisations_where,
    people,
    places,
    remove_team,
    rename_team,
    revoke,
    teams,
)
from sluis.kernel.actor import SYSTEM, Held
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from sluis.register import service as register

pytestmark = pytest.mark.django_db


@pytest.fixture
def merwede(data_folder):
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


@pytest.fixture
def elders(data_folder):
    return create_organisation(by=SYSTEM, slug="elders", name="Provincie Elders")


@pytest.fixture
def roads(merwede):
    return create_team(by=SYSTEM, organisation_id=merwede.id, name="Wegen")


@pytest.fixture
def water(merwede):
    return create_team(by=SYSTEM, organisation_id=merwede.id, name="Water")


def account(name, *held):
    made = create_person(by=SYSTEM, email=f"{name}@merwede.example", name=name, password="lang genoeg en geheim")
    for organisation, role, team in held:
        grant(by=SYSTEM, user_id=made.id, organisation_id=organisation.id, role=role, team_id=team and team.id)
    return acting(made.id)


def test_what_a_role_reaches(merwede, elders, roads, water):
    whole = account("heel", (merwede, "data_steward", None))
    part = account("deel", (merwede, "data_steward", roads))
    edit = "dataset.edit"
    assert may(whole, edit, merwede.id)
    assert may(whole, edit, merwede.id, roads.id)
    assert may(part, edit, merwede.id, roads.id)
    assert not may(part, edit, merwede.id)
    assert not may(part, edit, merwede.id, water.id)
    assert not may(part, edit, elders.id, roads.id), "a team of another organisation opens nothing"
    assert holds(part, edit)
    assert organisations_where(part, edit) == frozenset()
    assert organisations_where(part, edit, teams_too=True) == {merwede.id}
    assert [place.team_id for place in places(by=part, permission=edit)] == [roads.id]
    assert [place.team_id for place in places(by=whole, permission=edit)] == [None, water.id, roads.id]


def test_datasets_follow_their_team(merwede, roads, water):
    whole = account("heel", (merwede, "data_steward", None))
    part = account("deel", (merwede, "data_steward", roads), (merwede, "data_steward", water))
    other = account("ander", (merwede, "data_steward", water))
    ours = register.create(by=part, organisation_id=merwede.id, team_id=roads.id, title="Wegvakken")
    everybodys = register.create(by=whole, organisation_id=merwede.id, title="Begroting")
    assert (ours.team_id, ours.team) == (roads.id, "Wegen")
    assert {row.id for row in register.visible_to(by=whole).rows} == {ours.id, everybodys.id}
    assert {row.id for row in register.visible_to(by=part).rows} == {ours.id}
    assert not register.visible_to(by=other).rows
    for dataset in (ours, everybodys):
        with pytest.raises(NotFound):
            register.get(by=other, dataset_id=dataset.id)
    with pytest.raises(NotAllowed):
        register.create(by=part, organisation_id=merwede.id, title="Voor iedereen")
    register.move_to_team(by=part, dataset_id=ours.id, team_id=water.id)
    assert register.get(by=other, dataset_id=ours.id).team == "Water"
    with pytest.raises(NotAllowed):
        register.move_to_team(by=other, dataset_id=ours.id, team_id=roads.id)
    with pytest.raises(NotAllowed):
        register.move_to_team(by=other, dataset_id=ours.id, team_id=None)
    register.move_to_team(by=whole, dataset_id=ours.id, team_id=None)
    with pytest.raises(NotFound):
        register.get(by=part, dataset_id=ours.id)


def test_a_team_is_one_of_the_organisation(merwede, elders, roads):
    everywhere = account("overal", (merwede, "data_steward", None), (elders, "data_steward", None))
    with pytest.raises(Invalid):
        register.create(by=everywhere, organisation_id=elders.id, team_id=roads.id, title="Wegen")
    with pytest.raises(Invalid):
        grant(by=SYSTEM, user_id=everywhere.user_id, organisation_id=elders.id, role="viewer", team_id=roads.id)


def test_the_team_is_no_part_of_what_is_decided(merwede, roads):
    made = register.create(by=SYSTEM, organisation_id=merwede.id, title="Wegvakken")
    before = register.snapshot(made.id)
    register.move_to_team(by=SYSTEM, dataset_id=made.id, team_id=roads.id)
    assert register.snapshot(made.id) == before


def test_who_manages_people_is_bound_to_no_team(merwede, roads):
    person = account("iemand", (merwede, "viewer", None))
    with pytest.raises(Invalid, match="hele organisatie"):
        grant(by=SYSTEM, user_id=person.user_id, organisation_id=merwede.id, role="administrator", team_id=roads.id)


def test_a_role_is_given_and_taken_per_team(merwede, roads, water):
    person = account("iemand", (merwede, "viewer", None), (merwede, "viewer", roads), (merwede, "viewer", water))
    assert person.grants == {Held(merwede.id, "viewer", team) for team in (None, roads.id, water.id)}
    revoke(by=SYSTEM, user_id=person.user_id, organisation_id=merwede.id, role="viewer", team_id=roads.id)
    assert acting(person.user_id).grants == {Held(merwede.id, "viewer", team) for team in (None, water.id)}
    assert [grant.team for grant in people(by=SYSTEM)[0].grants] == ["", "Water"]


def test_teams_are_made_by_who_manages_the_organisation(merwede, elders, roads):
    here = account("beheer", (merwede, "administrator", None))
    there = account("elders", (elders, "administrator", None))
    steward = account("steward", (merwede, "data_steward", None))
    for by in (there, steward):
        with pytest.raises(NotAllowed):
            create_team(by=by, organisation_id=merwede.id, name="Groen")
        with pytest.raises((NotFound, NotAllowed)):
            rename_team(by=by, team_id=roads.id, name="Gekaapt")
        with pytest.raises((NotFound, NotAllowed)):
            remove_team(by=by, team_id=roads.id)
    made = create_team(by=here, organisation_id=merwede.id, name="Groen & Water")
    assert made.slug == "groen-water"
    rename_team(by=here, team_id=made.id, name="Groen")
    assert [team.name for team in teams(by=here)] == ["Groen", "Wegen"]
    with pytest.raises(Conflict):
        create_team(by=here, organisation_id=merwede.id, name="Anders", slug="wegen")
    for name in ("", " ", "x" * 201):
        with pytest.raises(Invalid):
            create_team(by=here, organisation_id=merwede.id, name=name)


def test_a_team_in_use_stays(merwede, roads):
    account("iemand", (merwede, "viewer", roads))
    with pytest.raises(Conflict):
        remove_team(by=SYSTEM, team_id=roads.id)
    Membership.objects.all().delete()
    made = register.create(by=SYSTEM, organisation_id=merwede.id, team_id=roads.id, title="Wegvakken")
    with pytest.raises(Conflict):
        remove_team(by=SYSTEM, team_id=roads.id)
    register.move_to_team(by=SYSTEM, dataset_id=made.id, team_id=None)
    remove_team(by=SYSTEM, team_id=roads.id)
    assert not Team.objects.exists()
