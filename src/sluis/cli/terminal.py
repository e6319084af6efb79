"""How the command speaks: results on stdout, everything else on stderr, one JSON document with `--json`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer.core
from django.utils import timezone

from sluis.cli.language import _
from sluis.conf.env import Env
from sluis.kernel.canonical import canonical
from sluis.kernel.errors import SluisError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

FEW = 40
"""Without a terminal each step is a line of its own, unless there are more steps than anybody reads."""


@dataclass
class Speech:
    """What the caller asked for with `--json`, `--quiet` and `--no-input`."""

    json: bool = False
    quiet: bool = False
    no_input: bool = False


speech = Speech()


class Command(typer.core.TyperCommand):
    """A command that knows `--json`, `--quiet` and `--no-input`, wherever they stand in the line."""

    def __init__(self, *args: Any, params: list[Any] | None = None, **kwargs: Any) -> None:
        flags = [
            _flag("json", _("Schrijf het resultaat als JSON naar stdout.")),
            _flag("quiet", _("Toon geen voortgang.")),
            _flag("no_input", _("Vraag niets. Sluis vraagt nu nooit iets; voor scripts.")),
        ]
        super().__init__(*args, params=[*(params or []), *flags], **kwargs)


def _flag(name: str, help_text: str) -> typer.core.TyperOption:
    def note(context: Any, parameter: Any, value: bool) -> None:
        setattr(speech, name, bool(value))

    declaration = "--" + name.replace("_", "-")
    return typer.core.TyperOption(
        param_decls=[declaration],
        is_flag=True,
        default=False,
        expose_value=False,
        callback=note,
        help=help_text,
        rich_help_panel=_("Uitvoer"),
    )


def console() -> "Console":
    """Where progress and remarks go; keeps to NO_COLOR and to a pipe by itself."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def say(text: str) -> None:
    """A remark for the person at the terminal."""
    if not speech.quiet:
        console().print(text)


def moment(at: datetime | None) -> str:
    """For people, in Dutch time, as schedules are; nothing for never."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def result(document: Any, text: str = "") -> None:
    """The outcome: `document` with `--json`, otherwise `text`."""
    if speech.json:
        sys.stdout.write(json.dumps(json.loads(canonical(document)), ensure_ascii=False, indent=2) + "\n")
    elif text:
        sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(rows: list[dict[str, Any]], columns: dict[str, str]) -> str:
    """Plain text columns: `columns` maps keys to headings."""
    lines = [list(columns.values()), *[[str(row.get(key, "") or "") for key in columns] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def refuse(error: SluisError) -> None:
    """Tell what went wrong: a problem document with `--json`, otherwise text on stderr."""
    if speech.json:
        result(problem(error))
        return
    lines = [f"{_(error.title)}: {error.detail(_)}"]
    lines += [f"  - {fault.text(_)}" for fault in error.faults]
    console().print("\n".join(lines))


def problem(error: SluisError) -> dict[str, Any]:
    """The error as the web would answer it (RFC 9457): type, title, status, detail, code and, where given, errors."""
    body: dict[str, Any] = {
        "type": f"{_url()}/problemen/{error.code}",
        "title": _(error.title),
        "status": _status(error),
        "detail": error.detail(_),
        "code": error.code,
    }
    if error.faults:
        body["errors"] = [{"field": f.field, "row": f.row, "message": f.text(_)} for f in error.faults]
    return body


def _url() -> str:
    """The address of this installation; empty while the settings themselves are wrong."""
    try:
        return Env.load().url
    except SluisError:
        return ""


def _status(error: SluisError) -> int:
    from django.apps import apps

    if not apps.ready:  # only wrong settings come before that
        return 422
    from sluis.web.problem import STATUS

    return STATUS.get(error.kind, 500)


def _bar() -> "Progress":
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console(), transient=True)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar on stderr; call the given function with the name of each step as it starts."""
    if speech.quiet or not sys.stderr.isatty():
        yield lambda name: say(f"{title}: {name}") if total <= FEW else None
        return
    with _bar() as bar:
        task = bar.add_task(title, total=total)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=f"{title}: {name}")

        yield step


@contextmanager
def reading(name: str) -> Iterator[Callable[[float, str], None]]:
    """A bar for one long piece of work; call the given function with the share done (0 to 1) and what goes on."""
    if speech.quiet or not sys.stderr.isatty():
        yield lambda share, text: None
        return
    with _bar() as bar:
        task = bar.add_task(name, total=1.0)

        def told(share: float, text: str) -> None:
            bar.update(task, completed=share, description=f"{name} {_(text)}")

        yield told
