"""Does exactly this version of the table keep what was promised about it (its data contract)?"""

from sluis.kernel.errors import from_wire
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.lake.contracts.types import RuleOutcome, Severity
from sluis.lake.contracts.types import Verdict as Kept
from sluis.lake.contracts.wording import whole_words
from sluis.lake.service import OutcomeRecord
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject
from sluis.release.types import Finding, Verdict

MOST = 20
_VERDICTS = {
    Kept.PASSED: Verdict.PASSED,
    Kept.ATTENTION: Verdict.ATTENTION,
    Kept.FAILED: Verdict.FAILED,
    Kept.ERROR: Verdict.ERROR,
}


def kept(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """A broken rule blocks, a broken warning asks for attention; what could not be checked is never a pass."""
    if subject.table is None:
        return NOTHING_TO_LOOK_AT
    outcome = lake.checked(subject.table.id)
    if outcome is None:
        text = N_("Over deze data zijn in Sluis geen afspraken (datacontract) vastgelegd.")
        return Verdict.NOT_APPLICABLE, [Finding("contract.none", text, blocks=False)]
    return _VERDICTS[outcome.verdict], findings(outcome)


def findings(outcome: OutcomeRecord) -> list[Finding]:
    """What blocks stands first."""
    if outcome.failure:
        text = N_("De afspraken (versie {version}) konden niet worden gecontroleerd: {reason}")
        reason = from_wire(outcome.failure).detail()
        return [Finding("contract.not-checked", text, {"version": outcome.contract_version, "reason": reason})]
    broken = sorted(outcome.broken, key=lambda one: one.rule.severity is not Severity.ERROR)
    found = [_finding(one) for one in broken[:MOST]]
    if len(broken) > MOST:
        text = N_("Er zijn nog {count} andere afspraken niet nagekomen.")
        found.append(Finding("contract.more", text, {"count": len(broken) - MOST}, blocks=False))
    return found


def _finding(one: RuleOutcome) -> Finding:
    text, params = whole_words(one)
    return Finding("contract.broken", text, params, one.rule.column, blocks=one.rule.severity is Severity.ERROR)
