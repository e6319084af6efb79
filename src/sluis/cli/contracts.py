"""`sluis contract …`: what is agreed about data, and whether it is kept. Lint and test work without an installation."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.terminal import Command, result
from sluis.kernel.errors import Invalid
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.lake.contracts.types import Finding, RuleOutcome

app = typer.Typer(help=_("Afspraken over data (datacontracten, ODCS)."), no_args_is_help=True)
File = Annotated[Path, typer.Argument(help=_("Het contract, een YAML-bestand."), exists=True, dir_okay=False)]


@app.command("lint", cls=Command, help=_("Noem alle fouten in een contract, en wat Sluis ervan niet controleert."))
def lint(file: File) -> None:
    from sluis.lake.contracts import reading

    found = reading.lint(read_text(file))
    faults, notes = [one for one in found if not one.note], [one for one in found if one.note]
    document = {
        "file": file.name,
        "sound": not faults,
        "faults": [finding_document(one) for one in faults],
        "notes": [finding_document(one) for one in notes],
    }
    lines = [one.text(_) for one in faults] or [_("Geen fouten gevonden.")]
    result(document, "\n".join([*lines, *(f"({one.text(_)})" for one in notes)]))
    if faults:
        raise typer.Exit(1)


@app.command("test", cls=Command, help=_("Houd een bestand met data tegen een contract, en bewaar niets."))
def try_file(
    file: Annotated[Path, typer.Argument(help=_("Het bestand met data."), exists=True, dir_okay=False)],
    contract: Annotated[Path, typer.Option(help=_("Het contract."), exists=True, dir_okay=False)],
    table: Annotated[str, typer.Option(help=_("Naam van de tabel, als het contract er meer beschrijft."))] = "",
) -> None:
    from sluis.lake.contracts import reading, trying

    read = reading.read(read_text(contract), table)
    checked = trying.check_file(read.agreed, file)
    document = {"file": file.name, "contract": contract.name, "verdict": checked.verdict.value}
    show_outcomes(document, checked.outcomes, read.notes)
    if checked.verdict.value in ("failed", "error"):
        raise typer.Exit(1)


def read_text(file: Path) -> str:
    """Raises Invalid for a file that is too big or no text."""
    from sluis.lake.contracts.yaml_text import MOST_BYTES

    with file.open("rb") as stream:
        raw = stream.read(MOST_BYTES + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            "contract.encoding",
            N_("{file} is geen tekst in UTF-8."),
            way_out=N_("Sla het contract op als UTF-8."),
            file=file.name,
        ) from error


def finding_document(one: "Finding") -> dict[str, Any]:
    return {"path": one.field, "line": one.row, "column": one.column, "code": one.code, "message": one.text(_)}


def show_outcomes(document: dict[str, Any], outcomes: "tuple[RuleOutcome, ...]", notes: "tuple[Finding, ...]") -> None:
    """All rules with what was found; as text the broken ones, with a few rows."""
    from sluis.lake.contracts.types import Status
    from sluis.lake.contracts.wording import outcome_text, rule_text

    shapes = [
        {
            "rule": one.rule.id,
            "column": one.rule.column,
            "severity": one.rule.severity.value,
            "status": one.status.value,
            "agreed": rule_text(one.rule, _),
            "found": outcome_text(one, _),
            "examples": [{"row": example.row, "value": example.value} for example in one.examples],
        }
        for one in outcomes
    ]
    lines = [
        f"{shape['rule']}: {shape['agreed']} {shape['found']}"
        + "".join(
            "\n  " + _("rij {row}: {value}").format(row=e["row"], value=e["value"] or _("leeg"))
            for e in shape["examples"]
        )
        for shape in shapes
        if shape["status"] != Status.PASSED
    ]
    kept = sum(one.status is Status.PASSED for one in outcomes)
    lines.append(_("{kept} van {all} afspraken nagekomen.").format(kept=kept, all=len(outcomes)))
    unchecked = [finding_document(one) for one in notes]
    result(document | {"rules": shapes, "notChecked": unchecked}, "\n".join(lines))
