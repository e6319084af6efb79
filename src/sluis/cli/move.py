"""`sluis move`: carries an installation over to another database, and proves that nothing differs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, result
from sluis.conf.env import Env
from sluis.kernel.errors import Conflict
from sluis.kernel.text import N_

SQLITE = "sqlite"


def move(
    database: Annotated[
        str,
        typer.Option(
            help=_("Waarheen: postgresql://…, sqlite voor terug naar de datamap, of @bestand waarin het adres staat.")
        ),
    ],
) -> None:
    env = start()
    address = _address(database)
    _refuse_while_working(env, address)
    from sluis.cli.databases.moving import move_to

    proofs, head = move_to(address, env.data)
    rows = sum(proof.rows for proof in proofs)
    document = {
        "tables": [asdict(proof) for proof in proofs],
        "rows": rows,
        "audit_seq": head[0],
        "audit_head": head[1],
        "settings": {"SLUIS_DATABASE": "********" if address else ""},
    }
    result(document, "\n".join(_told(document, database, address)))


def _address(given: str) -> str:
    if given.startswith("@"):
        given = Path(given[1:]).read_text(encoding="utf-8").strip()
    return "" if given == SQLITE else given


def _refuse_while_working(env: Env, address: str) -> None:
    from sluis.foundation.service import workers

    if address == env.database:
        raise Conflict("move.same", N_("Die database gebruikt deze installatie al."))
    if workers():
        raise Conflict(
            "move.working",
            N_("Sluis is nog aan het werk: wat er nu bij komt, zou achterblijven."),
            way_out=N_("Stop sluis serve en sluis worker overal, wacht een minuut en probeer het opnieuw."),
        )


def _told(document: dict[str, Any], given: str, address: str) -> list[str]:
    lines = [
        _("{tables} tabellen met {rows} rijen zijn overgezet en aan beide kanten gelijk.").format(
            tables=len(document["tables"]), rows=document["rows"]
        ),
        _("Het logboek eindigt bij regel {audit_seq}: {audit_head}").format(**document),
        _("Zet nu deze instelling, overal waar Sluis draait, en start Sluis weer:"),
    ]
    if not address:
        return [*lines, "  SLUIS_DATABASE="]
    if given.startswith("@"):
        return [*lines, f"  SLUIS_DATABASE_FILE={given[1:]}"]
    return [*lines, _("  SLUIS_DATABASE=(het adres dat u net gaf)")]


def add_to(app: typer.Typer) -> None:
    help_text = _("Zet de database over naar PostgreSQL of terug, en bewijs dat alles er is.")
    app.command("move", cls=Command, help=help_text)(move)
