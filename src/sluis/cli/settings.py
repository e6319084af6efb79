"""`sluis config …`: which settings there are, which hold now, and whether they are right."""

from dataclasses import MISSING, Field, fields
from typing import Any

import typer

from sluis.cli.language import _
from sluis.cli.terminal import Command, result, table
from sluis.conf.env import Env

app = typer.Typer(help=_("Instellingen bekijken en controleren."), no_args_is_help=True)


@app.command(
    "show", cls=Command, help=_("Toon elke instelling met de waarde die nu geldt; geheimen blijven verborgen.")
)
def show() -> None:
    env = Env.load()
    rows = [
        {"name": f"SLUIS_{f.name.upper()}", "value": _shown(f, getattr(env, f.name)), "help": f.metadata["help"]}
        for f in fields(Env)
    ]
    result(rows, table(rows, {"name": _("instelling"), "value": _("waarde"), "help": _("betekenis")}))


@app.command("check", cls=Command, help=_("Controleer de instellingen; alle fouten in één keer."))
def check() -> None:
    env = Env.load()
    result({"valid": True, "data": str(env.data)}, _("De instellingen kloppen."))


def _shown(f: "Field[Any]", value: Any) -> str:
    if f.metadata["secret"]:
        return "********" if value else ""
    return ",".join(value) if isinstance(value, tuple) else str(value)


def default_of(f: "Field[Any]") -> str:
    """The default as one writes it in the environment."""
    value = "" if f.default is MISSING else f.default
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
