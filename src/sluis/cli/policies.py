"""`sluis policy …`: what a decision model gives, and what is wrong with it, for any file without an installation."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluis.cli import policy_trials, rule_changes
from sluis.cli.language import _
from sluis.cli.terminal import Command, result, say
from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.process.dmn import Evaluated

app = typer.Typer(help=_("Beleid uitvoeren, nakijken, proberen en vergelijken."), no_args_is_help=True)
policy_trials.add_to(app)
rule_changes.add_to(app)
File = Annotated[Path, typer.Argument(help=_("Het DMN-bestand."), exists=True, dir_okay=False)]
Decision = Annotated[str, typer.Option(help=_("Naam van de beslissing, of van een beslisdienst of functie."))]
_MOST_BYTES = 10 * 1024 * 1024  # of a model, and of its input
Input = Annotated[
    Path | None,
    typer.Option("--input", help=_("JSON-bestand met de invoer per naam; - is stdin. Wat ontbreekt is null.")),
]


@app.command("evaluate", cls=Command, help=_("Neem een beslissing met de invoer uit een JSON-bestand."))
def evaluate(file: File, decision: Decision, input_file: Input = None) -> None:
    from sluis.process.dmn import read
    from sluis.process.feel import to_json

    model = read(_bytes(file), partly=True)
    given = read_input(input_file) if input_file else {}
    wanted = model.inputs(decision)
    for name in given.keys() - {*wanted}:
        say(_("De beslissing vraagt niet om {name}.").format(name=name))
    found = model.evaluate(decision, given)
    if found.value is None and found.faults:
        raise _no_result(decision, found)
    value = to_json(found.value)
    document = {
        "file": file.name,
        "decision": decision,
        "value": value,
        "matched": {name: list(rules) for name, rules in found.matched.items()},
        "faults": [{"element": one.element, "code": one.code, "message": one.text(_)} for one in found.faults],
    }
    result(document, json.dumps(value, ensure_ascii=False, indent=2))


@app.command("check", cls=Command, help=_("Noem alle fouten in een beslismodel, ook gaten en dubbelingen in tabellen."))
def check_file(file: File) -> None:
    from sluis.process.dmn import check

    faults = check(_bytes(file))
    document = {
        "file": file.name,
        "sound": not faults,
        "faults": [{"element": one.element, "code": one.code, "message": one.text(_)} for one in faults],
    }
    lines = [f"{one.element or file.name}: {one.text(_)}" for one in faults]
    result(document, "\n".join(lines) or _("Geen fouten gevonden."))
    if faults:
        raise typer.Exit(1)


def _bytes(file: Path) -> bytes:
    """One byte more than may be read, so that reading says that it is too much."""
    with file.open("rb") as stream:
        return stream.read(_MOST_BYTES + 1)


def read_input(file: Path) -> dict[str, Any]:
    """The values by name in a JSON file. Raises Invalid, naming the file and the line."""
    text = sys.stdin.buffer.read(_MOST_BYTES + 1) if str(file) == "-" else _bytes(file)
    if len(text) > _MOST_BYTES:
        raise Invalid("policy.input-too-big", N_("{file} is groter dan 10 MB."), file=file.name)
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Invalid(
            "policy.input-broken",
            N_("{file} is geen geldige JSON: fout op regel {line}, teken {column}."),
            file=file.name,
            line=error.lineno,
            column=error.colno,
        ) from error
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Invalid("policy.input-broken", N_("{file} is geen JSON die we kunnen lezen."), file=file.name) from error
    if not isinstance(found, dict):
        raise Invalid(
            "policy.input-shape",
            N_("{file} bevat geen lijst van namen met waarden."),
            way_out=N_("Schrijf de invoer als een object: per naam een waarde."),
            file=file.name,
        )
    return found


def _no_number(text: str) -> None:
    raise ValueError(text)


def _no_result(decision: str, found: "Evaluated") -> Invalid:
    return Invalid(
        "policy.no-result",
        N_("De beslissing {decision} geeft geen uitkomst."),
        faults=[Fault(one.message, field=one.element, params=one.params) for one in found.faults],
        decision=decision,
    )
