"""Can people be recognised from a combination of columns? k-anonymity over the chosen columns (threat 57)."""

from typing import Any

from sluis.foundation import sandbox
from sluis.foundation.service import blobs
from sluis.kernel.text import N_
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject
from sluis.release.types import Finding, Verdict

SMALLEST_GROUP = 5
SMALL_CELL = 10


def groups(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """A group under 5 blocks; groups under 10 ask for a motivated judgement. Only when columns were chosen."""
    table, chosen = subject.table, subject.quasi_identifiers
    if table is None or not chosen:
        return NOTHING_TO_LOOK_AT
    unknown = sorted(set(chosen) - set(table.column_names))
    if unknown:
        text = N_("Deze kolommen bestaan niet in de tabel: {columns}.")
        return Verdict.FAILED, [Finding("anonymity.column", text, {"columns": ", ".join(unknown)})]
    return judge(_measure(subject))


def judge(measured: dict[str, Any]) -> tuple[Verdict, list[Finding]]:
    """From the figures of the profile's groups: `k`, `small`, `cells`."""
    columns = ", ".join(measured["quasi_identifiers"])
    if measured["k"] < SMALLEST_GROUP:
        text = N_("In {groups} groepen van {columns} zitten minder dan {bound} rijen: mensen zijn te herkennen.")
        small = measured["small"]
        params = {"groups": small["groups"], "columns": columns, "bound": SMALLEST_GROUP}
        return Verdict.FAILED, [Finding("anonymity.small", text, params)]
    if measured["k"] < SMALL_CELL:
        text = N_("De kleinste groep van {columns} heeft {k} rijen. Iemand moet dit met een reden beoordelen.")
        finding = Finding("anonymity.cells", text, {"columns": columns, "k": measured["k"]}, blocks=False)
        return Verdict.ATTENTION, [finding]
    return Verdict.PASSED, []


def _measure(subject: Subject) -> dict[str, Any]:
    assert subject.table is not None  # noqa: S101 - groups() looked
    path = blobs.path(subject.table.sha256)
    request = {
        "source": str(path),
        "columns": list(subject.table.report["columns"]),
        "quasi_identifiers": list(subject.quasi_identifiers),
    }
    return sandbox.run("sluis.lake.profile.entry:anonymity", request, reads=[path], writes=None)
