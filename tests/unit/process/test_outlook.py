"""What a task says that comes next is what the engine does then."""

from typing import Any

import pytest
from tests.unit.process.test_release_walk import Dossier

from sluis.process.bpmn import read
from sluis.process.outlook import outlook
from sluis.process.shipped import shipped
from sluis.process.types import Outlook

MAY_OPEN = {"proposal": {"mayOpen": True}}


@pytest.fixture(scope="module")
def model() -> Any:
    return read((shipped("processes") / "open-data-release.bpmn").read_bytes())[0]


def where(then: Outlook) -> list[str]:
    return [one.element for one in then.always]


def test_who_decides_reads_what_each_choice_does(model):
    coming = outlook(model, "Decide", MAY_OPEN)
    assert coming.decided_by == "decision"
    assert {choice: where(then) for choice, then in coming.by_choice.items() if choice != "return"} == {
        "open": ["Retention"],
        "planned": ["Retention"],
        "restricted": ["Retention"],
        "closed": ["Retention"],
        "stop": ["CloseUndecided"],
    }


def test_sending_back_goes_to_the_step_that_is_chosen(model):
    back = outlook(model, "Decide", MAY_OPEN).by_choice["return"]
    assert (back.decided_by, back.always) == ("returnTo", ())
    for to, then in back.by_choice.items():
        dossier = Dossier()
        dossier.do("Intake")
        assert where(then) == dossier.do("Decide", decision="return", returnTo=to, returnReason="Vul aan.")


def test_a_choice_to_stop_stops_whatever_else_is_filled_in():
    dossier = Dossier()
    dossier.do("Intake")
    dossier.do("Decide", decision="stop", returnTo="intake")
    assert (dossier.done[-1], dossier.outcome) == ("CloseUndecided", "stopped")
