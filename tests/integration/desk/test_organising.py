"""Pages for teams, groups and replacement: what they show, do and refuse."""

from datetime import timedelta

import pytest

from sluis.foundation.models import Delegation, GroupRole, Team
from sluis.foundation.service import acting, create_team, grant
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Held
from sluis.register import service as register

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(merwede, person):
    return person(merwede, "administrator")


@pytest.fixture
def roads(merwede):
    return create_team(by=SYSTEM, organisation_id=merwede.id, name="Wegen")


def text(answer):
    return answer.content.decode()


def test_teams_are_made_renamed_and_removed_on_one_page(admin, merwede):
    page, client = "/desk/beheer/teams", admin.client
    assert client.post(page, {"action": "make", "organisation": merwede.id, "name": "Wegen"}).status_code == 302
    made = Team.objects.get()
    assert "Wegen" in text(client.get(page))
    assert client.post(page, {"action": f"rename:{made.id}", "name": "Groen"}).status_code == 302
    assert "Groen" in text(client.get(page))
    for action, name in (("make", ""), (f"rename:{made.id}", ""), ("make", "Groen " * 60)):
        answer = client.post(page, {"action": action, "organisation": merwede.id, "name": name})
        assert answer.status_code == 422, action
    assert client.post(page, {"action": "rename:x"}).status_code == 404
    register.create(by=SYSTEM, organisation_id=merwede.id, team_id=made.id, title="Wegvakken")
    used = client.post(page, {"action": f"remove:{made.id}"})
    assert used.status_code == 409
    assert "horen nog" in text(used)
    Team.objects.create(organisation=merwede, slug="leeg", name="Leeg")
    assert client.post(page, {"action": f"remove:{Team.objects.get(slug='leeg').id}"}).status_code == 302


def test_a_team_of_elsewhere_is_not_there(admin, elsewhere):
    other = create_team(by=SYSTEM, organisation_id=elsewhere.id, name="Verre weg")
    assert "Verre weg" not in text(admin.client.get("/desk/beheer/teams"))
    for action in (f"rename:{other.id}", f"remove:{other.id}"):
        assert admin.client.post("/desk/beheer/teams", {"action": action, "name": "Gekaapt"}).status_code == 404
    answer = admin.client.post("/desk/beheer/teams", {"action": "make", "organisation": elsewhere.id, "name": "X"})
    assert answer.status_code == 422


def test_a_role_is_given_and_taken_for_a_team(admin, steward, merwede, roads):
    page = f"/desk/beheer/personen/{steward.user.id}"
    place = f"{merwede.id}:{roads.id}"
    given = {"action": "grant", "organisation": place, "role": "data_owner"}
    assert admin.client.post(page, given).status_code == 302
    assert Held(merwede.id, "data_owner", roads.id) in acting(steward.user.id).grants
    assert "Provincie Merwede, Wegen" in text(admin.client.get(page))
    refused = admin.client.post(page, given | {"role": "administrator"})
    assert refused.status_code == 422
    assert "hele organisatie" in text(refused)
    taken = {"action": f"revoke:{merwede.id}:data_owner:{roads.id}"}
    assert admin.client.post(page, taken).status_code == 302
    assert Held(merwede.id, "data_owner", roads.id) not in acting(steward.user.id).grants


def test_groups_are_coupled_on_their_page(admin, merwede, roads):
    page, place = "/desk/beheer/groepen", f"{merwede.id}:{roads.id}"
    given = {"action": "make", "group": "sluis-wegen", "organisation": place, "role": "data_steward"}
    assert admin.client.post(page, given).status_code == 302
    assert "sluis-wegen" in text(admin.client.get(page))
    assert admin.client.post(page, given).status_code == 409
    assert admin.client.post(page, given | {"group": ""}).status_code == 422
    assert admin.client.post(page, {"action": f"remove:{GroupRole.objects.get().id}"}).status_code == 302
    assert not GroupRole.objects.exists()


def lend(client, merwede, taker, **more):
    today = clock.today()
    days = {"from_date": today.isoformat(), "until_date": (today + timedelta(days=7)).isoformat()}
    words = {"action": "lend", "role": f"{merwede.id}:data_owner:", "to": taker.user.id}
    return client.post("/desk/vervanging", words | days | more)


def test_a_role_is_lent_seen_by_both_and_ended(owner, steward, stranger, admin, merwede):
    assert lend(owner.client, merwede, steward).status_code == 302
    for who in (owner, steward, admin):
        assert "data_steward namens data_owner" in text(who.client.get("/desk/vervanging")), who.user.name
    assert "namens data_owner" in text(steward.client.get("/desk/account"))
    assert "namens" not in text(owner.client.get("/desk/account"))
    assert "data_steward namens" not in text(stranger.client.get("/desk/vervanging"))
    end = {"action": f"end:{Delegation.objects.get().id}"}
    assert stranger.client.post("/desk/vervanging", end).status_code == 404
    assert steward.client.post("/desk/vervanging", end).status_code == 302
    assert "namens" not in text(steward.client.get("/desk/account"))
    assert steward.client.post("/desk/vervanging", end).status_code == 409


def test_what_cannot_be_lent_is_said_at_the_field(owner, steward, stranger, merwede):
    past = (clock.today() - timedelta(days=1)).isoformat()
    far = (clock.today() + timedelta(days=400)).isoformat()
    for more, says in (
        ({"from_date": past}, "latere dag"),
        ({"until_date": far}, "hoogstens een jaar"),
        ({"to": stranger.user.id}, "to"),
        ({"role": f"{merwede.id}:data_steward:"}, "role"),
    ):
        answer = lend(owner.client, merwede, steward, **more)
        assert answer.status_code == 422, more
        assert says in text(answer)
    assert not Delegation.objects.exists()


def test_a_dataset_is_made_for_a_team_and_moved(steward, person, merwede, roads):
    part = person(merwede, email="wegen@merwede.example")
    grant(by=SYSTEM, user_id=part.user.id, organisation_id=merwede.id, role="data_steward", team_id=roads.id)
    assert "Provincie Merwede, Wegen" in text(part.client.get("/desk/datasets/nieuw"))
    new = {"title": "Wegvakken", "organisation": f"{merwede.id}:{roads.id}"}
    made = part.client.post("/desk/datasets/nieuw", new)
    assert made.status_code == 302
    assert part.client.post("/desk/datasets/nieuw", new | {"organisation": merwede.id}).status_code == 422
    page = made["Location"]
    assert "Ander team" not in text(part.client.get(page)), "there is only one place for this person"
    assert "Ander team" in text(steward.client.get(page))
    assert steward.client.post(f"{page}/team", {"place": str(merwede.id)}).status_code == 302
    assert part.client.get(page).status_code == 404
    for address in ("beschrijving", "kolommen", "toegang", "data", "team"):
        assert part.client.get(f"{page}/{address}").status_code == 404


@pytest.mark.parametrize("page", ["/en/desk/beheer/teams", "/en/desk/beheer/groepen", "/en/desk/vervanging"])
def test_the_pages_speak_english_too(admin, page):
    shown = text(admin.client.get(page))
    assert 'lang="en"' in shown
    for dutch in (">Vervanging<", "Nieuw team", "Groep koppelen", "Niemand"):
        assert dutch not in shown
