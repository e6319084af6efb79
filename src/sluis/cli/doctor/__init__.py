"""`sluis doctor`: looks at everything that must hold, and says what to do about what does not."""

import sqlite3
from dataclasses import asdict
from typing import Annotated

import typer

from sluis.cli.doctor import content, database, machine, outside, work
from sluis.cli.doctor.finding import Check, Finding
from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, progress, result, speech
from sluis.conf.env import Env
from sluis.kernel.errors import SluisError

CHECKS: dict[str, Check] = {
    "program": machine.check_program,
    "sandbox": machine.check_sandbox,
    "storage": machine.check_storage,
    "clock": machine.check_clock,
    "secrets": machine.check_secrets,
    "database": database.check_database,
    "locks": database.check_locks,
    "audit": content.check_audit,
    "files": content.check_files,
    "tables": content.check_tables,
    "catalogue": content.check_catalogue,
    "sources": content.check_sources,
    "transformations": content.check_transformations,
    "index": content.check_index,
    "speed": content.check_speed,
    "workers": work.check_workers,
    "jobs": work.check_queues,
    "processes": work.check_processes,
    "backup": work.check_backup,
    "address": outside.check_address,
    "engine": outside.check_engine,
    "mail": outside.check_mail,
    "sign-in": outside.check_sign_in,
}


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help=_("Controleer elk bestand en de hele database."))] = False,
) -> None:
    env = start()
    findings: list[Finding] = []
    with progress(_("onderzoek"), len(CHECKS)) as step:
        for name, check in CHECKS.items():
            step(name)
            findings += _look(name, check, env, deep)
    sound = all(finding.state != "bad" for finding in findings)
    result({"sound": sound, "findings": [asdict(f) for f in findings]}, _report(findings))
    if not sound:
        raise typer.Exit(1)


def _look(name: str, check: Check, env: Env, deep: bool) -> list[Finding]:
    """What the check found; a check that cannot be done is itself a finding."""
    from django.db import DatabaseError

    try:
        return list(check(env, deep))
    except (SluisError, DatabaseError, sqlite3.Error, OSError) as error:
        return [Finding(name, "bad", str(error), _("Deze controle kon niet worden gedaan; herstel eerst de rest."))]


def _report(findings: list[Finding]) -> str:
    marks = {"good": "ok", "warning": "!", "bad": "X"}
    shown = [f for f in findings if not (speech.quiet and f.state == "good")]
    return "\n".join(
        f"{marks[f.state]:>2}  {f.check}: {f.text}" + (f"\n      → {f.way_out}" if f.way_out else "") for f in shown
    )


def add_to(app: typer.Typer) -> None:
    app.command("doctor", cls=Command, help=_("Onderzoek deze installatie en zeg wat er moet gebeuren."))(doctor)
