"""What the links of a dataset say to the rule of maintenance."""

import pytest

from sluis.kernel import clock
from sluis.release.caring import answering
from sluis.release.checks.links import NOT_LOOKED
from sluis.release.types import CheckReport, Finding, Verdict


@pytest.mark.parametrize(
    ("verdict", "codes", "said"),
    [
        (Verdict.PASSED, (), "ok"),
        (Verdict.NOT_APPLICABLE, (), "ok"),
        (Verdict.ATTENTION, ("links.status",), "broken"),
        (Verdict.ATTENTION, ("links.unreachable", "links.status"), "broken"),
        (Verdict.ATTENTION, (NOT_LOOKED,), "unknown"),
        (Verdict.ERROR, ("check.broke",), "unknown"),
    ],
)
def test_links_are_broken_only_when_somebody_looked(verdict: Verdict, codes: tuple[str, ...], said: str) -> None:
    findings = tuple(Finding(code, "", {}, blocks=False) for code in codes)
    assert answering(CheckReport("links", "Links", verdict, findings, "1", "0" * 64, clock.now())) == said
