"""Cells to a contract and back: what no cell shows stays, and what is no number is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid
from sluis.lake.contracts.editing import CELLS, Age, age_of, edited, rows_of

CONTENT = {
    "version": "1.0.0",
    "eigen": [1],
    "schema": [
        {
            "name": "t",
            "properties": [
                {"name": "n", "logicalType": "number", "required": True,
                 "logicalTypeOptions": {"minimum": 1, "multipleOf": 2}},
                {"name": "s", "logicalType": "string", "quality": [{"type": "text"}, {
                    "metric": "invalidValues", "arguments": {"validValues": ["a", "b"]}, "mustBe": 0}]},
            ],
        }
    ],
    "slaProperties": [
        {"property": "retention", "value": 3},
        {"property": "latency", "value": 2, "unit": "d", "element": "t.s"},
    ],
}  # fmt: skip


def cells() -> dict[str, dict[str, str]]:
    return {
        row.name: {cell: ("1" if value is True else "" if value is False else value) for cell in CELLS
                   for value in [getattr(row, cell)]}
        for row in rows_of(CONTENT, 0)
    }  # fmt: skip


def test_saving_without_a_change_changes_nothing() -> None:
    assert edited(CONTENT, 0, "1.0.0", cells(), age_of(CONTENT)) == CONTENT


def test_cells_change_their_own_part_only() -> None:
    typed = cells()
    typed["n"] |= {"required": "", "minimum": "", "maximum": "8,5"}
    typed["s"] |= {"valid": "a\nc\n", "pattern": "^a", "unique": "1", "minimum": "4"}
    made = edited(CONTENT, 0, " 1.1.0 ", typed, Age("3", "w", ""))
    assert (made["version"], made["eigen"]) == ("1.1.0", [1])
    number, text = made["schema"][0]["properties"]
    assert number == {"name": "n", "logicalType": "number", "logicalTypeOptions": {"multipleOf": 2, "maximum": 8.5}}
    assert text["logicalTypeOptions"] == {"pattern": "^a"}
    assert (text["unique"], text["quality"][0]) == (True, {"type": "text"})
    assert text["quality"][1]["arguments"] == {"validValues": ["a", "c"]}
    assert made["slaProperties"][1] == {"property": "latency", "value": 3, "unit": "w", "element": "t"}
    assert CONTENT["schema"][0]["properties"][0]["required"] is True  # type: ignore[index]
    typed["s"]["valid"] = ""
    assert edited(CONTENT, 0, "1", typed, Age())["schema"][0]["properties"][1]["quality"] == [{"type": "text"}]
    assert edited(CONTENT, 0, "1", typed, Age())["slaProperties"] == [{"property": "retention", "value": 3}]


@pytest.mark.parametrize("text", ["veel", "1,2,3", "inf", "nan", "1e999"])
def test_what_is_no_number_is_named_by_its_cell(text: str) -> None:
    typed = cells()
    typed["n"] |= {"maximum": text, "valid": text}
    with pytest.raises(Invalid) as caught:
        edited(CONTENT, 0, "1.0.0", typed, Age(text))
    assert [fault.field for fault in caught.value.faults] == ["maximum-n", "valid-n", "age"]


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_kept_or_refused(least: str, unit: str) -> None:
    typed = cells()
    typed["n"]["minimum"] = least
    try:
        made = edited(CONTENT, 0, "1.0.0", typed, Age("1", unit))
    except Invalid as refused:
        assert refused.faults  # noqa: PT017 - either way is right
    else:
        assert made["schema"][0]["properties"][0]["required"] is True


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        ("date", ["2026-01-31"], ["morgen", "31-01-2026", "20260131", "2026-W05-1", "2026-02-30"]),
        ("timestamp", ["2026-01-31 08:30", "2026-01-31T08:30:00Z", "2026-01-31"], ["08:30", "20260131T083000"]),
        ("time", ["08:30", "08:30:15"], ["0830", "8 uur", "25:00"]),
    ],
)
def test_a_bound_of_a_moment_is_a_moment(kind: str, good: list[str], wrong: list[str]) -> None:
    content = {"schema": [{"name": "t", "properties": [{"name": "m", "logicalType": kind}]}]}
    for text in good:
        made = edited(content, 0, "1.0.0", {"m": {"minimum": text}}, Age())
        assert made["schema"][0]["properties"][0]["logicalTypeOptions"] == {"minimum": text}
    for text in wrong:
        with pytest.raises(Invalid) as refused:
            edited(content, 0, "1.0.0", {"m": {"maximum": text}}, Age())
        assert [(fault.field, fault.params["value"]) for fault in refused.value.faults] == [("maximum-m", text)]  # type: ignore[index]
