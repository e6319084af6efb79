"""`sluis move`: carries an installation over to another database or storage, and proves that nothing differs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, reading, result
from sluis.conf.env import Env
from sluis.foundation.storage import Store, bucket, copy_all, disk
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_

SQLITE = "sqlite"
DISK = "disk"


def move(
    database: Annotated[
        str | None,
        typer.Option(
            help=_("Waarheen: postgresql://…, sqlite voor terug naar de datamap, of @bestand waarin het adres staat.")
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(help=_("Waarheen met de bestanden: s3://bucket/map, of disk voor terug naar de datamap.")),
    ] = None,
) -> None:
    env = start()
    if database is None and storage is None:
        raise Invalid("move.nothing", N_("Zeg waarheen: met --database, met --storage of met allebei."))
    address = None if database is None else _address(database)
    target = None if storage is None else _target(env, storage)
    _refuse_while_working(env, address)
    document: dict[str, Any] = {"settings": {}}
    lines = list[str]()
    if target is not None:  # the files first: a database that points at them is the last to go
        files = _files(env, target)
        document |= {"files": files}
        document["settings"]["SLUIS_STORAGE"] = "" if storage == DISK else storage
        lines.append(_("{files} bestanden zijn overgezet, teruggelezen en gelijk.").format(files=files))
    if address is not None:
        document |= _database(env, address)
        document["settings"]["SLUIS_DATABASE"] = "********" if address else ""
        lines += _told(document)
    result(document, "\n".join([*lines, *_settings(storage, database, address)]))


def _address(given: str) -> str:
    if given.startswith("@"):
        given = _read(given[1:])
    return "" if given == SQLITE else given


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        way_out = N_("Zet het adres van de database alleen in een tekstbestand, en noem dat na het apenstaartje.")
        raise Invalid("move.file", N_("{file} is niet te lezen."), way_out=way_out, file=file) from error


def _target(env: Env, storage: str) -> Store:
    """Endpoint and keys are those of the settings, which may stand there before SLUIS_STORAGE does."""
    if storage == (env.storage or DISK):
        raise Conflict("move.same", N_("Daar staan de bestanden van deze installatie al."))
    if storage == DISK:
        return disk(env)
    return bucket(env.changed(storage=storage)) or disk(env)


def _files(env: Env, target: Store) -> int:
    source = bucket(env) or disk(env)
    with reading(_("bestanden overzetten en teruglezen")) as told:
        return copy_all(
            source, target, disk(env).temporary(), lambda done, of: told(done / of if of else 1.0, f"{done}/{of}")
        )


def _database(env: Env, address: str) -> dict[str, Any]:
    from sluis.cli.databases.moving import move_to

    proofs, head = move_to(address, env.data)
    rows = sum(proof.rows for proof in proofs)
    tables = [asdict(proof) for proof in proofs]
    return {"tables": tables, "rows": rows, "audit_seq": head[0], "audit_head": head[1]}


def _refuse_while_working(env: Env, address: str | None) -> None:
    from sluis.foundation.service import workers

    if address == env.database:
        raise Conflict("move.same", N_("Die database gebruikt deze installatie al."))
    if workers():
        raise Conflict(
            "move.working",
            N_("Sluis is nog aan het werk: wat er nu bij komt, zou achterblijven."),
            way_out=N_("Stop sluis serve en sluis worker overal, wacht een minuut en probeer het opnieuw."),
        )


def _told(document: dict[str, Any]) -> list[str]:
    return [
        _("{tables} tabellen met {rows} rijen zijn overgezet en aan beide kanten gelijk.").format(
            tables=len(document["tables"]), rows=document["rows"]
        ),
        _("Het logboek eindigt bij regel {audit_seq}: {audit_head}").format(**document),
    ]


def _settings(storage: str | None, database: str | None, address: str | None) -> list[str]:
    lines = [_("Zet nu deze instelling, overal waar Sluis draait, en start Sluis weer:")]
    if storage is not None:
        lines.append(f"  SLUIS_STORAGE={'' if storage == DISK else storage}")
    if database is None:
        return lines
    if not address:
        return [*lines, "  SLUIS_DATABASE="]
    if database.startswith("@"):
        return [*lines, f"  SLUIS_DATABASE_FILE={database[1:]}"]
    return [*lines, _("  SLUIS_DATABASE=(het adres dat u net gaf)")]


def add_to(app: typer.Typer) -> None:
    help_text = _("Zet de database of de bestanden over naar een andere plek of terug, en bewijs dat alles er is.")
    app.command("move", cls=Command, help=help_text)(move)
