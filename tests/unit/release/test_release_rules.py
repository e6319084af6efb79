"""Laws of the lock's pure rules: what opens, what the hashes cover, who prepared."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
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


def blockers(outcome: Outcome, found: dict[str, Verdict], **more: object) -> tuple[Finding, ...]:
    facts = {"proposal": outcome, "required": REQUIRED, "stale": False, "judged": False} | more
    return rules.blockers(outcome, checks=[report(n, v) for n, v in found.items()], **facts)  # type: ignore[arg-type]


@given(verdicts, st.booleans(), st.booleans(), st.sampled_from([None, *Outcome]))
def test_open_needs_every_check_and_nothing_else_will_do(found, stale, judged, proposal):
    free = not blockers(Outcome.OPEN, found, stale=stale, judged=judged, proposal=proposal)
    good = {Verdict.PASSED, Verdict.NOT_APPLICABLE} | ({Verdict.ATTENTION} if judged else set())
    whole = set(found) == set(REQUIRED) and set(found.values()) <= good
    assert free == (whole and not stale and proposal is Outcome.OPEN)


@given(verdicts, NAMES, st.sampled_from([Verdict.FAILED, Verdict.ERROR]))
def test_a_worse_verdict_never_opens(found, name, worse):
    """Fail closed: whatever else is fine, one failed or broken check keeps the lock shut."""
    assert blockers(Outcome.OPEN, found | {name: worse}, judged=True)


@given(verdicts, NAMES)
def test_taking_evidence_away_never_opens(found, name):
    assume(blockers(Outcome.OPEN, found, judged=True))
    assert blockers(Outcome.OPEN, {n: v for n, v in found.items() if n != name}, judged=True)


@given(verdicts, st.sampled_from([Outcome.RESTRICTED, Outcome.CLOSED, Outcome.PLANNED]))
def test_not_open_asks_for_a_sound_description_alone(found, outcome):
    free = not blockers(outcome, found)
    assert free == (bool(found) and found.get("metadata") not in (Verdict.FAILED, Verdict.ERROR))
    assert blockers(outcome, found, stale=True)


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


@given(verdicts, st.permutations(REQUIRED), NAMES, st.sampled_from(Verdict), words)
def test_the_content_hash_covers_every_verdict_and_advice_in_any_order_of_checks(found, order, name, verdict, text):
    checks = [report(n, found[n]) for n in order if n in found]
    made = rules.content_sha256("a" * 64, checks, [])
    assert made == rules.content_sha256("a" * 64, checks[::-1], [])
    assert made != rules.content_sha256("b" * 64, checks, [])
    assert made != rules.content_sha256("a" * 64, checks, [{"by": "x", "text": text, "agrees": True}])
    other = [replace(c, verdict=verdict) if c.name == name else c for c in checks]
    assert (made == rules.content_sha256("a" * 64, other, [])) == (found.get(name, verdict) is verdict)


@given(verdicts)
def test_nothing_on_the_table_has_no_hash(found):
    assert rules.content_sha256("", [report(n, v) for n, v in found.items()], []) == ""


actions = st.sampled_from(["register.dataset.changed", "lake.table.requested", "release.dossier.advised", "new.action"])
deeds = st.lists(st.builds(rules.Deed, st.sampled_from("abc"), actions | st.sampled_from(sorted(rules.NOT_PREPARING))))


@given(deeds)
def test_everybody_who_did_something_else_than_running_the_lock_prepared(done):
    found = rules.preparers(done)
    assert found == {d.actor_key for d in done if d.action not in rules.NOT_PREPARING}
    assert rules.preparers([*done, rules.Deed("z", "an.action.nobody.thought.of")]) == found | {"z"}


@given(st.lists(st.tuples(st.sampled_from([*rules.NOT_PREPARING, "release.dossier.opened"]), st.datetimes())))
def test_public_steps_come_in_order_and_name_nobody(history):
    steps = rules.public_steps((action, at, {"by": "iemand", "role": "data_steward"}) for action, at in history)
    assert [s["at"] for s in steps] == sorted(s["at"] for s in steps)
    assert all(set(s) == {"name", "role", "at"} for s in steps)
    assert "iemand" not in str(steps)


@pytest.mark.parametrize("stage", Stage)
def test_the_stepper_shows_the_same_five_steps_in_every_stage(stage):
    states = [step.state for step in rules.steps(stage, {})]
    assert len(states) == 5
    assert states.count("current") <= 1
    assert sorted(states, key=["done", "current", "todo", "skipped"].index) == states
    assert rules.NEXT[stage]
