"""`sluis policy …`: decision tables (DMN) on the command line. Works on any file, without an installation."""

import typer

from sluis.cli import policy_trials
from sluis.cli.language import _

app = typer.Typer(help=_("Beleid proberen en vergelijken."), no_args_is_help=True)
policy_trials.add_to(app)
