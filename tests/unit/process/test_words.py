"""Tables in words: labels from the file, lengths of time, and what has neither as it stands."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from sluis.process.rules import words
from sluis.process.rules.changes import changes
from sluis.process.rules.sheets import sheets
from sluis.process.shipped import shipped
from sluis.process.types import Kind

FILES = sorted(shipped("policies").glob("*.dmn"))
PERSONAL = (shipped("policies") / "personal-data.dmn").read_bytes()
_CODE = re.compile(r'"((?:[^"\\]|\\.)+)"')


@pytest.mark.parametrize(
    ("text", "dutch", "english"),
    [
        ('"P6M"', "6 maanden", "6 months"),
        ('"P1Y"', "1 jaar", "1 year"),
        ('"P1Y6M"', "1 jaar en 6 maanden", "1 year and 6 months"),
        ('"P1DT2H30M"', "1 dag en 2 uur en 30 minuten", "1 day and 2 hours and 30 minutes"),
        ('"P0D"', "0 dagen", "0 days"),
        ('"yes", null', "ja, niet ingevuld", "yes, not given"),
        ("-", "maakt niet uit", "does not matter"),
        ('"onbekend woord"', "onbekend woord", "onbekend woord"),
        ('not("no")', "niet (nee)", "not (no)"),
        ('list contains(?, "P1M")', "met 1 maand", "with 1 month"),
    ],
)
def test_a_cell_reads_in_both_languages(text: str, dutch: str, english: str) -> None:
    for language, said in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert words.cell(text) == said


def test_labels_of_the_file_are_words_in_cells_cases_and_changes() -> None:
    read_as = sheets(PERSONAL)
    row = next(row for row in read_as.decisions[0].rows if row.inputs[0] == '"licence_plate"')
    for language, said in (("nl", ("kenteken", "een mens beoordeelt", "houdt tegen")), ("en", ("number plate",))):
        with translation.override(language):
            table = words.tables(PERSONAL)[1][0]
            assert said[0] in table.rules[row.number - 1].cells[0]
    cell = f'<outputEntry id="{row.id}_out1"><text>"judge"'.encode()
    (changed,) = words.changed(
        changes(Kind.POLICY, PERSONAL, PERSONAL.replace(cell, cell.replace(b"judge", b"blocks")))
    )
    assert changed.aspects == (("behandeling", "een mens beoordeelt", "houdt tegen"),)
    case = words.cases(b"case,decision,kind,confidence,expect:value\n1,PersonalData,licence_plate,sure,judge", read_as)
    assert case["PersonalData"][0].given == "soort gegeven: kenteken; zekerheid: zeker"
    assert case["PersonalData"][0].expected == "behandeling: een mens beoordeelt"


def test_a_label_alone_changes_no_decision() -> None:
    (only,) = changes(Kind.POLICY, PERSONAL, PERSONAL.replace(b'nl="kenteken"', b'nl="kentekens"'))
    assert only.what == "text"


def test_a_reason_has_the_twin_of_the_rule_that_gave_it() -> None:
    read_as = sheets((shipped("policies") / "approval.dmn").read_bytes())
    given = {"decision": "Approval", "matched": {"Approval": [1]}, "reason": "Kleine gevolgen: vijf dagen."}
    assert words.reason(read_as, given).en == "Low impact: five days."
    assert words.reason(read_as, given | {"matched": {"Approval": [2]}}).en == ""
    assert words.reason(None, given).nl == given["reason"]
    assert words.reason(read_as, {"decision": "Approval", "outcome": "set"}).nl == "vastgesteld"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_table_of_ours_shows_a_code(path: Path) -> None:
    """But for articles of law, which are what they are called."""
    bare: list[tuple[str, str]] = []
    for sheet in sheets(path.read_bytes()).decisions:
        for row in sheet.rows:
            cells = zip((*sheet.inputs, *sheet.outputs), (*row.inputs, *row.outputs), strict=True)
            for column, text in cells:
                if column.name in ("ground", "reason") or text in column.labels:
                    continue
                codes = set(_CODE.findall(text)) - set(column.labels)
                bare += [(column.name, code) for code in codes if words.cell(f'"{code}"') == code]
                assert not re.search(r"[a-z][A-Z]", _CODE.sub("", text.replace("list contains", ""))), text
        with translation.override("en"):
            rules = words.tables(path.read_bytes())[1]
            assert all(rule.explanation for table in rules for rule in table.rules)
    assert bare == []
