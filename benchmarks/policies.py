"""Decisions per second on one core: the province's own policies with their own cases, and one large table."""

import csv
import json
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.report import Line
from benchmarks.scale import Scale
from sluis.process.dmn import Model, check, read
from sluis.process.shipped import shipped

AT_LEAST = 5_000
_REALISTIC, _LARGE = 50, 200


def measure(scale: Scale) -> list[Line]:
    """Processor time, so that what else the machine does hardly counts."""
    seconds = scale.asks / 60
    return [
        *_own(seconds),
        _table(_REALISTIC, seconds, AT_LEAST),
        _table(_LARGE, seconds, None),
        _chain(seconds),
        _checking(),
    ]


def _own(seconds: float) -> Iterator[Line]:
    for key, decision in (("who", "Reuse"), ("licence", "Licence"), ("scope", "Scope")):
        model = read((shipped("policies") / f"{key}.dmn").read_bytes())
        rate = _rate(model, decision, _cases(key, model, decision), seconds)
        yield Line(f"Beslissing {decision} ({key}.dmn)", f"{rate:,.0f}/s", "", rate, AT_LEAST, "/s", at_least=True)


def _cases(key: str, model: Model, decision: str) -> list[dict[str, Any]]:
    with (shipped("policies") / "cases" / f"{key}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("decision", decision) == decision]
    return [{name: _value(row.get(name, "")) for name in model.inputs(decision)} for row in rows]


def _value(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _rate(model: Model, decision: str, cases: list[dict[str, Any]], seconds: float) -> float:
    assert all(model.evaluate(decision, case).value is not None for case in cases[:1])
    return _per_second(lambda case: model.evaluate(decision, case), cases, seconds)


def _per_second(work: Callable[[dict[str, Any]], Any], cases: list[dict[str, Any]], seconds: float) -> float:
    start, done, turns = time.process_time(), 0, cycle(cases)
    while (took := time.process_time() - start) < seconds:
        for case in islice(turns, 100):
            work(case)
        done += 100
    return done / took


def _table(rules: int, seconds: float, bound: int | None) -> Line:
    """UNIQUE, so every rule is looked at each time."""
    model = read(large_table(rules))
    cases = [{"kind": f"k{number % 20}", "size": number} for number in range(0, rules, 7)]
    rate = _rate(model, "Result", cases, seconds)
    return Line(f"Tabel van {rules} regels, UNIQUE", f"{rate:,.0f}/s", "", rate, bound, "/s", at_least=True)


def large_table(rules: int) -> bytes:
    """Rules that cover every size once, each for some of twenty kinds."""
    rows = "".join(
        f'<rule id="r{number}"><inputEntry><text>not("x{number}")</text></inputEntry><inputEntry><text>[{number}..'
        f"{number + 1})</text></inputEntry><outputEntry><text>{number}</text></outputEntry></rule>"
        for number in range(rules)
    )
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">
      <inputData id="kind" name="kind"><variable name="kind" typeRef="string"/></inputData>
      <inputData id="size" name="size"><variable name="size" typeRef="number"/></inputData>
      <decision id="Result" name="Result"><variable name="Result" typeRef="number"/>
        <informationRequirement><requiredInput href="#kind"/></informationRequirement>
        <informationRequirement><requiredInput href="#size"/></informationRequirement>
        <decisionTable id="t"><input><inputExpression><text>kind</text></inputExpression></input>
          <input><inputExpression><text>size</text></inputExpression></input><output id="o"/>{rows}</decisionTable>
      </decision></definitions>""".encode()


def _chain(seconds: float) -> Line:
    """Openness is eight decisions on 24 inputs: the whole of it, per second."""
    model = read((shipped("policies") / "openness.dmn").read_bytes())
    rate = _rate(model, "Openness", _cases("openness", model, "Openness"), seconds)
    return Line(f"Openness geheel ({len(model.decisions)} beslissingen, 24 invoeren)", f"{rate:,.0f}/s")


def _checking() -> Line:
    files: list[Path] = sorted(shipped("policies").glob("*.dmn"))
    start = time.process_time()
    for file in files:
        check(file.read_bytes())
    return Line(f"Alle {len(files)} beleidsbestanden nakijken", f"{time.process_time() - start:.2f} s")
