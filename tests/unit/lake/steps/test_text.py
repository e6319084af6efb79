"""A transformation as text: read back as it was written, and faults with the line of their author."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid
from sluis.lake.steps.text import read_document, read_list, write_document, write_list

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12)
NAMES = st.text("abc_", min_size=1, max_size=5)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(PLAIN, min_size=1, max_size=4))
def test_a_list_is_read_back_as_it_was_written(items: list[object]) -> None:
    assert read_list(write_list(items), "steps") == items


def test_a_document_is_read_back_as_it_was_written() -> None:
    parts = {"sql": "SELECT *\nFROM t", "steps": [{"do": "drop", "columns": ["a"]}], "tests": [], "layer": "gold"}
    assert read_document(write_document(parts)) == {name: value for name, value in parts.items() if value}
    assert (read_list("", "steps"), write_list([])) == ([], "")


def test_a_fault_names_the_line_in_the_field() -> None:
    with pytest.raises(Invalid) as wrong:
        read_list("- {do: drop, columns: [a]}\n- {do: [\n", "steps")
    assert [(fault.field, fault.row) for fault in wrong.value.faults] == [("steps", 3)]
    with pytest.raises(Invalid) as none:
        read_list("  do: drop", "steps")
    assert none.value.code == "transformation.list"
