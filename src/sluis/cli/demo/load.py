"""Brings the demo province in: the same operations, by the same roles, as in a real province.

What was finished is noted in `demo-loaded.json`, so that a second start goes on where the first one stopped and never
touches what somebody changed since.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sluis.cli import describe
from sluis.cli.demo import people
from sluis.cli.demo.catalogue import Story, stories
from sluis.cli.demo.requests import REQUESTS, bring_request
from sluis.cli.imports import take_in
from sluis.cli.language import _
from sluis.cli.releases import PLAIN
from sluis.cli.terminal import progress
from sluis.foundation.service import actor_by_email, organisation, run_until_idle
from sluis.kernel.actor import Actor
from sluis.kernel.errors import Conflict, Fault, NotFound, from_wire
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.register import service as register
from sluis.register.types import DatasetRecord, Publication
from sluis.release import service as release
from sluis.release.types import DossierRecord

NOTES = "demo-loaded.json"


@dataclass(frozen=True, slots=True)
class Team:
    """Who does what in one organisation; the experts work for all of them."""

    steward: Actor
    owner: Actor
    privacy: Actor
    ciso: Actor
    lawyer: Actor
    coordinator: Actor


def load(data: Path) -> dict[str, str]:
    """Load what is not loaded yet; returns address → password of the demo accounts."""
    accounts = people.settle(data)
    done = set(_read(data))
    waiting = [story for story in stories() if story.slug not in done]
    asked = [one for one in REQUESTS if one.key not in done]
    if not waiting and not asked:
        return accounts
    teams = {body.slug: _team(body.slug) for body in people.BODIES}
    with progress(_("demoprovincie"), len(waiting) + len(asked)) as step:
        for story in waiting:
            step(story.slug)
            bring(story, teams[story.organisation], data / "demo-bronnen")
            _note(data, done, story.slug)
        for one in asked:
            step(one.key)
            bring_request(one, _handlers(teams[people.PROVINCE]))
            _note(data, done, one.key)
        run_until_idle()
    return accounts


def _note(data: Path, done: set[str], name: str) -> None:
    done.add(name)
    (data / NOTES).write_text(json.dumps(sorted(done)), encoding="utf-8")


def _handlers(team: Team) -> dict[str, Actor]:
    """Who handles a data request, by role."""
    return {"coordinator": team.coordinator, "data_owner": team.owner, "lawyer": team.lawyer}


def _read(data: Path) -> list[str]:
    try:
        return json.loads((data / NOTES).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []


def _team(slug: str) -> Team:
    def holder(role: str) -> Actor:
        return actor_by_email(next(p.email for p in people.PEOPLE if role in p.roles and p.organisation == slug))

    def expert(role: str) -> Actor:
        return actor_by_email(next(p.email for p in people.PEOPLE if role in p.roles))

    experts = {role: expert(role) for role in ("ciso", "lawyer", "coordinator")}
    return Team(holder("data_steward"), holder("data_owner"), expert("privacy_officer"), **experts)


def bring(story: Story, team: Team, sources: Path) -> None:
    """One dataset from its source file to the stage of its story."""
    dataset = _described(story, team.steward)
    if story.file and not dataset.distributions:
        from sluis.cli.demo.generate import source_file  # loads for long, and only the first start makes files

        take_in(team.steward, dataset.id, source_file(story.file, sources))
    if story.made:
        _make(story, team, dataset.id)
    _through_the_lock(story, team, dataset.id)
    if story.contract:
        _promise(story, team, dataset.id)


def _make(story: Story, team: Team, dataset_id: UUID) -> None:
    """The table from those of others, and its first version."""
    made = lake.save_transformation(by=team.steward, dataset_id=dataset_id, **story.made)
    if lake.latest_ready(by=team.steward, dataset_id=dataset_id) is None:
        lake.run_transformation(by=team.steward, transformation_id=made)
    run_until_idle()


def _promise(story: Story, team: Team, dataset_id: UUID) -> None:
    """What the data keeps becomes its contract; then perhaps a delivery that breaks it and so stays inside."""
    if lake.contract_in_force(by=team.owner, dataset_id=dataset_id) is None:
        text = lake.propose_contract(by=team.steward, dataset_id=dataset_id)
        made = lake.save_contract(by=team.steward, dataset_id=dataset_id, text=text)
        lake.put_in_force(by=team.owner, contract_id=made.id, sha256=made.sha256)
    newest = lake.latest_ready(by=team.steward, dataset_id=dataset_id)
    if story.delivers_without and newest is not None and newest.number == 1:
        lake.derive(by=team.steward, table_version_id=newest.id, without=story.delivers_without)
    run_until_idle()


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
    """Walk the dossier to where the story waits or ends, from wherever an earlier start left it."""
    record = release.dossier_of(by=team.steward, dataset_id=dataset_id)
    record = record or release.open_dossier(by=team.steward, dataset_id=dataset_id)
    for _step in range(MOST_STEPS):
        run_until_idle()
        record = release.dossier(by=team.steward, dossier_id=record.id)
        if record.failure:
            raise from_wire(record.failure)
        element = next((task.element for task in record.tasks if task.element in _PEOPLE), "")
        if not element or element == story.waits or record.decision:
            break
        if story.waits and element == "Decide":  # what should lie with an expert is never decided by the demo
            raise _stuck(story, record)
        _do(story, team, record, element)
        if story.stage == "returned" and element == "Decide":
            break
    else:
        raise _stuck(story, record)
    if story.waits and record.task(story.waits) is None and not record.decision:
        raise _stuck(story, record)
    if story.stage == "withdrawn" and register.get(by=team.owner, slug=story.slug).publication != Publication.WITHDRAWN:
        release.withdraw(by=team.owner, dataset_id=dataset_id, reason=story.reason)
        run_until_idle()


def _do(story: Story, team: Team, record: DossierRecord, element: str) -> None:
    """One task by the person of its role, with what the story says, or else what is plain."""
    release.answer(
        by=getattr(team, _PEOPLE[element]),
        dossier_id=record.id,
        element=element,
        answers=_answers(story, element),
        expected=record.content_sha256 if element == "Decide" else "",
    )


def _answers(story: Story, element: str) -> dict[str, Any]:
    why = story.advice or story.motivation or str(story.fields["description"])
    if element == "Decide":
        return _decision(story)
    known = {name: why if value is _WHY else value for name, value in _ANSWERS[element].items()}
    if element == "Intake" and story.planned_date and story.outcome == "planned":
        known["embargoDate"] = story.planned_date.isoformat()
    category = next(iter(story.fields.get("hvd_categories", ())), "")
    if "hvdTheme" in known and category:
        known["hvdTheme"] = _THEMES[category]
    return known | dict(story.answers.get(element, {}))


def _decision(story: Story) -> dict[str, Any]:
    why = story.motivation or str(story.fields["description"])
    if story.stage == "returned":
        return {"decision": "return", "motivation": why, "returnTo": "description", "returnReason": why}
    if story.stage == "refused":
        return {"decision": "stop", "motivation": why}
    planned = story.planned_date.isoformat() if story.planned_date and story.outcome == "planned" else None
    return {"decision": story.outcome, "motivation": why, "legalGround": story.ground, "embargoDate": planned}


def _stuck(story: Story, record: DossierRecord) -> Conflict:
    faults = [Fault(finding.text, finding.field, params=finding.params) for finding in record.blockers]
    message = N_("Demodataset {slug} blijft steken bij {where}.")
    where = ", ".join(task.element for task in record.tasks) or record.stage.value
    return Conflict("demo.stuck", message, faults=faults, slug=story.slug, where=where)


MOST_STEPS = 20
_WHY = object()
_THEMES = {"c_ac64a52d": "geospatial", "c_dd313021": "earth-observation", "c_b79e35eb": "mobility"}
_PEOPLE = {
    "Intake": "steward",
    "Describe": "steward",
    "TransformPlan": "steward",
    "ScopeJudge": "owner",
    "OpennessJudge": "lawyer",
    "Assess": "privacy",
    "PrivacyJudge": "privacy",
    "RightsJudge": "lawyer",
    "SecurityJudge": "ciso",
    "RegimesJudge": "coordinator",
    "LicenceJudge": "coordinator",
    "Decide": "owner",
}
_ANSWERS: dict[str, dict[str, Any]] = {
    "Intake": PLAIN,
    "Describe": {"descriptionNote": _WHY},
    "TransformPlan": {
        "effort": "proportionate",
        "containsPersonalData": "no",
        "groundsRemoved": "yes",
        "residualRisk": "below",
    },
    "OpennessJudge": {
        "absoluteGrounds": ["none"],
        "relativeGrounds": ["none"],
        "environmental": "no",
        "disproportionateHarm": "no",
        "policyViews": "no",
        "olderThanFiveYears": "no",
        "groundsConcern": "all",
        "thirdParties": "no",
        "opennessMotivation": _WHY,
    },
    "Assess": {
        "specialCategories": "no",
        "largeScale": "no",
        "systematicMonitoring": "no",
        "children": "no",
        "transferOutsideEu": "no",
        "assessmentsDone": "yes",
    },
    "PrivacyJudge": {
        "containsPersonalData": "no",
        "personalOrigin": "no",
        "doubtsRefuted": "yes",
        "reidentification": "passed",
        "privacyMotivation": _WHY,
    },
    "SecurityJudge": {
        "confidentiality": "public",
        "mosaicRisk": "no",
        "criticalInfrastructure": "no",
        "mitigation": "done",
        "securityMotivation": _WHY,
    },
    "RegimesJudge": {"hvdTheme": "none", "inHvdAnnex": "yes", "inspire": "no", "dynamic": "no"},
    "LicenceJudge": {"kind": "data", "personalOrigin": "no", "licenceMotivation": _WHY},
}
