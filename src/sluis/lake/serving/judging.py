"""A typed selection to tests on structures; None where only DuckDB can say it. The meaning is that of `duck_sql`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sluis.lake.rows import duck
from sluis.lake.rows.duck_sql import WORD
from sluis.lake.rows.types import Column, Compare, Condition, Empty, OneOf, Op, Selection
from sluis.lake.serving.container import Array
from sluis.lake.serving.frames import Listed
from sluis.lake.serving.ready import Judged, Test
from sluis.lake.serving.vectors import AnyOf, Between, Other, Vector


@dataclass(frozen=True)
class Either:
    """Rows that meet at least one of these tests."""

    tests: tuple[Test, ...]

    def chunks(self) -> set[int] | None:
        found: set[int] = set()
        for test in self.tests:
            some = test.chunks()
            if some is None:
                return None
            found.update(some)
        return found

    def mask(self, chunk: int) -> Array:
        masks = [test.mask(chunk) for test in self.tests]
        return np.logical_or.reduce([mask[: min(map(len, masks))] for mask in masks])


def tests_of(selection: Selection, columns: Sequence[Column], ready: Judged) -> list[Test] | None:
    """All of them hold for a row of the selection."""
    tests: list[Test] = []
    for condition in selection.conditions:
        test = _test(condition, ready)
        if test is None:
            return None
        tests.append(test)
    tests = _narrowed(tests)
    if selection.search:
        test = _anywhere(selection.search, [c.name for c in columns if c.type == "text"], ready)
        if test is None:
            return None
        tests.append(test)
    return tests


def _narrowed(tests: list[Test]) -> list[Test]:
    """ "From" and "until" on one column are looked at together."""
    between: dict[str, Between] = {}
    others: list[Test] = []
    for test in tests:
        if not isinstance(test, Between):
            others.append(test)
        elif (known := between.get(test.vector.name)) is None:
            between[test.vector.name] = test
        else:
            first, end = max(known.first, test.first), min(known.end, test.end)
            between[test.vector.name] = Between(test.vector, first, max(first, end))
    return [*between.values(), *others]


def _test(condition: Condition, ready: Judged) -> Test | None:
    match condition:
        case Compare(name, Op.EQ, value):
            return ready.equal(name, value) or _on_vector(condition, ready)
        case Compare(name, Op.WORDS, str(value)):
            return _words(name, value, ready)
        case Compare(name, Op.CONTAINS, str(value)) if name not in ready.vectors:
            return _holding(name, value, ready)
        case OneOf(name, values) if name not in ready.vectors:
            found = [ready.equal(name, value) for value in values]
            return Either(tuple(one for one in found if one is not None)) if None not in found else None
        case Compare() | OneOf() | Empty():
            return _on_vector(condition, ready)
        case _:
            return None


def _on_vector(condition: Compare | OneOf | Empty, ready: Judged) -> Test | None:
    vector = ready.vectors.get(condition.column)
    if vector is None:
        return None
    if isinstance(condition, Empty):
        return _empty(vector, condition.empty)
    if isinstance(condition, OneOf):
        return Either(tuple(_equal(vector, value) for value in condition.values))
    return _compared(vector, condition)


def _compared(vector: Vector, condition: Compare) -> Test | None:
    value, meaning = condition.value, vector.meaning
    match condition.op:
        case Op.EQ:
            return _equal(vector, value)
        case Op.NEQ:
            code = vector.code(value)
            return Other(vector, vector.top + 2 if code is None else code)
        case Op.LT:
            return vector.between(0, meaning.below(value))
        case Op.LTE:
            return vector.between(0, meaning.upto(value))
        case Op.GT:
            return vector.between(meaning.upto(value), vector.top + 1)
        case Op.GTE:
            return vector.between(meaning.below(value), vector.top + 1)
        case Op.CONTAINS | Op.STARTS if isinstance(meaning, Listed):
            return AnyOf(vector, _texts(meaning, vector, lowered(str(value)), starts=condition.op is Op.STARTS))
        case _:
            return None


def _equal(vector: Vector, value: Any) -> Between:
    code = vector.code(value)
    return vector.between(0, 0) if code is None else vector.between(code, code + 1)


def _empty(vector: Vector, empty: bool) -> Test:
    """Without a value, or with one; a text of length zero is none."""
    meaning = vector.meaning
    if isinstance(meaning, Listed) and meaning.type == "text":
        blank = np.array([text == "" for text in meaning.texts] + [True, True])
        return AnyOf(vector, blank if empty else ~blank)
    return Between(vector, vector.top + 1, vector.top + 2) if empty else vector.between(0, vector.top + 1)


def _texts(meaning: Listed, vector: Vector, sought: str, *, starts: bool) -> Array:
    wanted = np.zeros(vector.top + 3, bool)
    wanted[: vector.top + 1] = [text.startswith(sought) if starts else sought in text for text in meaning.lowered]
    return wanted


def _anywhere(term: str, names: Sequence[str], ready: Judged) -> Test | None:
    tests = [_test(Compare(name, Op.CONTAINS, term), ready) for name in names]
    return Either(tuple(test for test in tests if test is not None)) if None not in tests else None


def _holding(name: str, term: str, ready: Judged) -> Test | None:
    """A term of letters and digits lies within one word; any other may lie across words."""
    words = ready.words.get(name)
    sought = lowered(term)
    if words is None or not _one_word(sought):
        return None
    return words.any_of(words.holding(sought))


def _words(name: str, term: str, ready: Judged) -> Test | None:
    words = ready.words.get(name)
    if words is None:
        return None
    return _Every(tuple(words.any_of(words.exact(word)) for word in split(lowered(term))))


@dataclass(frozen=True)
class _Every:
    """Rows that meet all of these tests."""

    tests: tuple[Test, ...]

    def chunks(self) -> set[int] | None:
        return common(self.tests)

    def mask(self, chunk: int) -> Array:
        return np.logical_and.reduce([test.mask(chunk) for test in self.tests])


def common(tests: Sequence[Test]) -> set[int] | None:
    """The chunks that all tests leave open; None when that is every chunk."""
    found: set[int] | None = None
    for test in tests:
        some = test.chunks()
        if some is not None:
            found = set(some) if found is None else found & set(some)
    return found


def lowered(text: str) -> str:
    """As DuckDB lowers it, which beyond ASCII is not always as Python does."""
    return text.lower() if text.isascii() else duck.fetch("SELECT lower(?)", [text])[0][0]


def split(text: str) -> list[str]:
    """The words of a lowered text, as DuckDB finds them."""
    return duck.fetch("SELECT regexp_extract_all(?, ?)", [text, WORD])[0][0] if not _one_word(text) else [text]


def _one_word(text: str) -> bool:
    if text.isascii():
        return text.isalnum()
    return duck.fetch("SELECT regexp_full_match(?, ?)", [text, WORD])[0][0]
