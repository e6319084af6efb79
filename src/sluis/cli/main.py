"""The command line: every command, and the one place where an error becomes an exit code.

0: done · 1: refused or failed, with the reason · 2: the command itself was wrong · 130: it was asked to stop.
"""

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from django.db.utils import DatabaseError

from sluis.cli import (
    contracts,
    datasets,
    doctor,
    imports,
    jobs,
    move,
    policies,
    processes,
    query,
    releases,
    settings,
    sources,
    tables,
    teams,
    transformations,
    users,
)
from sluis.cli.demo import command as demo
from sluis.cli.language import _
from sluis.cli.start import collect_assets, migrate, start, version
from sluis.cli.terminal import Command, refuse, result
from sluis.conf.env import Env, put_flags
from sluis.kernel.errors import SluisError, Unavailable
from sluis.kernel.text import N_

app = typer.Typer(
    name="sluis",
    help=_("Sluis: dataplatform en register voor open data van een provincie."),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Host = Annotated[str | None, typer.Option(help=_("Adres waarop de site staat (SLUIS_HOST)."))]
Port = Annotated[int | None, typer.Option(help=_("Poort van de site (SLUIS_PORT)."))]


def run() -> None:
    """Entry of the `sluis` command. Asked to stop (Ctrl-C, SIGTERM) it tidies up what it was making."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except SluisError as error:
        refuse(error)
        raise SystemExit(1) from error
    except (OSError, DatabaseError, sqlite3.Error) as error:
        refuse(
            Unavailable(
                "cli.machine",
                N_("De computer werkte niet mee: {reason}."),
                way_out=N_("Voer sluis doctor uit."),
                reason=str(error).rstrip("."),
            )
        )
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@app.command("serve", cls=Command, help=_("Bedien de site en voer taken uit, in één opdracht."))
def serve(host: Host = None, port: Port = None) -> None:
    put_flags(host=host, port=port)
    from sluis.cli.serve import serve as run_server

    env = start(serving=True)
    migrate()
    collect_assets()
    run_server(env)


@app.command("worker", cls=Command, help=_("Voer alleen taken uit, naast een site die elders draait."))
def worker() -> None:
    from sluis.cli.serve import work

    work(start(serving=True))


@app.command("migrate", cls=Command, help=_("Breng de database naar deze versie."))
def migrate_command() -> None:
    start()
    applied = migrate()
    text = _("{count} migraties uitgevoerd.").format(count=len(applied)) if applied else _("De database is bij.")
    result({"applied": applied}, text)


@app.command(
    "backup", cls=Command, help=_("Maak een back-up: een nieuwe map, of één bestand als de naam op .tar eindigt.")
)
def backup(target: Annotated[Path, typer.Argument(help=_("Waar de back-up komt."))]) -> None:
    from sluis.cli import keep
    from sluis.foundation.storage import bucket

    env = Env.load()
    manifest = keep.backup(env.data, target, bucket(env), _from_postgresql() if env.database else None)
    summary = _summary(manifest) | {"target": str(target)}
    result(summary, _("Back-up gemaakt: {files} bestanden, logboek {audit_head}").format(**summary))


@app.command("restore", cls=Command, help=_("Zet een back-up terug in een lege datamap."))
def restore(
    source: Annotated[Path, typer.Argument(help=_("De map of het .tar-bestand van de back-up."), exists=True)],
    verify: Annotated[bool, typer.Option("--verify", help=_("Toon de controlegetallen van voor en na."))] = False,
) -> None:
    from sluis.cli import keep
    from sluis.cli.databases.places import refuse_filled
    from sluis.foundation.storage import bucket

    env = Env.load()
    if env.database and not (env.data / keep.MARK).exists():
        refuse_filled(env.database)
    manifest, after = keep.restore(source, env.data, bucket(env), lambda: _into_postgresql(env))
    before = _summary(manifest)
    equal = all(before[key] == after[key] for key in after)  # else it was refused
    document = {"data": str(env.data), "files": before["files"], "equal": equal, "before": before, "after": after}
    lines = [_("Teruggezet in {data}: {files} bestanden.").format(**document)]
    if verify:
        lines += [f"  {key}: {before[key]} → {after[key]}" for key in after]
    result(document, "\n".join(lines))


def _from_postgresql() -> Callable[[Path], None]:
    start()
    from sluis.cli.databases.moving import dump_to

    return dump_to


def _into_postgresql(env: Env) -> None:
    if not env.database:
        return
    start(restoring=True)
    from sluis.cli.databases.moving import fill_from

    fill_from(env.data, env.database)


def _summary(manifest: dict[str, object]) -> dict[str, object]:
    files = manifest["blobs"]
    kept = {key: manifest[key] for key in ("made_at", "dump", "audit_seq", "audit_head")}
    return kept | {"files": len(files) if isinstance(files, dict) else 0}


@app.callback(invoke_without_command=True)
def top(
    show_version: Annotated[bool, typer.Option("--version", help=_("Toon de versie."), is_eager=True)] = False,
) -> None:
    if show_version:
        result(version(), f"sluis {version()['sluis']}")
        raise typer.Exit


doctor.add_to(app)
demo.add_to(app)
imports.add_to(app)
move.add_to(app)
query.add_to(app)
app.add_typer(policies.app, name="policy")
app.add_typer(processes.app, name="process")
app.add_typer(releases.app, name="release")
app.add_typer(datasets.app, name="dataset")
app.add_typer(tables.app, name="table")
app.add_typer(sources.app, name="source")
app.add_typer(transformations.app, name="transformation")
app.add_typer(users.app, name="user")
app.add_typer(teams.app, name="team")
app.add_typer(jobs.app, name="jobs")
app.add_typer(teams.groups, name="group")
app.add_typer(settings.app, name="config")
app.add_typer(contracts.app, name="contract")
