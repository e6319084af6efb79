"""Who looks after one organisation sees and changes nothing of another: people, roles, audit entries, jobs."""

from typing import Any

import pytest

from sluis.foundation.models import Job, Membership, User
from sluis.foundation.service import (
    acting,
    audit_lines,
    close_account,
    create_organisation,
    create_person,
    grant,
    jobs,
    organisations_for,
    people,
    retry_job,
    revoke,
    set_password,
    writing,
)
from sluis.kernel import clock
from sluis.kernel.actor import SYSTEM, Held
from sluis.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
PASSWORD = "een lange zin is sterk"


class Body:
    """An organisation with an administrator and one steward."""

    def __init__(self, slug: str) -> None:
        self.id = create_organisation(by=SYSTEM, slug=slug, name=slug.title()).id
        self.slug = slug
        self.administrator = self.person("administrator")
        self.steward = self.person("data_steward")

    def person(self, role: str) -> User:
        email = f"{role}@{self.slug}.example"
        return create_person(by=SYSTEM, email=email, name=email, password=PASSWORD, organisation_id=self.id, role=role)

    @property
    def by(self) -> Any:
        return acting(self.administrator.id)


@pytest.fixture
def here(data_folder):
    return Body("hier")


@pytest.fixture
def there(data_folder):
    return Body("daar")


@pytest.fixture
def both(here, there):
    """A steward of the one who decides for the other."""
    grant(by=SYSTEM, user_id=here.steward.id, organisation_id=there.id, role="data_owner")
    return here.steward


def failed_job() -> Job:
    now = clock.now()
    return Job.objects.create(task="x", state=Job.State.FAILED, run_after=now, created_at=now, finished_at=now)


def test_people_of_elsewhere_are_not_listed(here, there):
    assert {p.id for p in people(by=here.by)} == {here.administrator.id, here.steward.id}
    assert {p.id for p in people(by=SYSTEM)} == set(User.objects.values_list("id", flat=True))


def test_of_a_person_with_two_employers_only_the_roles_here_are_shown(here, there, both):
    shown = {p.id: [(g.organisation_id, g.role) for g in p.grants] for p in people(by=there.by)}
    assert shown[both.id] == [(there.id, "data_owner")]


def test_people_of_elsewhere_do_not_exist(here, there):
    theirs = there.steward.id
    for deed in (
        lambda: grant(by=here.by, user_id=theirs, organisation_id=here.id, role="viewer"),
        lambda: close_account(by=here.by, user_id=theirs),
        lambda: set_password(by=here.by, user_id=theirs, password=PASSWORD + "!"),
    ):
        with pytest.raises(NotFound):
            deed()
    assert acting(theirs).grants == {Held(there.id, "data_steward")}
    assert User.objects.get(id=theirs).check_password(PASSWORD)


def test_roles_elsewhere_are_neither_given_nor_taken(here, there, both):
    for deed in (
        lambda: grant(by=here.by, user_id=here.administrator.id, organisation_id=there.id, role="administrator"),
        lambda: grant(by=here.by, user_id=both.id, organisation_id=there.id, role="administrator"),
        lambda: revoke(by=here.by, user_id=both.id, organisation_id=there.id, role="data_owner"),
        lambda: create_person(
            by=here.by, email="x@daar.example", name="X", password=PASSWORD, organisation_id=there.id, role="viewer"
        ),
        lambda: create_organisation(by=here.by, slug="nieuw", name="Nieuw"),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert set(Membership.objects.filter(organisation_id=there.id).values_list("role", flat=True)) == {
        "administrator", "data_steward", "data_owner",
    }  # fmt: skip
    assert not User.objects.filter(email="x@daar.example").exists()


def test_an_account_shared_with_elsewhere_is_not_taken_over(here, there, both):
    with pytest.raises(NotAllowed):
        set_password(by=there.by, user_id=both.id, password=PASSWORD + "!")
    with pytest.raises(NotAllowed):
        close_account(by=there.by, user_id=both.id)
    assert User.objects.get(id=both.id).check_password(PASSWORD)
    revoke(by=there.by, user_id=both.id, organisation_id=there.id, role="data_owner")
    set_password(by=here.by, user_id=both.id, password=PASSWORD + "!")
    close_account(by=here.by, user_id=both.id)
    assert not User.objects.get(id=both.id).is_active


def test_a_role_that_ended_elsewhere_still_shares_the_account(here, there, both):
    yesterday = clock.today().replace(year=2000)
    grant(by=SYSTEM, user_id=both.id, organisation_id=here.id, role="data_steward", until_date=yesterday)
    with pytest.raises(NotAllowed):
        set_password(by=there.by, user_id=both.id, password=PASSWORD + "!")


def test_an_account_is_made_with_its_role_or_not_at_all(here):
    with pytest.raises(Invalid):
        create_person(by=here.by, email="n@hier.example", name="N", password=PASSWORD)
    with pytest.raises(Invalid):
        create_person(
            by=here.by, email="n@hier.example", name="N", password=PASSWORD, organisation_id=here.id, role="baas"
        )
    assert not User.objects.filter(email="n@hier.example").exists()
    made = create_person(
        by=here.by, email="n@hier.example", name="N", password=PASSWORD, organisation_id=here.id, role="viewer"
    )
    assert acting(made.id).grants == {Held(here.id, "viewer")}


def test_the_log_shows_the_work_of_own_people_only(here, there, both):
    for person in (here.administrator, there.administrator, both):
        with writing(by=acting(person.id), action="test.done", subject=("thing", person.id)):
            pass
    done = {line.subject[1] for line in audit_lines(by=here.by, action="test.done")}
    assert done == {str(here.administrator.id)}
    assert audit_lines(by=here.by, subject=str(there.steward.id)) == ()
    assert audit_lines(by=here.by, subject=str(here.steward.id)) == ()  # works elsewhere too
    everything = {line.subject[1] for line in audit_lines(by=SYSTEM, action="test.done")}
    assert len(everything) == 3


def test_jobs_are_for_who_operates_every_organisation(here, there):
    job = failed_job()
    assert jobs(by=here.by) == ()
    with pytest.raises(NotFound):
        retry_job(by=here.by, job_id=job.id)
    job.refresh_from_db()
    assert job.state == "failed"
    grant(by=SYSTEM, user_id=here.administrator.id, organisation_id=there.id, role="administrator")
    assert [row.id for row in jobs(by=here.by)] == [job.id]
    retry_job(by=here.by, job_id=job.id)
    job.refresh_from_db()
    assert job.state == "ready"


def test_organisations_to_choose_from_are_those_one_manages(here, there):
    assert [row.id for row in organisations_for(by=here.by, permission="people.manage")] == [here.id]
    assert len(organisations_for(by=SYSTEM, permission="people.manage")) == 2
