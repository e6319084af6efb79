"""The reference page of the connectors, from the connectors themselves."""

from collections.abc import Callable, Iterator

from sluis.lake.connectors.base import Field


def connectors_page(generated: str) -> str:
    from django.utils.translation import gettext as english
    from django.utils.translation import override

    from sluis.lake.service import connectors

    lines = [
        "# Connectors\n",
        generated,
        "Every kind of source that Sluis can read, with the fields it asks (`sluis source add … --set field=value`, or",
        "`--secret field=file`). *Place*: another value asks for the secrets again. How to:",
        "[connect a source](../how-to/connect-a-source.md), [write a connector](../how-to/write-a-connector.md).",
    ]
    with override("en"):
        for item in connectors().values():
            lines += ["", f"## `{item.name}`: {english(item.title)}", "", english(item.about)]
            lines += [f"New rows: {', '.join(f'`{mode}`' for mode in item.modes)}.", ""]
            lines += ["| field | kind | default | meaning |", "|---|---|---|---|"]
            lines += list(_fields(item.fields, english))
    return "\n".join(lines) + "\n"


def _fields(fields: tuple[Field, ...], english: Callable[[str], str]) -> Iterator[str]:
    for field in fields:
        kind = field.kind.value + (", required" if field.required else "")
        kind += ", place" if field.place or field.kind.value == "address" else ""
        words = [f"`{value}`: {english(label)}" for value, label in field.choices]
        meaning = ". ".join(filter(None, (english(field.label), english(field.help) if field.help else "")))
        default = f"`{field.default}`" if str(field.default) else ""
        text = f"{meaning.rstrip('.')}. {'; '.join(words)}".strip().replace("|", "\\|")
        yield f"| `{field.name}` | {kind} | {default} | {text} |"
