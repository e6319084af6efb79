"""What the API answers about a data contract."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from pydantic import Field

from sluis.api.v1 import addresses
from sluis.api.v1.shapes import Shape
from sluis.foundation.service import mails_go_out
from sluis.lake.contracts.types import Rule, RuleOutcome
from sluis.lake.contracts.wording import outcome_text, rule_text
from sluis.release.types import PublicContractRecord


class ContractRule(Shape):
    """One promise. `status` is how the current release came out: passed, failed or error; empty when not checked."""

    id: str
    column: str = Field(description="Empty for the table as a whole.")
    severity: str = Field(description="error or warning.")
    agreed: str = Field(description="What is promised, in words.")
    status: str = ""
    found: str = Field("", description="What was measured, in words.")


class Contract(Shape):
    """What is promised of the rows: a data contract (ODCS), and how the current release came out."""

    version: str
    in_force_at: datetime
    change: str = Field(description="Beside the version before: none, compatible or breaking.")
    sha256: str = Field(description="Of the YAML file.")
    release: int = Field(description="The release that was checked.")
    verdict: str | None = Field(description="passed, attention, failed or error; null when not checked yet.")
    checked_at: datetime | None
    rules: list[ContractRule]
    links: dict[str, str] = Field(
        description="Among them feed: every change as Atom; and mail, where the site sends it: a page to be told of "
        "breaking changes by mail."
    )


def contract(found: PublicContractRecord) -> dict[str, Any]:
    page = f"{settings.SLUIS.url}/datasets/{found.slug}"
    return {
        "version": found.version,
        "in_force_at": found.in_force_at,
        "change": found.change,
        "sha256": found.sha256,
        "release": found.release,
        "verdict": found.verdict,
        "checked_at": found.checked_at,
        "rules": [_contract_rule(rule, found.outcomes.get(rule.id)) for rule in found.rules],
        "links": {
            "self": f"{addresses.dataset(found.slug)}/contract",
            "yaml": f"{page}/contract.odcs.yaml",
            "dataset": addresses.dataset(found.slug),
            "feed": f"{page}/changes.atom",
            **({"mail": f"{page}/follow"} if mails_go_out() else {}),
        },
    }


def _contract_rule(rule: Rule, outcome: RuleOutcome | None) -> dict[str, Any]:
    return {
        "id": rule.id,
        "column": rule.column,
        "severity": rule.severity.value,
        "agreed": rule_text(rule, gettext),
        "status": outcome.status.value if outcome else "",
        "found": outcome_text(outcome, gettext) if outcome else "",
    }
