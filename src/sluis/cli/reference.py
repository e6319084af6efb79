"""Writes the reference pages that follow from the code: settings, `.env.example`, roles. `make docs` runs it."""

from collections.abc import Callable
from dataclasses import fields
from itertools import groupby
from pathlib import Path

from sluis.cli.settings import default_of
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
        "A person holds a role within one organisation. Operations ask for a permission, never for a role.\n",
        "| permission | " + " | ".join(f"`{name}`" for name in names) + " |",
        "|---|" + "---|" * len(names),
    ]
    for permission, text in PERMISSIONS.items():
        marks = " | ".join("yes" if permission in ROLES[name].permissions else "" for name in names)
        lines.append(f"| `{permission}`: {text} | {marks} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": settings_page,
    "docs/reference/roles.md": roles_page,
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
    write()
