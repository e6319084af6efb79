"""Brings the demo province in: the same operations, by the same roles, as in a real province.

What was finished is noted in `demo-loaded.json`, so that a second start goes on where the first one stopped and never
touches what somebody changed since.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sluis.cli import describe
from sluis.cli.demo import people
from sluis.cli.demo.catalogue import Story, stories
from sluis.cli.imports import take_in
from sluis.cli.language import _
from sluis.cli.terminal import progress
from sluis.foundation.service import actor_by_email, organisation, run_until_idle
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Fault, NotFound, from_wire
from sluis.kernel.text import N_
from sluis.register import service as register
from sluis.register.types import DatasetRecord, Publication
from sluis.release import service as release
from sluis.release.types import DossierRecord, Outcome, Stage

NOTES = "demo-loaded.json"


@dataclass(frozen=True, slots=True)
class Team:
    """Who prepares and who decides in one organisation."""

    steward: Actor
    owner: Actor
    privacy: Actor


def load(data: Path) -> dict[str, str]:
    """Load what is not loaded yet; returns address → password of the demo accounts."""
    accounts = people.settle(data)
    done = set(_read(data))
    waiting = [story for story in stories() if story.slug not in done]
    if not waiting:
        return accounts
    teams = {body.slug: _team(body.slug) for body in people.BODIES}
    with progress(_("demoprovincie"), len(waiting)) as step:
        for story in waiting:
            step(story.slug)
            bring(story, teams[story.organisation], data / "demo-bronnen")
            done.add(story.slug)
            (data / NOTES).write_text(json.dumps(sorted(done)), encoding="utf-8")
        run_until_idle()
    return accounts


def _read(data: Path) -> list[str]:
    try:
        return json.loads((data / NOTES).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []


def _team(slug: str) -> Team:
    def holder(role: str) -> Actor:
        return actor_by_email(next(p.email for p in people.PEOPLE if role in p.roles and p.organisation == slug))

    privacy = next(p.email for p in people.PEOPLE if "privacy_officer" in p.roles)
    return Team(holder("data_steward"), holder("data_owner"), actor_by_email(privacy))


def bring(story: Story, team: Team, sources: Path) -> None:
    """One dataset from its source file to the stage of its story."""
    dataset = _described(story, team.steward)
    if story.file and not dataset.distributions:
        from sluis.cli.demo.generate import source_file  # loads for long, and only the first start makes files

        take_in(team.steward, dataset.id, source_file(story.file, sources))
    _through_the_lock(story, team, dataset.id)


def _described(story: Story, by: Actor) -> DatasetRecord:
    home = organisation(story.organisation)
    try:
        dataset = register.get(by=by, slug=story.slug)
    except NotFound:
        fields = dict(story.fields) | {"contact": _contact(story, by, home.id)}
        title = fields.pop("title")
        dataset = register.create(by=by, organisation_id=home.id, title=title, slug=story.slug, **fields)
        dataset = describe.describe(by, dataset, {}, story.columns)
    return dataset


def _contact(story: Story, by: Actor, organisation_id: UUID) -> str:
    said = story.contact
    for known in register.contacts(by=by, organisation_id=organisation_id):
        if known.email == said.email:
            return str(known.id)
    made = register.add_contact(
        by=by, organisation_id=organisation_id, name=said.name, name_en=said.name_en, email=said.email
    )
    return str(made.id)


def _through_the_lock(story: Story, team: Team, dataset_id: UUID) -> None:
    """Walk the dossier to where the story ends, from wherever an earlier start left it."""
    record = release.dossier_of(by=team.steward, dataset_id=dataset_id)
    record = record or release.open_dossier(by=team.steward, dataset_id=dataset_id)
    while record.stage is not _END[story.stage]:
        before = record.stage
        _STEPS[record.stage](story, team, record)
        run_until_idle()
        record = release.dossier(by=team.steward, dossier_id=record.id)
        if record.stage is before:
            raise from_wire(record.failure) if record.failure else _stuck(story, record)
    if story.stage == "advice" and not record.advices:
        _advise(story, team, record)
    if story.stage == "withdrawn" and register.get(by=team.owner, slug=story.slug).publication != Publication.WITHDRAWN:
        release.withdraw(by=team.owner, dataset_id=dataset_id, reason=story.reason)
        run_until_idle()


def _check(story: Story, team: Team, record: DossierRecord) -> None:
    """Propose, run the checks, let the privacy officer look, and hand in."""
    by, dossier_id = team.steward, record.id
    release.propose(
        by=by,
        dossier_id=dossier_id,
        outcome=Outcome(story.outcome),
        ground=story.ground,
        motivation=story.motivation or story.advice or story.fields["description"],
        planned_date=story.planned_date,
    )
    release.request_checks(by=by, dossier_id=dossier_id)
    run_until_idle()
    if story.advice and story.stage != "advice":
        _advise(story, team, record)
    release.submit(by=by, dossier_id=dossier_id)


def _advise(story: Story, team: Team, record: DossierRecord) -> None:
    release.advise(by=team.privacy, dossier_id=record.id, text=story.advice, agrees=story.stage != "refused")


def _decide(story: Story, team: Team, record: DossierRecord) -> None:
    if story.stage == "returned":
        release.return_to_preparer(by=team.owner, dossier_id=record.id, reason=story.motivation)
        return
    if story.stage == "refused":
        release.refuse(by=team.owner, dossier_id=record.id, motivation=story.motivation)
        return
    release.decide(
        by=team.owner,
        dossier_id=record.id,
        outcome=Outcome(story.outcome),
        ground=story.ground,
        motivation=story.motivation,
        expected_hash=record.content_sha256,
        planned_date=story.planned_date,
    )


def _publish(story: Story, team: Team, record: DossierRecord) -> None:
    if record.failure:
        release.publish(by=team.owner, dossier_id=record.id)


def _wait(story: Story, team: Team, record: DossierRecord) -> None:
    """The checks were asked for by an earlier start; running the jobs is all that is needed."""


def _stuck(story: Story, record: DossierRecord) -> Conflict:
    faults = [Fault(finding.text, finding.field, params=finding.params) for finding in record.blockers]
    message = N_("Demodataset {slug} blijft steken in stap {stage}.")
    return Conflict("demo.stuck", message, faults=faults, slug=story.slug, stage=record.stage.value)


_STEPS: dict[Stage, Callable[[Story, Team, DossierRecord], None]] = {
    Stage.INTAKE: _check,
    Stage.CHECKING: _wait,
    Stage.READY_TO_DECIDE: _decide,
    Stage.DECIDED: _publish,
}
_END = {
    "draft": Stage.INTAKE,
    "submitted": Stage.READY_TO_DECIDE,
    "advice": Stage.READY_TO_DECIDE,
    "returned": Stage.RETURNED,
    "refused": Stage.REFUSED,
    "planned": Stage.PUBLISHED,
    "restricted": Stage.PUBLISHED,
    "closed": Stage.PUBLISHED,
    "published": Stage.PUBLISHED,
    "withdrawn": Stage.PUBLISHED,
}
