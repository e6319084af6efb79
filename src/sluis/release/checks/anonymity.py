"""Can people be recognised: by a small count, or from a combination of columns (k-anonymity; threat 57)?"""

import re
from collections.abc import Mapping
from typing import Any

from sluis.foundation import sandbox
from sluis.foundation.service import blobs
from sluis.kernel.text import N_
from sluis.lake import service as lake
from sluis.release.checks.subject import NOTHING_TO_LOOK_AT, Subject
from sluis.release.types import Finding, Verdict

SMALLEST_GROUP = 5
SMALL_CELL = 10
_COUNT = re.compile(r"aantal|count|personen|inwoners|leerlingen|clienten|deelnemers", re.IGNORECASE)


def small_cells(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Whole numbers under 5 in what is named as a count block; in another column somebody must say what they are.

    Only for data made from data about people; a column that numbers the rows is no count.
    """
    if subject.table is None or not _about_people(subject):
        return NOTHING_TO_LOOK_AT
    if subject.table.profile is None:
        return Verdict.FAILED, [Finding("cells.not-looked", N_("Er is nog geen profiel van deze tabel."))]
    findings = [_cell(column) for column in subject.table.profile["columns"] if _is_small(column)]
    if any(finding.blocks for finding in findings):
        return Verdict.FAILED, findings
    return (Verdict.ATTENTION if findings else Verdict.PASSED), findings


def _is_small(column: Mapping[str, Any]) -> bool:
    least, numbering = column.get("min"), column.get("distinct") == column["rows"] > SMALL_CELL
    return column["type"] == "integer" and not numbering and isinstance(least, int) and 0 < least < SMALLEST_GROUP


def _cell(column: Mapping[str, Any]) -> Finding:
    params = {"column": column["name"], "least": column["min"], "bound": SMALLEST_GROUP}
    if _COUNT.search(column["name"]):
        text = N_("In {column} staan aantallen onder de {bound} (kleinste: {least}). Laat ze weg of tel ze op.")
        return Finding("cells.small", text, params, column["name"])
    text = N_("In {column} staan getallen onder de {bound}. Zijn dat aantallen mensen? Iemand moet dit beoordelen.")
    return Finding("cells.perhaps", text, params, column["name"], blocks=False)


def groups(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """Small groups in the table; and what was done to hide people in it, with the figures before and after.

    Who says that nobody is behind the data while Sluis itself saw people on its way here, is not believed: somebody
    must judge it.
    """
    verdict, findings = small_groups(subject)
    if not subject.personal_origin and _followed(subject):
        verdict = verdict if verdict is Verdict.FAILED else Verdict.ATTENTION
        findings = [*findings, Finding("anonymity.origin", _ORIGIN, {}, "personalOrigin", blocks=False)]
    return verdict, [*findings, *hidden(subject)]


def _about_people(subject: Subject) -> bool:
    return subject.personal_origin or _followed(subject)


def _followed(subject: Subject) -> bool:
    """Whether Sluis saw people on the way of the rows, whatever the intake says."""
    return subject.table is not None and lake.made_from_people(subject.table.source_sha256)


def small_groups(subject: Subject) -> tuple[Verdict, list[Finding]]:
    """A group under 5 blocks; groups under 10 ask for a motivated judgement.

    Over the columns that the intake names; else, for data made from data about people, over those the profile proposes.
    What the profile proposes beside those of the intake blocks nothing: somebody says why it does not count.
    """
    table = subject.table
    chosen: list[str] = list(subject.said.get("quasiIdentifiers") or ())
    if table is None or not (chosen or _about_people(subject)):
        return NOTHING_TO_LOOK_AT
    unknown = sorted(set(chosen) - set(table.column_names))
    if unknown:
        text = N_("Deze kolommen bestaan niet in de tabel: {columns}.")
        return Verdict.FAILED, [Finding("anonymity.column", text, {"columns": ", ".join(unknown)})]
    if chosen:
        return _with_others(subject, chosen, *judge(_measure(subject, chosen)))
    if table.profile is None:
        return Verdict.FAILED, [Finding("anonymity.not-looked", N_("Er is nog geen profiel van deze tabel."))]
    measured = table.profile["anonymity"]
    return judge(measured) if measured else NOTHING_TO_LOOK_AT


def _with_others(
    subject: Subject, chosen: list[str], verdict: Verdict, findings: list[Finding]
) -> tuple[Verdict, list[Finding]]:
    proposed = (subject.table.profile or {}).get("quasi_identifiers") or () if subject.table else ()
    others = [found["column"] for found in proposed if found["column"] not in chosen]
    if verdict is Verdict.FAILED or not others or not _about_people(subject):
        return verdict, findings
    measured = _measure(subject, [*chosen, *others])
    if measured["k"] >= SMALLEST_GROUP:
        return verdict, findings
    params = {"others": ", ".join(others), "columns": ", ".join(chosen), "bound": SMALLEST_GROUP}
    params |= {"groups": measured["small"]["groups"]}
    return Verdict.ATTENTION, [*findings, Finding("anonymity.others", _OTHERS, params, blocks=False)]


def hidden(subject: Subject) -> list[Finding]:
    """What the steps of a transformation did, as they were measured then: facts, which block nothing by themselves."""
    figures = lake.hiding_figures(subject.table.source_sha256) if subject.table else None
    if figures is None:
        return []
    before, after = figures["before"], figures["after"]
    params = {f"{name}_{side}": found.get(name, "") for side, found in (("before", before), ("after", after))
              for name in ("rows", "smallest", "unique")}  # fmt: skip
    params |= {"columns": ", ".join(after["columns"]), "left_out": figures["left_out"], "figures": figures}
    text = _GROUPED if "smallest" in before and "smallest" in after else _PLAIN
    return [Finding(STEPS, text, params, blocks=False)]


STEPS = "anonymity.steps"
_ORIGIN = N_(
    "In de aanvraag staat dat de data niet is gemaakt uit gegevens over mensen. Maar een tabel waar zij uit komt bevat "
    "persoonsgegevens, of een transformatie verborg er mensen in. Iemand moet dit met een reden beoordelen."
)
_OTHERS = N_(
    "{columns} telden mee, maar {others} niet. Samen zijn er {groups} groepen van minder dan {bound} rijen. Tel ook "
    "die kolommen mee, of zeg waarom zij niet naar een mens kunnen wijzen."
)
_GROUPED = N_(
    "Een transformatie maakte mensen minder herkenbaar: van {rows_before} naar {rows_after} rijen ({left_out} "
    "weggelaten). De kleinste groep van {columns} ging van {smallest_before} naar {smallest_after} rijen; alleen in "
    "hun groep stonden er {unique_before}, nu {unique_after}."
)
_PLAIN = N_(
    "Een transformatie maakte mensen minder herkenbaar: van {rows_before} naar {rows_after} rijen ({left_out} "
    "weggelaten)."
)


def judge(measured: Mapping[str, Any]) -> tuple[Verdict, list[Finding]]:
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


def _measure(subject: Subject, chosen: list[str]) -> dict[str, Any]:
    assert subject.table is not None  # noqa: S101 - groups() looked
    path = blobs.path(subject.table.sha256)
    request = {
        "source": str(path),
        "columns": list(subject.table.report["columns"]),
        "quasi_identifiers": chosen,
    }
    return sandbox.run("sluis.lake.profile.entry:anonymity", request, reads=[path], writes=None)
