"""`sluis demo`: the whole of Sluis on this machine, with a province to look around in."""

from typing import Annotated

import typer

from sluis.cli.language import _
from sluis.cli.start import collect_assets, migrate, start
from sluis.cli.terminal import Command, result, say
from sluis.conf.env import Env, put_flags


def demo(
    host: Annotated[str | None, typer.Option(help=_("Adres waarop de site staat (SLUIS_HOST)."))] = None,
    port: Annotated[int | None, typer.Option(help=_("Poort van de site (SLUIS_PORT)."))] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help=_("Bedien de site na het laden."))] = True,
) -> None:
    put_flags(host=host, port=port)
    env = start(serving=serve)
    say(_("Datamap: {data}").format(data=env.data))
    migrate()
    from sluis.cli.demo.load import load

    accounts = load(env.data)
    if not serve:
        _announce(env, accounts)
        return
    collect_assets()
    from sluis.cli.serve import serve as run_server

    run_server(env, announce=lambda: _announce(env, accounts))


def _announce(env: Env, accounts: dict[str, str]) -> None:
    from django.conf import settings
    from django.shortcuts import resolve_url

    from sluis.cli.demo.people import as_json, listing

    document = {"url": env.url, "data": str(env.data), "accounts": as_json(accounts)}
    lines = [
        _("Demoprovincie Merwede op {url}").format(url=env.url),
        _("Inloggen: {url}").format(url=env.url + resolve_url(settings.LOGIN_REDIRECT_URL)),
        _("Accounts (ook in {file}):").format(file=env.data / "demo-accounts.txt"),
        listing(accounts),
    ]
    result(document, "\n".join(lines))


def add_to(app: typer.Typer) -> None:
    app.command("demo", cls=Command, help=_("Laad de demoprovincie Merwede en bedien de site."))(demo)
