"""`sluis policy test` and `sluis policy diff`: tables tried on cases and on earlier decisions."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.terminal import Command, result
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

_FILE = typer.Argument(help=_("DMN-bestand."), exists=True, dir_okay=False)


def add_to(app: typer.Typer) -> None:
    app.command("test", cls=Command, help=_("Probeer alle gevallen van het beleid, of van deze bestanden."))(try_cases)
    app.command("diff", cls=Command, help=_("Toon welke gevallen een nieuwe versie anders beslist."))(diff)


def try_cases(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help=_("DMN-bestanden; zonder: alles in policies/."), exists=True, dir_okay=False),
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(help=_("CSV met gevallen; zonder: cases/<naam>.csv naast het bestand."), exists=True),
    ] = None,
) -> None:
    from sluis.process.shipped import shipped

    chosen = files or sorted(shipped("policies").glob("*.dmn"))
    if cases and len(chosen) != 1:
        raise Invalid("policy.cases-for-one", N_("Met --cases hoort er precies één DMN-bestand bij."))
    tried = [_tried(path, cases or _beside(path)) for path in chosen]
    sound = all(not policy["failures"] and policy["cases"] for policy in tried)
    result({"sound": sound, "policies": tried}, "\n".join(line for policy in tried for line in _report(policy)))
    if not sound:
        raise typer.Exit(1)


def _beside(path: Path) -> Path:
    return path.parent / "cases" / f"{path.stem}.csv"


def _tried(path: Path, cases: Path) -> dict[str, Any]:
    from sluis.process.dmn import read
    from sluis.process.dmn.cases import read_cases, run_cases

    tested = run_cases(read(path.read_bytes()), read_cases(cases.read_bytes()) if cases.exists() else ())
    failures = [
        {
            "case": miss.case.name,
            "row": miss.case.row,
            "decision": miss.case.decision,
            "entry": miss.entry,
            "expected": miss.expected,
            "got": miss.got,
            "why": miss.case.why,
            "faults": [fault.text(_) for fault in miss.faults],
        }
        for miss in tested.misses
    ]
    counts = {"cases": tested.cases, "rules": tested.rules, "untouched": tested.untouched}
    return {"policy": path.stem, **counts, "failures": failures}


def _report(policy: dict[str, Any]) -> Iterator[str]:
    touched = policy["rules"] - sum(map(len, policy["untouched"].values()))
    wrong = len({failure["row"] for failure in policy["failures"]})
    mark = "X" if wrong or not policy["cases"] else "ok"
    text = _("{policy}: {right} van {cases} gevallen goed, {touched} van {rules} regels geraakt")
    yield f"{mark:>2}  " + text.format(right=policy["cases"] - wrong, touched=touched, **policy)
    for failure in policy["failures"]:
        text = _("geval {case} (rij {row} van de CSV), {decision}: {entry} moet {expected} zijn, maar is {got}")
        yield "      " + text.format(**failure)
        yield from (f"        {line}" for line in (failure["why"], *failure["faults"]) if line)
    for decision, rules in policy["untouched"].items():
        text = _("geen geval raakt {decision}, regel {rules}")
        yield "      " + text.format(decision=decision, rules=", ".join(map(str, rules)))


def diff(
    old: Annotated[Path, _FILE],
    new: Annotated[Path, _FILE],
    inputs: Annotated[
        Path | None,
        typer.Option(help=_("JSON-regels met eerdere beslissingen; zonder: de gevallen van het beleid."), exists=True),
    ] = None,
    decision: Annotated[str, typer.Option(help=_("Beslissing, als een JSON-regel die niet noemt."))] = "",
) -> None:
    from sluis.process.dmn import read
    from sluis.process.dmn.compare import compare, read_recorded

    recorded = read_recorded(inputs.read_bytes(), decision) if inputs else _from_cases(old, new)
    compared = compare(read(old.read_bytes()), read(new.read_bytes()), recorded)
    lines = [_("{changed} van {total} gevallen worden anders beslist.")]
    lines[0] = lines[0].format(changed=len(compared.differences), total=compared.total)
    for difference in compared.differences:
        lines.append(f"  {difference.id} {difference.decision}: {', '.join(difference.entries)}")
        before, after = difference.before, difference.after
        lines += [f"    {name}: {_entry(before, name)} → {_entry(after, name)}" for name in difference.entries]
    result(asdict(compared), "\n".join(lines))


def _from_cases(old: Path, new: Path) -> list[Any]:
    from sluis.process.dmn.cases import read_cases
    from sluis.process.dmn.compare import Recorded

    found = next((path for path in (_beside(new), _beside(old)) if path.exists()), None)
    if found is None:
        text = N_("Er zijn geen gevallen naast {new} of {old}. Geef eerdere beslissingen met --inputs.")
        raise Invalid("policy.nothing-to-compare", text, new=str(new), old=str(old))
    return [Recorded(case.name, case.decision, case.inputs) for case in read_cases(found.read_bytes())]


def _entry(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else value
