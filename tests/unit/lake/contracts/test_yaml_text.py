"""YAML as anybody may send it: only plain values come out, and a fault names its line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluis.kernel.errors import Invalid
from sluis.lake.contracts import yaml_text

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefg", min_size=1), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text("abcxyz", min_size=1), PLAIN, max_size=6))
def test_what_is_written_is_read_back(content: dict[str, object]) -> None:
    assert yaml_text.read(yaml_text.write(content)).content == content


@pytest.mark.parametrize("word", ["no", "on", "08:30", "2026-01-31", "0o17", "1_000", "y", "=", "<<", ".inf", "0x1F"])
def test_words_that_other_readers_change_stay_text(word: str) -> None:
    assert yaml_text.read(f"a: {word}\n").content == {"a": word}
    assert yaml_text.read(yaml_text.write({"a": word})).content == {"a": word}


def faults(text: str) -> list[tuple[str, int | None, int]]:
    with pytest.raises(Invalid) as caught:
        yaml_text.read(text)
    assert caught.value.code == "contract.yaml"
    return [(fault.code, fault.row, fault.column) for fault in caught.value.faults]  # type: ignore[attr-defined]


BOMB = "a: &a [x, x]\n" + "\n".join(f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True))


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "syntax", 3, 2),
        ("a: 1\n  b: 2\n", "syntax", 2, 4),
        ("a: 1\na: 2\n", "double", 2, 1),
        (BOMB, "alias", 2, 8),
        ("a: !!python/object/apply:os.system [id]\n", "tag", 1, 4),
        ("a: !eigen x\n", "tag", 1, 4),
        ("a:\n  ? [1, 2]\n  : x\n", "key", 2, 5),
        (f"a: {'9' * 100}\n", "number", 1, 4),
        ("a: " + "[" * 60 + "]" * 60, "depth", 1, 27),
    ],
)
def test_a_fault_names_its_line_and_column(text: str, code: str, line: int, column: int) -> None:
    assert faults(text) == [(code, line, column)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: " + "x" * yaml_text.MOST_BYTES, "size"),
        ("a: [" + "1," * yaml_text.MOST_VALUES + "1]", "values"),
        ("- a\n- b\n", "map"),
        ("", "map"),
        ("a: b\x00c", "character"),
        ("a: 1\n---\nb: 2\n", "syntax"),
    ],
)
def test_what_is_no_contract_is_refused(text: str, code: str) -> None:
    assert faults(text)[0][0] == code


@given(st.text(max_size=200))
def test_nothing_but_our_own_refusal_comes_out(text: str) -> None:
    with suppress(Invalid):
        yaml_text.read(text)
