"""Codes to JSON without a value in between: the same text as that of the value."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.lake.rows import written
from sluis.lake.rows.types import Column
from sluis.lake.rows.wire import value_json
from sluis.lake.serving.frames import Frame, Listed

DAY_MICROSECONDS = 86_400_000_000
SPANS = {
    "integer": (-(2**62), 2**62),
    "decimal": (-(2**62), 2**62),
    "date": (-719_162, 2_932_896),  # the years 1 to 9999
    "datetime": (-62_135_596_800_000_000, 253_402_300_799_999_999),
    "time": (0, DAY_MICROSECONDS - 1),
}


@given(
    kind=st.sampled_from(sorted(SPANS)),
    decimals=st.integers(0, 18),
    steps=st.lists(st.integers(0, 10**6), max_size=20),
    scale=st.sampled_from([1, 7, 500_000, 1_000_000]),
    data=st.data(),
)
def test_a_frame_writes_what_its_values_say(
    kind: str, decimals: int, steps: list[int], scale: int, data: st.DataObject
) -> None:
    low, high = SPANS[kind]
    base = data.draw(st.integers(low, high) | st.sampled_from([low, max(low, -5), 0]))
    frame = Frame(kind, base, scale, decimals if kind == "decimal" else 0)
    codes = [step for step in steps if base + scale * step <= high]
    told = frame.written(np.array(codes, np.uint32))
    assert told == [value_json(frame.value(code), kind) for code in codes]


@pytest.mark.parametrize(("kind", "texts"), [("text", ("", 'een "x"', "%s", "é\n")), ("boolean", ("false", "true"))])
def test_a_list_writes_what_its_values_say(kind: str, texts: tuple[str, ...]) -> None:
    listed = Listed(kind, texts)
    codes = np.array([1, 0, 1], np.uint8)
    assert listed.written(codes) == [value_json(listed.value(code), kind) for code in codes.tolist()]


def test_names_of_columns_are_no_instructions() -> None:
    columns = [Column("100%s", "integer"), Column('%d "x"', "text"), Column("%", "json")]
    (told,) = written.of_lines([(7, 5, "%s", '{"a":1}')], columns, "wkt")
    assert json.loads(told) == {"_id": 7, "100%s": 5, '%d "x"': "%s", "%": {"a": 1}}
    assert written.of_lines([], columns, "wkt") == []
