"""Laws of the lock's pure rules: what opens, what the hashes cover, who prepared."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.release import rules
from sluis.release.types import CheckReport, Finding, Outcome, Stage, Verdict

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
REQUIRED = ("table", "personal_data", "metadata", "licence")
NAMES = st.sampled_from(REQUIRED)


def report(name: str, verdict: Verdict, *findings: Finding) -> CheckReport:
    return CheckReport(name, name, verdict, findings, "1", "a" * 64, AT)


verdicts = st.dictionaries(NAMES, st.sampled_from(Verdict), max_size=4)
words = st.text(max_size=12)


@given(words, words, words, words, st.sampled_from(Outcome), st.sampled_from(Outcome))
def test_a_decision_hash_is_the_hash_of_exactly_this_decision(ground, other, motivation, content, outcome, another):
    made = rules.decision_sha256(content, outcome, ground, motivation, None)
    assert made == rules.decision_sha256(content, outcome, ground, motivation, None)
    changed = {
        rules.decision_sha256(content + "x", outcome, ground, motivation, None),
        rules.decision_sha256(content, outcome, ground, motivation + "x", None),
        rules.decision_sha256(content, outcome, ground, motivation, date(2027, 1, 1)),
    }
    assert made not in changed
    assert len(changed) == 3
    assert (made == rules.decision_sha256(content, another, other, motivation, None)) == (
        (outcome, ground) == (another, other)
    )


actions = st.sampled_from(["register.dataset.changed", "lake.table.requested", "process.task.completed", "new.action"])
deeds = st.lists(st.builds(rules.Deed, st.sampled_from("abc"), actions | st.sampled_from(sorted(rules.NOT_PREPARING))))


@given(deeds)
def test_everybody_who_did_something_else_than_running_the_lock_prepared(done):
    found = rules.preparers(done)
    assert found == {d.actor_key for d in done if d.action not in rules.NOT_PREPARING}
    assert rules.preparers([*done, rules.Deed("y", "process.task.judged")]) == found
    assert rules.preparers([*done, rules.Deed("z", "an.action.nobody.thought.of")]) == found | {"z"}


def blockers(found: dict[str, Verdict], proposal: dict[str, object], *, stale: bool = False) -> tuple[Finding, ...]:
    return rules.blockers([report(n, v) for n, v in found.items()], proposal, stale=stale)


@given(verdicts, st.booleans(), st.sampled_from([None, False, True, "true", 1, {}]))
def test_open_needs_the_rules_to_say_so_and_no_check_against_it(found, stale, may_open):
    free = not blockers(found, {"mayOpen": may_open}, stale=stale)
    bad = {Verdict.FAILED, Verdict.ERROR} & set(found.values())
    assert free == (may_open is True and not bad and not stale)


@given(verdicts, NAMES, st.sampled_from([Verdict.FAILED, Verdict.ERROR]))
def test_a_worse_verdict_never_opens(found, name, worse):
    """Fail closed: whatever else is fine, one failed or broken check keeps the lock shut."""
    assert blockers(found | {name: worse}, {"mayOpen": True})


def test_without_a_proposal_nothing_opens():
    assert blockers({}, {})


@pytest.mark.parametrize(
    ("tasks", "returned", "stage"),
    [
        ({}, False, Stage.CHECKING),
        ({"Intake": "data_steward"}, False, Stage.INTAKE),
        ({"Describe": "data_steward"}, True, Stage.RETURNED),
        ({"PrivacyJudge": "privacy_officer", "RightsJudge": "lawyer"}, False, Stage.JUDGING),
        ({"Decide": "data_owner"}, True, Stage.READY_TO_DECIDE),
    ],
)
def test_the_stage_follows_the_open_tasks(tasks, returned, stage):
    assert rules.stage_of(tasks, {"Decide"}, returned=returned) is stage
    assert rules.NEXT[stage]
