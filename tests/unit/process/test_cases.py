"""Tables of cases are read as a spreadsheet writes them, and a wrong cell is named."""

import pytest

from sluis.kernel.errors import Invalid
from sluis.process.dmn import read
from sluis.process.dmn.cases import read_cases, run_cases
from sluis.process.dmn.compare import Recorded, compare, read_recorded

from tests.unit.process.policies import model  # isort: skip

HEAD = "case,decision,reuse,privacy.outcome,expect:outcome,expect:grounds,why\n"


def one(row: str):
    return read_cases((HEAD + row).encode())[0]


def test_a_row_becomes_answers_and_what_is_expected():
    case = one('7,Reuse,yes,none,granted,"[""a"",1]",because\n')
    assert (case.name, case.row, case.decision, case.why) == ("7", 2, "Reuse", "because")
    assert case.inputs == {"reuse": "yes", "privacy": {"outcome": "none"}}
    assert case.expected == {"outcome": "granted", "grounds": ["a", 1]}


def test_an_empty_cell_is_an_answer_that_nobody_gave():
    assert one("1,Reuse,,,granted,,\n").inputs == {"reuse": None, "privacy": None}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("WAAR", True),
        ("onwaar", False),
        ("12", 12),
        ("-1.5", -1.5),
        ("1.2.3", "1.2.3"),
        ('"""12"""', "12"),
        ("null", None),
    ],
)
def test_a_cell_says_what_kind_it_is(cell, value):
    assert one(f"1,Reuse,{cell},,x,,\n").inputs["reuse"] == value


def test_what_a_dutch_spreadsheet_saves_is_read():
    assert read_cases("\ufeffcase;decision;reuse;expect:outcome\r\n1;Reuse;yes;in\r\n;;;\r\n".encode())[0].inputs == {
        "reuse": "yes"
    }


@pytest.mark.parametrize(
    ("text", "field", "row"),
    [
        ("decision,expect:outcome\nReuse,in\n", "", 1),
        ("case,decision\n1,Reuse\n", "", 1),
        ("case,decision,reuse,reuse,expect:outcome\n", "reuse", 1),
        (HEAD + "1,,yes,,in,,\n", "decision", 2),
        (HEAD + "1,Reuse,yes,,,,\n", "", 2),
        (HEAD + '1,Reuse,yes,,in,"[1,",\n', "expect:grounds", 2),
        (HEAD + "1,Reuse,yes,,in,,,too many\n", "", 2),
    ],
)
def test_a_wrong_table_names_row_and_column(text, field, row):
    with pytest.raises(Invalid) as raised:
        read_cases(text.encode())
    assert [(fault.field, fault.row) for fault in raised.value.faults] == [(field, row)]


def test_a_file_in_another_encoding_is_refused():
    with pytest.raises(Invalid):
        read_cases("case,décision".encode("latin-1"))


def test_a_failing_case_says_what_was_expected_and_what_came():
    tested = run_cases(model("who"), [one("1,Reuse,yes,none,granted,,x\n")])
    assert [(miss.entry, miss.expected, miss.got) for miss in tested.misses] == [("outcome", "granted", "unknown")]
    assert tested.untouched["Reuse"] == (1, 2, 4, 5, 6, 7, 8, 9, 10)


# --- two versions beside each other -------------------------------------------------------------------------------


def plates_block() -> bytes:
    """The change of the how-to: licence plates are personal data for us."""
    from sluis.process.shipped import shipped

    before = (shipped("policies") / "personal-data.dmn").read_text(encoding="utf-8")
    head, plate, tail = before.partition("<text>&quot;licence_plate&quot;</text>")
    if not plate:
        head, plate, tail = before.partition('<text>"licence_plate"</text>')
    return (head + plate + tail.replace('"judge"', '"blocks"', 1)).encode()


def test_only_what_is_decided_otherwise_is_shown():
    recorded = [
        Recorded("one", "PersonalData", {"kind": "licence_plate", "confidence": "sure"}),
        Recorded("two", "PersonalData", {"kind": "email", "confidence": "possible"}),
    ]
    compared = compare(model("personal-data"), read(plates_block()), recorded)
    assert compared.total == 2
    assert [(d.id, d.before, d.after, d.entries) for d in compared.differences] == [
        ("one", "judge", "blocks", ("value",))
    ]
    assert compared.differences[0].rules_before == compared.differences[0].rules_after


def test_the_same_policy_decides_nothing_otherwise():
    recorded = [Recorded("1", "Openness", {"interestsTouched": "no", "thirdParties": "no"})]
    assert compare(model("openness"), model("openness"), recorded).differences == ()


def test_earlier_decisions_are_read_line_by_line():
    lines = b'{"id": "d1", "decision": "A", "inputs": {"n": 1.5}}\n\n{"inputs": {}}\n'
    assert [(r.id, r.decision) for r in read_recorded(lines, "B")] == [("d1", "A"), ("3", "B")]
    with pytest.raises(Invalid) as raised:
        read_recorded(b'{"inputs": {}}\nno json\n[1]\n{"decision": 1, "inputs": {}}')
    assert [fault.row for fault in raised.value.faults] == [1, 2, 3, 4]
