"""`sluis move`: carries an installation over to another database or storage, and proves that nothing differs.

Then it says every setting that the new place needs. What must not be made anew goes along: the anchor of the audit
chain to a bucket, or else by a command that is told, and the key that opens the secrets of sources as a setting.
"""

import json
import shlex
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import start
from sluis.cli.terminal import Command, reading, result
from sluis.conf.env import Env
from sluis.conf.telling import HIDDEN, Told, in_file, told
from sluis.foundation import anchors
from sluis.foundation.storage import Bucket, Store, bucket, copy_all, disk
from sluis.kernel.errors import Conflict, Invalid
from sluis.kernel.text import N_

SQLITE = "sqlite"
DISK = "disk"
_STORAGE = ("storage_endpoint", "storage_region", "storage_key_id", "storage_secret_key")


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
    document = dict[str, Any]()
    lines = list[str]()
    if target is not None:  # the files first: a database that points at them is the last to go
        document |= {"files": _files(env, target), "anchor": _carry_anchor(env, target)}
        lines.append(_("{files} bestanden zijn overgezet, teruggelezen en gelijk.").format(**document))
    if address is not None:
        document |= _database(env, address)
        lines += _told(document)
    if storage is not None:
        document["catalogue"] = _catalogue(env, env.database if address is None else address, storage)
        text = _("{snapshots} momentopnamen van {tables} Iceberg-tabellen zeggen hetzelfde als onze versies.")
        lines.append(text.format(**document["catalogue"]))
    settings = told(env, _others(env, storage, database, address))
    document["settings"] = {one.name: one.value for one in settings}
    lines += _settings(settings)
    if not isinstance(target or bucket(env), Bucket):
        lines += _anchored_here(env)
    result(document, "\n".join(lines))


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


def _catalogue(env: Env, address: str, storage: str) -> dict[str, int]:
    """The metadata of the Iceberg tables names files where they stand, so there it is written anew, and held against
    our versions. Nothing comes in our data folder but what belongs there: a database, or the metadata itself."""
    from sluis.cli.databases.places import there

    known = {name: getattr(env, name) for name in _STORAGE} | {"storage": "" if storage == DISK else storage}
    with tempfile.TemporaryDirectory(prefix="sluis-move-") as scratch:
        data = scratch if address and known["storage"] else env.data
        done = there("table", "rebuild-catalogue", "--json", database=address, data=data, **known)
    if done.returncode:
        raise Conflict(
            "move.catalogue",
            N_("De Iceberg-tabellen konden op de nieuwe plek niet worden geschreven: {reason}"),
            way_out=N_(
                "Al het andere is overgezet. Geef daar, met de nieuwe instellingen, sluis table rebuild-catalogue."
            ),
            reason=(done.stdout + done.stderr).strip()[-400:],
        )
    return json.loads(done.stdout)


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


def _carry_anchor(env: Env, target: Store) -> str:
    """The newest anchor of the audit chain, as it is, beside the files; where it stands now."""
    known = anchors.known(env.data, bucket(env))
    if isinstance(target, Bucket):
        for anchor in known[-1:]:
            anchors.to_bucket(target, anchor)
        return f"{target.address.root}/{anchors.KEY}" if known else ""
    for anchor in known[-1:]:
        anchors.to_folder(env.data, anchor)
    return str(env.data / anchors.FILE) if known else ""


def _others(env: Env, storage: str | None, database: str | None, address: str | None) -> dict[str, Told]:
    """What is set differently there. The key that this installation made for itself becomes a setting: a new one would
    open no secret of a source."""
    found = dict[str, Told]()
    if storage is not None:
        found["storage"] = Told("SLUIS_STORAGE", "" if storage == DISK else storage)
    if address == "":
        found["database"] = Told("SLUIS_DATABASE", "")
    elif database is not None:
        given = database.startswith("@")
        found["database"] = in_file("database", Path(database[1:])) if given else Told("SLUIS_DATABASE", HIDDEN, True)
    if not env.secret_key:
        found["secret_key"] = in_file("secret_key", env.data / "secret-key")
    return found


def _settings(settings: list[Told]) -> list[str]:
    lines = [_("Zet nu deze instellingen, overal waar Sluis draait, en start Sluis weer:"), ""]
    lines += [one.line for one in settings]
    if any(one.secret for one in settings):
        lines += ["", _("Achter een # staat een geheim: vul het zelf in, of zet het in een bestand en noem …_FILE.")]
    return lines


def _anchored_here(env: Env) -> list[str]:
    """Without a bucket only the data folder holds the anchor, and only the operator knows where Sluis goes on."""
    return [
        "",
        _("Gaat Sluis verder in een andere datamap? Zet dan ook het anker van het logboek over:"),
        f"install -D -m 600 {shlex.quote(str(env.data / anchors.FILE))} DATAMAP/{anchors.FILE}",
    ]


def add_to(app: typer.Typer) -> None:
    help_text = _("Zet de database of de bestanden over naar een andere plek of terug, en bewijs dat alles er is.")
    app.command("move", cls=Command, help=help_text)(move)
