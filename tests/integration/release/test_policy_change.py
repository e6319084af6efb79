"""Licence plates become personal data: who changes the rule sees which dossiers differ, and the next one follows it."""

from pathlib import Path
from typing import Any

import pytest
from tests.integration.process.test_rules import PLATES, blocks_plates
from tests.integration.release.conftest import describe, hand_in, person, publish, ready

from sluis.foundation.service import run_until_idle
from sluis.kernel.actor import Actor
from sluis.process import service as process
from sluis.process.shipped import shipped
from sluis.release.types import DossierRecord

pytestmark = pytest.mark.django_db(transaction=True)
CARS = {"kenteken": ["AB-123-C", "XY-987-Z", "GH-456-K", "ZZ-111-B"], "ritten": [3, 4, 5, 6]}


def look(dossier: DossierRecord) -> list[str]:
    return [finding.code for report in dossier.checks if report.name == "personal-data" for finding in report.findings]


def changed(merwede: Any, owner: Actor, key: str, xml: bytes) -> Any:
    """Proposed by a coordinator and approved; returns what both saw."""
    boss = person(merwede, "coordinator")
    made = process.propose(by=boss, kind="policy", key=key, xml=xml, motivation="Zo willen wij het.")
    run_until_idle()
    seen = process.compare_proposal(by=owner, proposal_id=made.id)
    process.decide(by=owner, proposal_id=made.id, approve=True, answer="Eens.", expected=made.definition_sha256)
    return seen


def test_plates_are_personal_data_for_us(merwede: Any, steward: Actor, owner: Actor, tmp_path: Path) -> None:
    first = describe(steward, merwede, "Ritten")
    hand_in(steward, first, CARS, tmp_path)
    before = ready(steward, first)
    assert look(before) == ["personal.judge"]
    seen = changed(merwede, owner, "personal-data", blocks_plates(PLATES))
    assert [(one.id, one.before, one.after) for one in seen.recorded.differences] == [
        (str(before.instance_id), "judge", "blocks")
    ]
    second = describe(steward, merwede, "Andere ritten")
    hand_in(steward, second, CARS | {"ritten": [7, 8, 9, 10]}, tmp_path)
    assert look(ready(steward, second)) == ["personal.blocks"]
    assert look(before) == ["personal.judge"]


def test_review_twice_a_year(merwede: Any, steward: Actor, owner: Actor, palen: Any, tmp_path: Path) -> None:
    before = publish(steward, owner, palen)
    twice = (shipped("policies") / "review.dmn").read_bytes().replace(b'"P1Y"', b'"P6M"')
    seen = changed(merwede, owner, "review", twice)
    (differs,) = seen.recorded.differences
    assert (differs.id, differs.before["interval"], differs.after["interval"]) == (
        str(before.instance_id),
        "P1Y",
        "P6M",
    )
    other = describe(steward, merwede, "Andere palen")
    hand_in(steward, other, {"paal": [1, 2], "plaats": ["Gorinchem", "Vianen"], "vermogen": [1, 2]}, tmp_path)
    after = publish(steward, owner, other)
    said = process.instance(by=owner, instance_id=after.instance_id).variables
    assert said["reviewInterval"]["interval"] == "P6M"


def test_who_may_not_see_the_dossier_does_not_count_it(
    merwede: Any, steward: Actor, owner: Actor, stranger: Actor, tmp_path: Path
) -> None:
    first = describe(steward, merwede, "Ritten")
    hand_in(steward, first, CARS, tmp_path)
    ready(steward, first)
    here, there = (
        process.compare_rule(by=who, kind="policy", key="personal-data", xml=blocks_plates(PLATES))
        for who in (owner, stranger)
    )
    assert here.recorded is not None
    assert len(here.recorded.differences) == 1
    assert there.recorded is None
