"""The DMN Technology Compatibility Kit: its models, and what each must give."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sluis.kernel.errors import SluisError
from sluis.process.dmn import Model, read
from sluis.process.feel import Budget
from sluis.process.feel.temporal import read_moment
from sluis.process.feel.values import equal
from sluis.process.feel.writing import to_text

_NS = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("0.00000001")
"""Results of roots and logarithms are given with as many digits as their author's machine had."""


@dataclass(frozen=True)
class Case:
    file: Path
    id: str
    kind: str
    target: str
    inputs: dict[str, Any]
    result: str
    expected: Any
    error: bool

    def __str__(self) -> str:
        return f"{self.file.parent.name}/{self.file.stem[-2:]}/{self.id}/{self.result}"

    @property
    def model(self) -> Path:
        return next(iter(sorted(self.file.parent.glob(f"{self.file.parent.name}.dmn"))))


def cases(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*/*-test-*.xml")):
        for case in ET.parse(file).getroot().iter(f"{_NS}testCase"):  # noqa: S314 (our own reference material)
            inputs = {one.get("name") or "": value(one) for one in case.findall(f"{_NS}inputNode")}
            for result in case.findall(f"{_NS}resultNode"):
                expected = result.find(f"{_NS}expected")
                yield Case(
                    file,
                    case.get("id") or "",
                    case.get("type") or "decision",
                    case.get("invocableName") or "",
                    inputs,
                    result.get("name") or "",
                    None if expected is None else value(expected),
                    result.get("errorResult") == "true",
                )


def value(node: ET.Element) -> Any:
    items = node.find(f"{_NS}list")
    if items is not None:
        return None if _nil(items) else [value(item) for item in items.findall(f"{_NS}item")]
    components = node.findall(f"{_NS}component")
    if components:
        return {one.get("name") or "": value(one) for one in components}
    plain = node.find(f"{_NS}value")
    return None if plain is None or _nil(plain) else _simple(plain)


def _nil(node: ET.Element) -> bool:
    return node.get(f"{_XSI}nil") == "true"


def _simple(node: ET.Element) -> Any:
    kind = (node.get(f"{_XSI}type") or "string").rpartition(":")[2]
    text = node.text or ""
    if kind in ("decimal", "double", "float", "integer", "int", "long"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    if kind in ("date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration"):
        return read_moment(text.strip())
    return text


def outcome(model: Model, case: Case) -> Any:
    """What we give, or the error."""
    name = case.target if case.kind in ("decisionService", "bkm") else case.result
    try:
        return model.evaluate(name, case.inputs, budget=Budget(steps=5_000_000)).value
    except SluisError as error:
        return error


def agrees(case: Case, found: Any) -> bool:
    if isinstance(found, SluisError):
        return case.error or case.expected is None
    if case.kind == "decisionService" and isinstance(found, dict) and same(found.get(case.result), case.expected):
        return True
    return same(found, case.expected)


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    if isinstance(expected, str) and found is not None and not isinstance(found, str):
        return to_text(found, Budget()) == expected  # a value without a type in the test
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= _TOLERANCE * max(1, abs(expected))
    return equal(found, expected) is True


def load(case: Case, cache: dict[Path, Model]) -> Model:
    if case.model not in cache:
        cache[case.model] = read(case.model.read_bytes(), partly=True)
    return cache[case.model]
