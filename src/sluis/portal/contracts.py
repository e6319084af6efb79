"""What is promised of a dataset, in words for who uses it."""

from typing import Any

from django.utils.translation import gettext

from sluis.foundation.service import mails_go_out
from sluis.kernel.errors import NotFound
from sluis.kernel.text import N_
from sluis.lake.contracts.types import Status, Verdict
from sluis.lake.contracts.wording import outcome_text, rule_text
from sluis.release import public
from sluis.release.types import PublicContractRecord

_STATES = {
    Verdict.PASSED: (N_("Nagekomen"), "positive"),
    Verdict.ATTENTION: (N_("Op een enkel punt niet nagekomen"), "warning"),
    Verdict.FAILED: (N_("Niet nagekomen"), "negative"),
    Verdict.ERROR: (N_("Niet te controleren"), "negative"),
}


def shown(slug: str) -> dict[str, Any] | None:
    """None when nothing is promised."""
    try:
        found = public.contract(slug)
    except NotFound:
        return None
    state, look = _STATES[found.verdict] if found.verdict else ("", "neutral")
    wrong = [one for one in found.outcomes.values() if one.status is not Status.PASSED]
    return {
        "version": found.version,
        "by_mail": mails_go_out(),
        "since": found.in_force_at,
        "release": found.release,
        "checked_at": found.checked_at,
        "state": gettext(state) if state else "",
        "look": look,
        "broken": [
            {
                "column": one.rule.column,
                "text": rule_text(one.rule, gettext),
                "found": outcome_text(one, gettext),
            }
            for one in wrong
        ],
        "count": len(found.rules),
        "groups": _groups(found),
    }


def _groups(found: PublicContractRecord) -> list[dict[str, Any]]:
    """Per column what is promised, and what holds for the table as a whole."""
    titles = {one.name: one.title or one.name for one in found.columns} | {"": gettext("Hele tabel")}
    rules: dict[str, list[str]] = {}
    for rule in found.rules:
        rules.setdefault(rule.column, []).append(rule_text(rule, gettext))
    return [{"title": titles[name], "rules": rules[name]} for name in (*titles,) if name in rules]
