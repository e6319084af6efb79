"""A transformation as text that people write: YAML, for the command line and for the form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sluis.kernel.errors import Fault, Invalid
from sluis.kernel.text import N_
from sluis.lake.contracts import yaml_text

PARTS = ("sql", "steps", "tests", "layer", "start", "schedule")


def read_document(text: str) -> dict[str, Any]:
    """What `save_transformation` takes, from a whole file. Raises Invalid with the line of what is wrong."""
    found = _sound(text)
    if other := sorted(set(found) - set(PARTS)):
        fault = Fault(N_("Een transformatie kent {other} niet; wel: {known}."),
                      params={"other": ", ".join(other), "known": ", ".join(PARTS)})  # fmt: skip
        raise Invalid("transformation.document", N_("De transformatie klopt niet."), faults=[fault])
    return {"sql": "", **found}


def write_document(parts: Mapping[str, Any]) -> str:
    return yaml_text.write({name: parts[name] for name in PARTS if parts.get(name)})


def read_list(text: str, field: str) -> list[Any]:
    """A list in a field of a form; "" is none. Raises Invalid with the line in that field."""
    if not text.strip():
        return []
    found = _sound(f"{field}:\n{text}", field, above=1).get(field)
    if not isinstance(found, list):
        raise Invalid(
            "transformation.list", N_("Dit is geen lijst."),
            faults=[Fault(N_("Begin elk onderdeel met een streepje: - "), field=field)],
        )  # fmt: skip
    return found


def write_list(items: Sequence[Any]) -> str:
    return yaml_text.write({"x": list(items)}).partition("\n")[2] if items else ""


def _sound(text: str, field: str = "", *, above: int = 0) -> dict[str, Any]:
    """`above`: lines that we put before those of the author."""
    try:
        return yaml_text.read(text).content
    except Invalid as wrong:
        faults = [replace(one, row=one.row - above if one.row else None, field=field) for one in wrong.faults]
        raise Invalid("transformation.yaml", N_("Deze tekst is niet te lezen als YAML."), faults=faults) from wrong
