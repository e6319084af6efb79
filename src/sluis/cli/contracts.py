"""`sluis contract …`: what is agreed about data, and whether it is kept. Lint and test work without an installation."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, start
from sluis.cli.terminal import Command, result, table
from sluis.kernel.errors import Conflict, Invalid, NotFound, from_wire
from sluis.kernel.text import N_

if TYPE_CHECKING:
    from sluis.kernel.actor import Actor
    from sluis.lake.contracts.types import Finding, RuleOutcome
    from sluis.lake.service import ContractRecord
    from sluis.register.types import DatasetRecord

app = typer.Typer(help=_("Afspraken over data (datacontracten, ODCS)."), no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help=_("Kenmerk van de dataset, zoals laadpalen."))]
As = Annotated[str, typer.Option("--as", help=_("E-mailadres van de persoon die dit doet."))]
File = Annotated[Path, typer.Argument(help=_("Het contract, een YAML-bestand."), exists=True, dir_okay=False)]

_STATUS = {"draft": N_("concept"), "in_force": N_("in werking"), "retired": N_("beëindigd")}


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
    name: Annotated[
        str, typer.Option("--table", help=_("Naam van de tabel, als het contract er meer beschrijft."))
    ] = "",
) -> None:
    from sluis.lake.contracts import reading, trying

    read = reading.read(read_text(contract), name)
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


@app.command("draft", cls=Command, help=_("Maak een voorstel uit de nieuwste tabel; naar stdout of een bestand."))
def draft(
    slug: Slug, by: As, out: Annotated[Path | None, typer.Option(help=_("Bestand voor het voorstel."))] = None
) -> None:
    who, dataset = _dataset(slug, by)
    from sluis.lake import service as lake

    text = lake.propose_contract(by=who, dataset_id=dataset.id)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        result({"dataset": slug, "file": str(out)}, _("Voorstel geschreven naar {file}.").format(file=out))
    else:
        result({"dataset": slug, "text": text}, text.rstrip("\n"))


@app.command("put", cls=Command, help=_("Bewaar een contract als concept; met --in-force gaat het ook in werking."))
def put(
    slug: Slug,
    file: File,
    by: As,
    in_force: Annotated[bool, typer.Option("--in-force", help=_("Laat het meteen in werking gaan."))] = False,
) -> None:
    who, dataset = _dataset(slug, by)
    from sluis.lake import service as lake

    made = lake.save_contract(by=who, dataset_id=dataset.id, text=read_text(file))
    if in_force:
        made = lake.put_in_force(by=who, contract_id=made.id, sha256=made.sha256)
    _tell_status(made, slug)


@app.command("enforce", cls=Command, help=_("Laat een concept in werking gaan."))
def enforce(
    slug: Slug,
    by: As,
    version: Annotated[str, typer.Option("--of", help=_("Versie van het contract; leeg: het nieuwste concept."))] = "",
) -> None:
    who, dataset = _dataset(slug, by)
    from sluis.lake import service as lake

    drafts = [one for one in lake.contracts(by=who, dataset_id=dataset.id) if one.status.value == "draft"]
    asked = next((one for one in drafts if version in ("", one.version)), None)
    if asked is None:
        raise NotFound(
            "contract.nothing-to-enforce", N_("Van {slug} is er geen concept dat in werking kan gaan."), slug=slug
        )
    _tell_status(lake.put_in_force(by=who, contract_id=asked.id, sha256=asked.sha256), slug)


def _tell_status(made: "ContractRecord", slug: str) -> None:
    said = _("Contract {version} van {slug}: {status}.").format(
        version=made.version, slug=slug, status=_(_STATUS[made.status.value])
    )
    result(_contract(made), said)


@app.command("list", cls=Command, help=_("Toon de versies van het contract van een dataset."))
def versions(slug: Slug, by: As = "") -> None:
    who, dataset = _dataset(slug, by)
    from sluis.lake import service as lake

    rows = [_contract(one) for one in lake.contracts(by=who, dataset_id=dataset.id)]
    titles = {"version": _("versie"), "status": _("toestand"), "change": _("wijziging"), "inForceAt": _("in werking")}
    result(rows, table(rows, titles))


@app.command("show", cls=Command, help=_("Toon het contract dat in werking is."))
def show(slug: Slug, by: As = "") -> None:
    held = _held(slug, by)
    result(_contract(held) | {"text": held.text}, held.text.rstrip("\n"))


@app.command("check", cls=Command, help=_("Houd de nieuwste tabel tegen het contract dat in werking is."))
def check(slug: Slug, by: As = "") -> None:
    who, dataset = _dataset(slug, by)
    held = _held(slug, by)
    from sluis.lake import service as lake
    from sluis.lake.contracts import reading

    newest = lake.latest_ready(by=who, dataset_id=dataset.id)
    if newest is None:
        raise Conflict("contract.no-table-yet", N_("Er is nog geen ingelezen tabel om te controleren."))
    outcome = lake.check_now(by=who, table_version_id=newest.id)
    if outcome is None:  # retired this very moment
        raise _none_in_force(slug)
    if outcome.failure:
        raise from_wire(outcome.failure)
    document = {"dataset": slug, "table": newest.number, "contract": held.version, "verdict": outcome.verdict.value}
    show_outcomes(document, outcome.outcomes, reading.read(held.text, slug).notes)
    if outcome.verdict in lake.STOPS:
        raise typer.Exit(1)


def _dataset(slug: str, by: str) -> "tuple[Actor, DatasetRecord]":
    start()
    from sluis.register import service as register

    who = actor(by)
    return who, register.get(by=who, slug=slug)


def _held(slug: str, by: str) -> "ContractRecord":
    who, dataset = _dataset(slug, by)
    from sluis.lake import service as lake

    held = lake.contract_in_force(by=who, dataset_id=dataset.id)
    if held is None:
        raise _none_in_force(slug)
    return held


def _none_in_force(slug: str) -> NotFound:
    return NotFound("contract.none-in-force", N_("Van {slug} is geen contract in werking."), slug=slug)


def _contract(one: "ContractRecord") -> dict[str, Any]:
    return {
        "number": one.number,
        "version": one.version,
        "status": one.status.value,
        "change": one.change.value,
        "sha256": one.sha256,
        "inForceAt": one.in_force_at.isoformat() if one.in_force_at else None,
        "retiredAt": one.retired_at.isoformat() if one.retired_at else None,
    }
