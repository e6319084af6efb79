"""`sluis process …`: what is wrong with a process file. Works on any file, without an installation."""

from pathlib import Path
from typing import Annotated

import typer

from sluis.cli import rule_changes
from sluis.cli.language import _
from sluis.cli.terminal import Command, result

app = typer.Typer(help=_("Processen nakijken."), no_args_is_help=True)
app.command("list", cls=Command, help=_("Toon welke processen in werking zijn."))(rule_changes.processes)
File = Annotated[Path, typer.Argument(help=_("Het BPMN-bestand."), exists=True, dir_okay=False)]


@app.command("check", cls=Command, help=_("Noem alle fouten in een procesbestand, met de stap waar het om gaat."))
def check(file: File) -> None:
    from sluis.process.bpmn import check as check_process
    from sluis.process.bpmn.reading import CAPS

    with file.open("rb") as stream:
        xml = stream.read(CAPS.total_bytes + 1)
    faults = check_process(xml, file=file.name)
    document = {
        "file": file.name,
        "sound": not faults,
        "faults": [
            {"element": fault.element, "code": fault.code, "level": fault.level.value, "message": fault.text(_)}
            for fault in faults
        ],
    }
    lines = [f"{fault.element or file.name}: {fault.text(_)}" for fault in faults]
    result(document, "\n".join(lines) or _("Geen fouten gevonden."))
    if faults:
        raise typer.Exit(1)
