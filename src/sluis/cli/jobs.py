"""`sluis jobs …`: background work for who operates the platform. The command acts as the system, like every command."""

from typing import Annotated, Any
from uuid import UUID

import typer

from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, result, table
from sluis.kernel.actor import SYSTEM
from sluis.kernel.errors import NotFound, from_wire
from sluis.kernel.text import N_

app = typer.Typer(help=_("Taken op de achtergrond bekijken en sturen."), no_args_is_help=True)
Name = Annotated[str, typer.Argument(help=_("Naam van het werk, zoals sluis jobs work die toont; het eind is genoeg."))]
Which = Annotated[str, typer.Argument(help=_("Kenmerk van de taak, zoals sluis jobs list dat toont."))]
STATES = ("ready", "waiting", "running", "successful", "failed")


@app.command("list", cls=Command, help=_("Toon de nieuwste taken."))
def show_all(
    state: Annotated[str, typer.Option(help=_("Alleen: ready, waiting, running, successful of failed."))] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help=_("Hoeveel hoogstens."))] = 50,
) -> None:
    if state and state not in STATES:
        raise typer.BadParameter(", ".join(STATES), param_hint="--state")
    start()
    from sluis.foundation.service import jobs

    rows = [_row(job) for job in jobs(by=SYSTEM, state=state, limit=limit)]
    headings = {"id": _("kenmerk"), "task": _("taak"), "state": _("toestand"), "attempts": _("pogingen")}
    more = {"created_at": _("gemaakt"), "next_at": _("volgende poging"), "reason": _("reden")}
    result(rows, table(rows, headings | more))


@app.command("show", cls=Command, help=_("Toon één taak, met de laatste regels die hij schreef."))
def show(which: Which) -> None:
    start()
    from sluis.foundation.service import job

    found = job(by=SYSTEM, job_id=_id(which))
    row = _row(found) | {"worker": found.worker, "progress": found.progress, "log": found.log.splitlines()}
    facts = [f"{name}: {value}" for name, value in row.items() if name != "log"]
    result(row, "\n".join([*facts, *(f"  {line}" for line in row["log"])]))


@app.command("retry", cls=Command, help=_("Zet een mislukte taak weer in de rij, of voer een wachtende nu uit."))
def retry(which: Which) -> None:
    start()
    from sluis.foundation.service import retry_job

    retry_job(by=SYSTEM, job_id=_id(which))
    result({"id": which}, _("De taak staat weer in de rij."))


@app.command("work", cls=Command, help=_("Toon het terugkerende werk, met de laatste en de volgende keer."))
def work() -> None:
    start()
    from sluis.foundation.service import recurring_work

    rows: list[dict[str, Any]] = [
        {
            "task": item.task,
            "every_seconds": item.every.total_seconds(),
            "last_at": _moment(item.last_at),
            "last_state": item.last_state,
            "next_at": _moment(item.next_at),
            "paused_since": _moment(item.paused_since),
        }
        for item in recurring_work(by=SYSTEM)
    ]
    headings = {"task": _("werk"), "every_seconds": _("seconden"), "last_at": _("laatste keer")}
    more = {"last_state": _("toestand"), "next_at": _("volgende keer"), "paused_since": _("stil sinds")}
    result(rows, table(rows, headings | more))


@app.command("pause", cls=Command, help=_("Laat terugkerend werk stilstaan tot sluis jobs resume."))
def pause(name: Name) -> None:
    start()
    from sluis.foundation.service import pause_work

    task = _full(name)
    pause_work(by=SYSTEM, task=task)
    result({"task": task}, _("{task} staat stil.").format(task=task))


@app.command("resume", cls=Command, help=_("Laat werk dat stilstond weer doorgaan."))
def resume(name: Name) -> None:
    start()
    from sluis.foundation.service import resume_work

    task = _full(name)
    resume_work(by=SYSTEM, task=task)
    result({"task": task}, _("{task} gaat weer door.").format(task=task))


@app.command("run", cls=Command, help=_("Zet terugkerend werk nu in de rij; een worker doet het."))
def run(name: Name) -> None:
    start()
    from sluis.foundation.service import run_work

    task = _full(name)
    made = run_work(by=SYSTEM, task=task)
    result({"task": task, "job": str(made)}, _("{task} staat in de rij als taak {job}.").format(task=task, job=made))


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotFound("job.unknown", N_("Deze achtergrondtaak bestaat niet.")) from None


def _full(name: str) -> str:
    """The one name that ends like this; otherwise what was given, and the operation says that it does not exist."""
    from sluis.foundation.service import recurring_work

    ending = [item.task for item in recurring_work(by=SYSTEM) if f".{item.task}".endswith(f".{name}")]
    return ending[0] if len(ending) == 1 else name


def _row(job: Any) -> dict[str, Any]:
    return {
        "id": str(job.id),
        "task": job.task,
        "state": job.state,
        "attempts": job.attempts,
        "created_at": _moment(job.created_at),
        "run_after": _moment(job.run_after),
        "next_at": _moment(job.run_after) if job.state == "waiting" else "",
        "away_since": _moment(job.away_since),
        "finished_at": _moment(job.finished_at),
        "reason": from_wire(job.failure).detail(_) if job.failure else "",
        "retryable": job.retryable,
    }


def _moment(moment: Any) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
