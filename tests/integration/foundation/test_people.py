"""Accounts and roles: who may give them, what ends them, and how a person becomes an actor."""

from datetime import timedelta

import pytest

from sluis.foundation.models import AuditEntry, User
from sluis.foundation.service import (
    acting,
    actor_by_email,
    close_account,
    create_organisation,
    create_person,
    grant,
    holds,
    may,
    organisations_where,
    require,
    revoke,
    set_password,
)
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, VISITOR, Held
from sluis.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn

pytestmark = pytest.mark.django_db
PASSWORD = "een lange zin is sterk"


@pytest.fixture
def merwede(data_folder):
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


@pytest.fixture
def steward(merwede):
    user = create_person(by=SYSTEM, email="Saar@Merwede.example", name="Saar", password=PASSWORD)
    grant(by=SYSTEM, user_id=user.id, organisation_id=merwede.id, role="data_steward")
    return user


def test_a_person_becomes_an_actor_with_grants(merwede, steward):
    actor = actor_by_email("saar@merwede.example")
    assert actor.grants == {Held(merwede.id, "data_steward")}
    assert may(actor, "dataset.edit", merwede.id)
    assert not holds(actor, "dossier.decide")
    assert organisations_where(actor, "dataset.edit") == {merwede.id}


def test_a_role_ends_on_its_date(merwede, steward):
    yesterday = clock.today() - timedelta(days=1)
    grant(by=SYSTEM, user_id=steward.id, organisation_id=merwede.id, role="data_steward", until_date=yesterday)
    assert acting(steward.id).grants == frozenset()


def test_a_role_can_be_taken_away_once(merwede, steward):
    revoke(by=SYSTEM, user_id=steward.id, organisation_id=merwede.id, role="data_steward")
    assert not acting(steward.id).grants
    with pytest.raises(NotFound):
        revoke(by=SYSTEM, user_id=steward.id, organisation_id=merwede.id, role="data_steward")


def test_a_closed_account_acts_no_more(steward):
    close_account(by=SYSTEM, user_id=steward.id)
    with pytest.raises(NotFound):
        acting(steward.id)


def test_only_those_who_manage_people_may(steward, merwede):
    actor = acting(steward.id)
    for deed in (
        lambda: create_person(by=actor, email="x@y.example", name="X", password=PASSWORD),
        lambda: grant(by=actor, user_id=steward.id, organisation_id=merwede.id, role="administrator"),
        lambda: set_password(by=actor, user_id=steward.id, password=PASSWORD),
        lambda: create_organisation(by=actor, slug="x", name="X"),
    ):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(NotSignedIn):
        require(VISITOR, "people.manage")


def test_weak_and_taken_are_refused(steward):
    for weak in ("short", "123456789012", "n@merwede.example"):
        with pytest.raises(Invalid):
            create_person(by=SYSTEM, email="n@merwede.example", name="N", password=weak)
    with pytest.raises(Conflict):
        create_person(by=SYSTEM, email="SAAR@merwede.example", name="S", password=PASSWORD)
    assert User.objects.count() == 1


def test_no_name_or_address_in_the_audit_chain(steward):
    written = str(list(AuditEntry.objects.values_list("subject_id", "detail")))
    assert "Saar" not in written
    assert "example" not in written
