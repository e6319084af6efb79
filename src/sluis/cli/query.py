"""`sluis query`: one SELECT over the tables a person may read, or with --public over what is open."""

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, migrate, start
from sluis.cli.terminal import Command, reading, say, speech, table

if TYPE_CHECKING:
    from sluis.kernel.actor import Actor
    from sluis.lake.query.asking import Door
    from sluis.lake.query.types import Answer

_SHOWN = 40


def query(
    sql: Annotated[str, typer.Argument(help=_("De vraag, zoals: SELECT count(*) FROM naam_van_een_tabel"))],
    by: Annotated[str, typer.Option("--as", help=_("E-mailadres van wie het vraagt."))] = "",
    public: Annotated[bool, typer.Option("--public", help=_("Alleen over wat openbaar is, als een bezoeker."))] = False,
    csv: Annotated[bool, typer.Option("--csv", help=_("Schrijf het antwoord als CSV."))] = False,
) -> None:
    start()
    migrate()
    found = _wait(_door(actor(by), public=public), sql)
    if csv or speech.json:
        _write(found, "csv" if csv else "json")
    else:
        _show(found)
    if found.truncated:
        say(_("Dit zijn de eerste {rows} rijen; er kunnen er meer zijn.").format(rows=found.rows))


def _door(who: "Actor", *, public: bool) -> "Door":
    from sluis.lake.query.asking import for_staff
    from sluis.release.public import sql_door

    return sql_door() if public else for_staff(who)


def _wait(door: "Door", sql: str) -> "Answer":
    from sluis.lake.query.types import Answer

    try:
        with reading(_("Vraag")) as told:
            while True:
                found = door.ask(sql)
                if isinstance(found, Answer):
                    return found
                told(min(1.0, found.seconds / found.budget), "")
    except KeyboardInterrupt:
        door.stop(sql)
        time.sleep(0.2)  # the thread that watches the child must see it before this process ends
        raise


def _write(found: "Answer", form: str) -> None:
    from pathlib import Path

    from sluis.lake.rows.stream import stream
    from sluis.lake.rows.types import PageRequest

    sys.stdout.flush()
    for part in stream(Path(found.path), found.columns, PageRequest(), form):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _show(found: "Answer") -> None:
    from pathlib import Path

    from sluis.lake.rows.page import page
    from sluis.lake.rows.types import PageRequest
    from sluis.lake.rows.wire import plain

    lines = page(Path(found.path), found.columns, PageRequest(limit=_SHOWN)).rows
    rows: list[dict[str, Any]] = [
        {name: "" if value is None else str(plain(value)) for name, value in line.items()} for line in lines
    ]
    sys.stdout.write(table(rows, {c.name: c.title or c.name for c in found.columns}) + "\n")
    say(_("{shown} van {rows} rijen, {seconds} seconden").format(
        shown=len(rows), rows=found.rows, seconds=found.seconds
    ))  # fmt: skip


def add_to(app: typer.Typer) -> None:
    app.command("query", cls=Command, help=_("Stel een vraag in SQL."))(query)
