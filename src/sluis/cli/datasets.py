"""`sluis dataset …`: a place in the register for data that a source or a transformation is going to bring."""

from typing import Annotated

import typer

from sluis.cli.imports import home_of
from sluis.cli.language import _
from sluis.cli.start import actor, start
from sluis.cli.terminal import Command, result

app = typer.Typer(help=_("Datasets waar nog data in moet komen."), no_args_is_help=True)


@app.command("add", cls=Command, help=_("Maak een lege dataset, om er een bron of een transformatie aan te koppelen."))
def add(
    slug: Annotated[str, typer.Argument(help=_("Korte naam: kleine letters, cijfers en streepjes."))],
    title: Annotated[str, typer.Option(help=_("Titel van een nieuwe dataset."))],
    organisation: Annotated[str, typer.Option(help=_("Korte naam van de organisatie van een nieuwe dataset."))] = "",
    by: Annotated[str, typer.Option("--as", help=_("E-mailadres van wie dit doet."))] = "",
) -> None:
    start()
    from sluis.register import service as register

    who = actor(by)
    made = register.create(by=who, organisation_id=home_of(who, organisation), title=title, slug=slug)
    result(
        {"id": made.id, "dataset": made.slug, "title": made.title}, _("Dataset {slug} gemaakt.").format(slug=made.slug)
    )
