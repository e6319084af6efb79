"""`sluis config …`: which settings there are, which hold now, and whether they are right."""

from dataclasses import MISSING, Field, asdict, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluis.cli.language import _
from sluis.cli.start import actor, migrate, start
from sluis.cli.terminal import Command, result, table
from sluis.conf.env import Env

if TYPE_CHECKING:
    from sluis.register.types import VocabularyDifference

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


@app.command("vocabularies", cls=Command, help=_("Toon de waardelijsten met hun datum, of haal ze opnieuw op."))
def vocabularies(
    names: Annotated[list[str] | None, typer.Argument(help=_("Lijsten om op te halen; leeg: alle."))] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help=_("Haal op wat de uitgevers nu geven."))] = False,
    by: Annotated[str, typer.Option("--as", help=_("E-mailadres van wie dit doet; leeg: het systeem."))] = "",
) -> None:
    start()
    migrate()
    from sluis.register import service as register

    if refresh:
        _refreshed(register.refresh_vocabularies(by=actor(by), names=tuple(names or ()) or None))
        return
    rows = [asdict(record) for record in register.vocabularies() if not names or record.name in names]
    headings = {"name": _("lijst"), "retrieved": _("opgehaald"), "concepts": _("woorden"), "source": _("bron")}
    result(rows, table(rows, headings))


def _refreshed(differences: "list[VocabularyDifference]") -> None:
    """Tell per list what changed; exit code 1 when a list could not be fetched (its old content stays)."""
    rows = [
        {"name": d.name, "added": len(d.added), "ended": len(d.ended), "relabelled": len(d.relabelled)}
        | {"problem": _(d.problem)}
        for d in differences
    ]
    headings = {"name": _("lijst"), "added": _("nieuw"), "ended": _("vervallen"), "relabelled": _("hernoemd")}
    result([asdict(d) for d in differences], table(rows, headings | {"problem": _("probleem")}))
    if any(d.problem for d in differences):
        raise typer.Exit(1)


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
