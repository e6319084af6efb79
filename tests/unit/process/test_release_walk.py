"""The release process walks in the engine, with rules that answer what a case needs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from sluis.process.engine import Decided, Running, program_of
from sluis.process.shipped import shipped

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CLEAR = {
    "Scope": {"outcome": "in"},
    "Openness": {"outcome": "open"},
    "Prescan": {"outcome": "none"},
    "Privacy": {"outcome": "none"},
    "IntellectualProperty": {"outcome": "own"},
    "Security": {"outcome": "accept"},
    "Transform": {"outcome": "proceed"},
    "Regimes": {"outcome": "known"},
    "Licence": {"outcome": "chosen"},
    "MetadataGate": {"outcome": "pass"},
    "Outcome": {"outcome": "open", "mayOpen": True},
    "Retention": {"outcome": "keep"},
    "FetchBack": {"outcome": "ok"},
    "MaintenanceInterval": {"interval": "P1M"},
    "ReviewInterval": {"interval": "P1Y"},
    "Refresh": {"outcome": "pass"},
    "Review": {"outcome": "keep"},
    "Change": {"outcome": "withdraw"},
}


class Dossier:
    """An instance that lives in JSON; services are done at once, people when the test says so."""

    def __init__(self, **said: Any) -> None:
        file = shipped("processes") / "open-data-release.bpmn"
        self.program = program_of("release-walk", file.read_bytes)
        self.said: dict[str, Any] = CLEAR | said
        self.done: list[str] = []
        self.people: list[str] = []
        self._keep(Running.start(self.program, {"publicBody": "yes"}, self._decide, NOW))

    def _decide(self, policy: str, decision: str, scope: Mapping[str, Any]) -> Decided:
        value = self.said[decision]
        return Decided(value.pop(0) if isinstance(value, list) else value, {})

    def _keep(self, running: Running) -> None:
        while automatic := [p for p in running.pending() if p.node.kind.value in ("serviceTask", "sendTask")]:
            self.done.append(automatic[0].node.id)
            running.finish(automatic[0].token, {})
        self.steps = sorted(p.node.id for p in running.pending())
        self.ended, self.outcome, self.timers = running.ended, running.outcome, {t.key for t in running.timers()}
        self.variables = json.loads(json.dumps(running.variables))
        self.state = json.dumps(running.dump())

    def _load(self) -> Running:
        return Running.load(self.program, self.variables, json.loads(self.state), self._decide, NOW)

    def do(self, name: str, **answers: Any) -> list[str]:
        running = self._load()
        self.people.append(name)
        running.finish(next(p.token for p in running.pending() if p.node.id == name), answers)
        self._keep(running)
        return self.steps

    def hear(self, name: str) -> None:
        running = self._load()
        assert running.message(name, {})
        self._keep(running)


def test_plain_data_takes_two_people() -> None:
    dossier = Dossier()
    assert dossier.steps == ["Intake"]
    assert dossier.do("Intake") == ["Decide"]
    assert dossier.do("Decide", decision="open") == []
    assert dossier.people == ["Intake", "Decide"]
    assert dossier.done[-3:] == ["Publish", "FetchBack", "Confirm"]
    assert not dossier.ended


@pytest.mark.parametrize("decision", ["open", "planned", None, "anders", "OPEN"])
def test_what_may_not_open_never_goes_out(decision: str | None) -> None:
    dossier = Dossier(Outcome={"outcome": "undetermined", "mayOpen": None})
    dossier.do("Intake")
    dossier.do("Decide", decision=decision)
    assert (dossier.outcome, "Publish" in dossier.done) == ("stopped", False)


@pytest.mark.parametrize(
    ("rule", "person"),
    [
        ("Scope", "ScopeJudge"),
        ("Openness", "OpennessJudge"),
        ("Privacy", "PrivacyJudge"),
        ("IntellectualProperty", "RightsJudge"),
        ("Security", "SecurityJudge"),
        ("Regimes", "RegimesJudge"),
        ("Licence", "LicenceJudge"),
    ],
)
@pytest.mark.parametrize("unknown", [{"outcome": "unknown"}, {"outcome": None}, {}])
def test_what_is_unknown_goes_to_a_person_and_then_to_the_rule_again(rule: str, person: str, unknown: Any) -> None:
    dossier = Dossier(**{rule: [unknown, CLEAR[rule]]})
    assert dossier.do("Intake") == [person]
    assert dossier.do(person) == ["Decide"]


def test_who_never_knows_comes_to_a_decision_that_cannot_open() -> None:
    dossier = Dossier(Openness={"outcome": "unknown"}, Outcome={"mayOpen": False})
    dossier.do("Intake")
    rounds = 0
    while dossier.steps == ["OpennessJudge"]:
        dossier.do("OpennessJudge")
        rounds += 1
    assert (rounds, dossier.steps) == (12, ["Decide"])


def test_a_part_is_taken_out_and_everything_is_tested_again() -> None:
    dossier = Dossier(Transform=[{"outcome": "transform"}, {"outcome": "proceed"}])
    assert dossier.do("Intake") == ["TransformPlan"]
    assert dossier.do("TransformPlan") == ["Decide"]
    assert dossier.done.count("CheckPersonalData") == 2


def test_a_refusal_ends_with_its_record() -> None:
    dossier = Dossier(Openness={"outcome": "refused", "ground": "Woo art. 5.1"}, Outcome={"mayOpen": False})
    assert dossier.do("Intake") == ["Decide"]
    dossier.do("Decide", decision="closed")
    assert (dossier.done[-1], dossier.outcome) == ("RecordRefusal", "closed")


@pytest.mark.parametrize("lifted", [True, False])
def test_a_planned_dataset_waits_and_can_be_withdrawn_meanwhile(lifted: bool) -> None:
    dossier = Dossier()
    dossier.do("Intake")
    dossier.do("Decide", decision="planned", embargoDate="2026-12-24")
    assert "Publish" not in dossier.done
    dossier.hear("embargo-lifted" if lifted else "emergency-withdrawal")
    assert ("Publish" in dossier.done, "WithdrawNow" in dossier.done) == (lifted, not lifted)


def test_emergency_withdrawal_takes_one_step_from_any_published_state() -> None:
    dossier = Dossier()
    dossier.do("Intake")
    dossier.do("Decide", decision="open")
    dossier.hear("change-requested")
    dossier.hear("emergency-withdrawal")
    assert (dossier.done[-1], dossier.steps) == ("WithdrawNow", ["HandleIncident"])
    dossier.do("HandleIncident", reopen="no")
    assert (dossier.ended, dossier.outcome) == (True, "withdrawn")


def test_a_refresh_passes_by_itself_or_opens_a_new_dossier_while_the_old_stays() -> None:
    dossier = Dossier(Refresh=[{"outcome": "pass"}, {"outcome": "decide"}, {}])
    dossier.do("Intake")
    dossier.do("Decide", decision="open")
    dossier.hear("data-refreshed")
    assert dossier.done[-1] == "PublishRefresh"
    for _ in range(2):
        dossier.hear("data-refreshed")
        assert dossier.done[-1] == "ReassessAfterRefresh"
    dossier.hear("superseded")
    assert (dossier.ended, dossier.outcome) == (True, "superseded")


def test_a_refresh_that_breaks_the_contract_waits_for_better_data() -> None:
    dossier = Dossier(Refresh=[{"outcome": "hold"}, {"outcome": "hold"}, {"outcome": "pass"}])
    dossier.do("Intake")
    dossier.do("Decide", decision="open")
    dossier.hear("data-refreshed")
    assert (dossier.done[-1], dossier.steps.count("MendRefresh")) == ("HoldRefresh", 1)
    dossier.do("MendRefresh")
    assert (dossier.done[-1], dossier.steps.count("MendRefresh")) == ("HoldRefresh", 1)
    dossier.hear("data-refreshed")
    assert (dossier.done[-1], dossier.steps.count("MendRefresh")) == ("PublishRefresh", 0)


def test_a_change_can_end_in_withdrawal() -> None:
    dossier = Dossier()
    dossier.do("Intake")
    dossier.do("Decide", decision="open")
    dossier.hear("change-requested")
    dossier.do("ChangeAssess", changeKind="withdraw")
    assert (dossier.done[-2:], dossier.outcome) == (["Withdraw", "Archive"], "withdrawn")


@pytest.mark.parametrize(
    ("to", "where"), [("intake", "Intake"), ("openness", "OpennessJudge"), ("description", "Describe")]
)
def test_the_decider_sends_it_back_to_an_earlier_step(to: str, where: str) -> None:
    dossier = Dossier()
    dossier.do("Intake")
    assert dossier.do("Decide", decision="return", returnTo=to, returnReason="Vul aan.") == [where]
    assert dossier.do(where) == ["Decide"]
