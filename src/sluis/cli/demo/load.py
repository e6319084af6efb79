"""Brings the demo province in: the same operations, by the same roles, as in a real province.

What was finished is noted in `demo-loaded.json`, so that a second start goes on where the first one stopped and never
touches what somebody changed since.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluis.cli import describe
from sluis.cli.demo import people
from sluis.cli.demo.catalogue import Story, stories
from sluis.cli.demo.generate import source_file
from sluis.cli.language import _
from sluis.cli.terminal import progress
from sluis.foundation.service import actor_by_email, organisation, run_until_idle
from sluis.kernel.actor import Actor
from sluis.kernel.errors import NotFound

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
        from sluis.cli.imports import take_in

        take_in(team.steward, dataset.id, source_file(story.file, sources))
    _through_the_lock(story, team, dataset.id)


def _described(story: Story, by: Actor) -> Any:
    from sluis.register import service as register

    home = organisation(story.organisation)
    try:
        dataset = register.get(by=by, slug=story.slug)
    except NotFound:
        fields = dict(story.fields) | {"contact": _contact(story, by, home.id)}
        title = fields.pop("title")
        dataset = register.create(by=by, organisation_id=home.id, title=title, slug=story.slug, **fields)
        dataset = describe.describe(by, dataset, {}, story.columns)
    return dataset


def _contact(story: Story, by: Actor, organisation_id: Any) -> str:
    from sluis.register import service as register

    said = story.contact
    for known in register.contacts(by=by, organisation_id=organisation_id):
        if known.email == said.email:
            return str(known.id)
    made = register.add_contact(
        by=by, organisation_id=organisation_id, name=said.name, name_en=said.name_en, email=said.email
    )
    return str(made.id)


def _through_the_lock(story: Story, team: Team, dataset_id: Any) -> None:
    from sluis.release import service as release
    from sluis.release.types import Outcome

    record = release.dossier_of(by=team.steward, dataset_id=dataset_id)
    record = record or release.open_dossier(by=team.steward, dataset_id=dataset_id)
    if story.stage == "draft":
        return
    record = _checked(story, team, record.id)
    if story.advice:
        agrees = story.stage != "refused"
        release.advise(by=team.privacy, dossier_id=record.id, text=story.advice, agrees=agrees)
    if story.stage == "refused":
        release.refuse(by=team.owner, dossier_id=record.id, motivation=story.motivation)
        return
    record = release.submit(by=team.steward, dossier_id=record.id)
    if story.stage in ("submitted", "advice"):
        return
    if story.stage == "returned":
        release.return_to_preparer(by=team.owner, dossier_id=record.id, reason=story.motivation)
        return
    release.decide(
        by=team.owner,
        dossier_id=record.id,
        outcome=Outcome(story.outcome),
        ground=story.fields.get("openness_ground", ""),
        motivation=story.motivation,
        expected_hash=record.content_sha256,
        planned_date=_planned(story),
    )
    run_until_idle()
    if story.stage == "withdrawn":
        release.withdraw(by=team.owner, dataset_id=dataset_id, reason=story.reason)
        run_until_idle()


def _checked(story: Story, team: Team, dossier_id: Any) -> Any:
    from sluis.release import service as release
    from sluis.release.types import Outcome

    release.propose(
        by=team.steward,
        dossier_id=dossier_id,
        outcome=Outcome(story.outcome),
        ground=story.fields.get("openness_ground", ""),
        motivation=story.motivation,
        planned_date=_planned(story),
    )
    release.request_checks(by=team.steward, dossier_id=dossier_id)
    run_until_idle()
    return release.dossier(by=team.steward, dossier_id=dossier_id)


def _planned(story: Story) -> Any:
    from datetime import date

    day = story.fields.get("planned_date", "")
    return date.fromisoformat(day) if day else None
