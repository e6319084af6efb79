"""Writes the reference pages that follow from the code; `make docs` runs it.

Pages that ask Django for addresses or tables need it to stand; `make docs` and the tests see to that.
"""

import gettext
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

from sluis.cli import error_codes
from sluis.cli.connectors_page import connectors_page
from sluis.cli.policies_page import policies_page
from sluis.cli.settings import default_of
from sluis.cli.start import start
from sluis.conf.env import Env
from sluis.foundation.roles import PERMISSIONS, ROLES

REPOSITORY = Path(__file__).resolve().parents[3]
_GENERATED = "<!-- Written by `make docs`; change the code, not this page. -->\n"


def settings_page() -> str:
    lines = [
        "# Settings\n",
        _GENERATED,
        "Order: `sluis.toml` in the data folder, then the environment, then a flag; the last one holds.",
        "In `sluis.toml` a setting is written in lower case without the prefix: `port = 9000`.",
        "A secret may also come from a file: `SLUIS_SECRET_KEY_FILE=/run/secrets/key`.",
        "`sluis config show` tells what holds now, `sluis config check` reports every fault at once.\n",
    ]
    for group, members in groupby(
        sorted(fields(Env), key=lambda f: f.metadata["group"]), lambda f: f.metadata["group"]
    ):
        lines += [f"## {group.capitalize()}\n", "| setting | default | meaning |", "|---|---|---|"]
        for f in members:
            secret = " Secret." if f.metadata["secret"] else ""
            lines.append(
                f"| `SLUIS_{f.name.upper()}` | `{default_of(f) or '(empty)'}` | {f.metadata['help']}{secret} |"
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def env_example() -> str:
    lines = ["# Every setting with its default. Written by `make docs`.", ""]
    for f in fields(Env):
        lines += [f"# {f.metadata['help']}", f"#SLUIS_{f.name.upper()}={default_of(f)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def roles_page() -> str:
    names = list(ROLES)
    lines = [
        "# Roles and permissions\n",
        _GENERATED,
        "A person holds a role within one organisation, or for one team of it. Operations ask for a permission, never",
        "for a role.\n",
        "- **Whole organisation**: the role reaches everything of the organisation, whatever team it belongs to.",
        "- **Team**: the role reaches what belongs to that team, and nothing else. What belongs to no team is for",
        "  roles of the whole organisation. Contacts belong to the organisation; its teams may use them.",
        "- **Lent**: a colleague uses the role in the giver's name, from a day to a day, a year at most. It reaches",
        "  what the giver's role reaches, as long as the giver holds it. Four eyes look at both people. It is not lent",
        "  on.",
        f"- Never for a team and never lent: {', '.join(f'`{role.name}`' for role in ROLES.values() if role.bound)}.\n",
        "Why: [decision 17](../adr/0017-teams-and-replacement.md).\n",
        "| role | title | what for |",
        "|---|---|---|",
        *(f"| `{role.name}` | {role.title} | {role.description} |" for role in ROLES.values()),
        "",
        "| permission | " + " | ".join(f"`{name}`" for name in names) + " |",
        "|---|" + "---|" * len(names),
    ]
    for permission, text in PERMISSIONS.items():
        marks = " | ".join("yes" if permission in ROLES[name].permissions else "" for name in names)
        lines.append(f"| `{permission}`: {text} | {marks} |")
    return "\n".join(lines) + "\n"


def access_page() -> str:
    from django.urls import get_resolver

    from sluis.conf.access import addresses, routes

    table = routes()
    lines = [
        "# Who may come where\n",
        _GENERATED,
        "One row per address. The page itself asks again, about the thing it shows: a permission here means that the",
        "person holds it *somewhere*; what they may not see is answered as if it did not exist (404). Who holds which",
        "permission: [roles](roles.md). A role for one team, or one that a colleague lent, opens the same addresses;",
        "what they show is limited to that team. English pages stand under `/en/`.\n",
        f"| address | name | who | {' | '.join(f'`{name}`' for name in ROLES)} |",
        "|---|---|---|" + "---|" * len(ROLES),
    ]
    for name, pattern in sorted(addresses(get_resolver()).items(), key=lambda item: (item[1], item[0])):
        row = table[name]
        who = {"public": "everybody", "signed-in": "who is signed in"}.get(row, f"`{row}`")
        marks = " | ".join(
            "yes" if row not in PERMISSIONS or row in role.permissions else "" for role in ROLES.values()
        )
        lines.append(f"| `/{pattern}` | `{name}` | {who} | {marks} |".replace("\\", ""))
    return "\n".join(lines) + "\n"


def privacy_page() -> str:
    from sluis.conf.privacy import PRIVACY

    lines = [
        "# What Sluis keeps about people\n",
        _GENERATED,
        "This is about Sluis itself; datasets are checked for personal data before they can become public.",
        "*Personal* names or reaches a person, *pseudonym* points at one through a key, *possible* is text or content",
        "in which people may stand although they should not. Fields that are not here say nothing about anybody.\n",
        "| table | personal | pseudonym | possible |",
        "|---|---|---|---|",
    ]
    for label, row in PRIVACY.items():
        cells = [", ".join(f"`{f}`" for f in group.split()) for group in (row.personal, row.pseudonym, row.possible)]
        if any(cells):
            lines.append(f"| `{label}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    from sluis.foundation.telemetry.figures import figures
    from sluis.foundation.telemetry.instruments import COUNTED

    lines = [
        "# Metrics\n",
        _GENERATED,
        "`/metrics` answers in the text format of Prometheus, to who stands in `SLUIS_METRICS_FROM` or brings",
        "`SLUIS_METRICS_TOKEN`; to anybody else there is no such page. How to: [operate](../how-to/operate.md).\n",
        "## Counted by the processes of one machine or container\n",
        "All processes of `sluis serve` and `sluis worker` on one machine count together, so it does not matter which",
        "of them answers. Other machines and containers answer for themselves: add them up. Single commands, such as",
        "`sluis import`, are not counted. At a new start they begin at 0.\n",
        "| metric | labels | kind | what |",
        "|---|---|---|---|",
    ]
    for one in COUNTED:
        about = next(iter(one.collect()))
        name = f"{about.name}_total" if about.type == "counter" else about.name
        lines.append(f"| `{name}` | {_labels(one._labelnames)} | {about.type} | {about.documentation} |")
    own = "Memory of each serving process of the machine that answers."
    lines += [
        f"| `sluis_process_resident_bytes` | `pid` | gauge | {own} |",
        "\n## Read from database and disk\n",
        "The same whichever process answers; take one of them, do not add them up.\n",
        "| metric | labels | what |",
        "|---|---|---|",
        *(f"| `{one.name}` | {_labels(one.labels)} | {one.help} |" for one in figures()),
        "| `sluis_figures_unread` | | Figures that could not be read just now. |",
        "| `sluis_info` | `version` | The version that answers. |",
    ]
    return "\n".join(lines) + "\n"


def _labels(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def commands_page() -> str:
    from typer.main import get_command

    from sluis.cli.main import app

    lines = [
        "# Every command and option\n",
        _GENERATED,
        "How the command behaves: [the command line](command-line.md). Every command also knows `--json`, `--quiet`,",
        "`--no-input` and `--help`.",
    ]
    english = gettext.translation("django", Path(__file__).parent / "locale", ["en"], fallback=True).gettext
    for words, command in _commands(get_command(app), ("sluis",)):
        lines += ["", f"## {' '.join(words)}\n", english(command.help or " "), ""]
        lines += ["| argument or option | meaning |", "|---|---|"]
        shown = [p for p in command.params if p.name not in _EVERYWHERE]
        lines += [f"| {_spelled(p)} | {english(getattr(p, 'help', '') or ' ')} |" for p in shown] or ["| (none) | |"]
    return "\n".join(lines) + "\n"


_EVERYWHERE = ("json", "quiet", "no_input", "help")


def _commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def _spelled(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return " / ".join(f"`{word}`" for word in [*parameter.opts, *parameter.secondary_opts])


PAGES: dict[str, Callable[[], str]] = {
    "src/sluis/web/codes.py": error_codes.module,  # first: the pages that ask for addresses import it
    "docs/reference/settings.md": settings_page,
    "docs/reference/roles.md": roles_page,
    "docs/reference/access.md": access_page,
    "docs/reference/privacy.md": privacy_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/metrics.md": metrics_page,
    "docs/reference/connectors.md": lambda: connectors_page(_GENERATED),
    "docs/reference/policies.md": lambda: policies_page(_GENERATED),
    ".env.example": env_example,
}


def write(repository: Path = REPOSITORY) -> list[str]:
    """Write every generated page that is out of step; returns their names."""
    changed = []
    for name, make in PAGES.items():
        path = repository / name
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed


if __name__ == "__main__":
    start()
    write()
