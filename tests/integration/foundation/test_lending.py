"""A role lent to a colleague: only one's own, for a while, seen by both, and never further than the giver's own."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from sluis.foundation.models import AuditEntry, Delegation
from sluis.foundation.service import (
    acting,
    close_account,
    colleagues,
    create_organisation,
    create_person,
    create_team,
    end_lending,
    grant,
    lend,
    lendable,
    may,
    replacements,
    replacements_here,
    require,
    revoke,
    writing,
)
from sluis.kernel import clock, ids
from sluis.kernel.actor import SYSTEM, Held
from sluis.kernel.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def merwede(data_folder, fixed_clock):
    return create_organisation(by=SYSTEM, slug="merwede", name="Provincie Merwede")


def account(organisation, name, *roles):
    made = create_person(by=SYSTEM, email=f"{name}@merwede.example", name=name, password="lang genoeg en geheim")
    for role in roles:
        grant(by=SYSTEM, user_id=made.id, organisation_id=organisation.id, role=role)
    return acting(made.id)


@pytest.fixture
def owner(merwede):
    return account(merwede, "Olga", "data_owner", "administrator")


@pytest.fixture
def colleague(merwede):
    return account(merwede, "Carl", "viewer")


def lent(owner, colleague, merwede, **more):
    days = {"from_date": clock.today(), "until_date": clock.today() + 7 * DAY}
    return lend(by=owner, to=colleague.user_id, **{"held": Held(merwede.id, "data_owner"), **days, **more})


def again(actor):
    return acting(actor.user_id)


def test_a_lent_role_counts_from_its_first_up_to_its_last_day(merwede, owner, colleague, fixed_clock):
    first = clock.today() + 2 * DAY
    lent(owner, colleague, merwede, from_date=first, until_date=first + DAY)
    counts = []
    for _ in range(6):
        counts.append(may(again(colleague), "dossier.decide", merwede.id))
        fixed_clock.advance(DAY)
    assert counts == [False, False, True, True, False, False]
    assert may(again(owner), "dossier.decide", merwede.id)


def test_it_is_done_in_the_name_of_the_giver_only_where_the_own_role_falls_short(merwede, owner, colleague):
    lent(owner, colleague, merwede)
    now = again(colleague)
    assert require(now, "dossier.decide", merwede.id).stands_for == owner.key
    assert require(now, "dossier.view", merwede.id).stands_for == ""
    assert now.keys == {colleague.key, owner.key}, "before it asked, an operation is everybody's it could be"
    with writing(by=require(now, "dossier.decide", merwede.id), action="test.done", subject=("thing", 1)):
        pass
    with writing(by=require(now, "dossier.view", merwede.id), action="test.seen", subject=("thing", 1)):
        pass
    with writing(by=now, action="test.unasked", subject=("thing", 1)):
        pass
    details = dict(AuditEntry.objects.filter(subject_type="thing").values_list("action", "detail"))
    assert details == {
        "test.done": {"on_behalf_of": [owner.key]},
        "test.seen": {},
        "test.unasked": {"on_behalf_of": [owner.key]},
    }


def test_it_ends_with_the_role_or_the_account_of_the_giver(merwede, owner, colleague):
    lent(owner, colleague, merwede)
    revoke(by=SYSTEM, user_id=owner.user_id, organisation_id=merwede.id, role="data_owner")
    assert not may(again(colleague), "dossier.decide", merwede.id)
    grant(by=SYSTEM, user_id=owner.user_id, organisation_id=merwede.id, role="data_owner")
    assert may(again(colleague), "dossier.decide", merwede.id)
    close_account(by=SYSTEM, user_id=owner.user_id)
    assert not may(again(colleague), "dossier.decide", merwede.id)


def test_a_borrowed_role_is_not_lent_on(merwede, owner, colleague):
    third = account(merwede, "Thea", "viewer")
    lent(owner, colleague, merwede)
    with pytest.raises(Invalid, match="zelf niet"):
        lent(again(colleague), third, merwede)
    assert [own.held.role for own in lendable(by=again(colleague))] == ["viewer"]


def test_who_manages_people_does_so_in_person(merwede, owner, colleague):
    assert "administrator" not in [own.held.role for own in lendable(by=owner)]
    with pytest.raises(Invalid, match="leent u niet uit"):
        lent(owner, colleague, merwede, held=Held(merwede.id, "administrator"))


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [(-1, 3, "latere dag"), (3, 2, "voor de eerste"), (0, 366, "hoogstens een jaar")],
)
def test_days_that_cannot_be(merwede, owner, colleague, first, last, says):
    today = clock.today()
    with pytest.raises(Invalid, match=says):
        lent(owner, colleague, merwede, from_date=today + first * DAY, until_date=today + last * DAY)


def test_a_year_is_the_most_also_from_a_leap_day(merwede, owner, colleague, fixed_clock):
    fixed_clock.advance(date(2028, 2, 29) - clock.today())
    with pytest.raises(Invalid):
        lent(owner, colleague, merwede, until_date=date(2029, 3, 1))
    lent(owner, colleague, merwede, until_date=date(2029, 2, 28))


def test_only_to_a_colleague_and_once_per_period(merwede, owner, colleague):
    elders = create_organisation(by=SYSTEM, slug="elders", name="Elders")
    stranger = account(elders, "Sem", "viewer")
    for taker in (stranger, owner):
        with pytest.raises(NotFound):
            lent(owner, taker, merwede)
    assert [name for _, name in colleagues(by=owner)] == ["Carl"]
    lent(owner, colleague, merwede)
    with pytest.raises(Conflict):
        lent(owner, colleague, merwede)


def test_both_see_it_and_both_may_end_it(merwede, owner, colleague):
    third = account(merwede, "Thea", "viewer")
    first = lent(owner, colleague, merwede)
    assert [(r.mine, r.taker, r.state) for r in replacements(by=owner)] == [(True, "Carl", "active")]
    assert [(r.mine, r.giver, r.state) for r in replacements(by=colleague)] == [(False, "Olga", "active")]
    assert replacements(by=third) == ()
    assert [r.taker for r in replacements_here(by=owner)] == ["Carl"]
    assert replacements_here(by=third) == ()
    with pytest.raises(NotFound):
        end_lending(by=third, delegation_id=first)
    end_lending(by=again(colleague), delegation_id=first)
    assert not may(again(colleague), "dossier.decide", merwede.id)
    assert replacements(by=owner)[0].state == "over"
    with pytest.raises(Conflict):
        end_lending(by=owner, delegation_id=first)
    second = lent(owner, colleague, merwede)
    end_lending(by=owner, delegation_id=second)
    told = AuditEntry.objects.filter(action__startswith="foundation.role.len").values_list("action", "actor_key")
    assert sorted(told) == sorted(
        [("foundation.role.lent", owner.key)] * 2
        + [("foundation.role.lending-ended", key) for key in (owner.key, colleague.key)]
    )


def test_a_role_for_a_team_is_lent_for_that_team(merwede, owner, colleague):
    roads = create_team(by=SYSTEM, organisation_id=merwede.id, name="Wegen")
    lent(owner, colleague, merwede, held=Held(merwede.id, "data_owner", roads.id))
    now = again(colleague)
    assert may(now, "dossier.decide", merwede.id, roads.id)
    assert not may(now, "dossier.decide", merwede.id)
    part = account(merwede, "Petra")
    grant(by=SYSTEM, user_id=part.user_id, organisation_id=merwede.id, role="data_steward", team_id=roads.id)
    with pytest.raises(Invalid):
        lent(again(part), colleague, merwede, held=Held(merwede.id, "data_steward"))


def refused(what):
    with pytest.raises(DatabaseError), transaction.atomic():
        what()


def test_the_database_keeps_the_rules_too(merwede, owner, colleague):
    def row(**more):
        fields = {
            "id": ids.new_id(), "giver_id": owner.user_id, "taker_id": colleague.user_id, "role": "data_owner",
            "organisation_id": merwede.id, "from_date": clock.today(), "until_date": clock.today() + DAY,
            "created_at": clock.now(),
        }  # fmt: skip
        return Delegation.objects.create(**(fields | more))

    refused(lambda: row(giver_id=colleague.user_id, taker_id=owner.user_id))
    refused(lambda: row(taker_id=owner.user_id))
    refused(lambda: row(role="data_steward"))
    refused(lambda: row(role="administrator"))
    refused(lambda: row(until_date=clock.today() - DAY))
    refused(lambda: row(until_date=clock.today() + 367 * DAY))
    made = row()
    refused(lambda: Delegation.objects.update(until_date=clock.today() + 9 * DAY))
    refused(lambda: Delegation.objects.update(giver_id=colleague.user_id, taker_id=owner.user_id))
    Delegation.objects.update(ended_at=clock.now())
    refused(lambda: Delegation.objects.update(ended_at=None))
    assert Delegation.objects.get().until_date == made.until_date
