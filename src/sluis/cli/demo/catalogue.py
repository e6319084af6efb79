"""What the demo province says about its datasets: one TOML file each."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import Any

from sluis.cli.demo.people import PROVINCE, SERVICE

BBOX = (4.59, 51.70, 5.25, 52.02)
"""Around the whole province: west, south, east, north in degrees (WGS84)."""


@dataclass(frozen=True, slots=True)
class Contact:
    organisation: str
    name: str
    name_en: str
    email: str


CONTACTS = {
    "team-data": Contact(
        PROVINCE, "Team Data provincie Merwede", "Data team, Province of Merwede", "opendata@merwede.example"
    ),
    "omgevingsdienst": Contact(
        SERVICE, "Informatiepunt Omgevingsdienst", "Environmental Service information desk", "data@od-merwede.example"
    ),
}


@dataclass(frozen=True, slots=True)
class Story:
    """A dataset and how far it comes. `file` is the name of its source file, '' when there is none.

    `stage`: waiting, returned, refused, planned, restricted, closed, published or withdrawn. `waits` is the step where
    a waiting one lies; `answers` what people say at a step, over what is plain. With `contract` what the data keeps is
    promised; a next delivery without the columns of `delivers_without` breaks that. With `made` the table comes from
    those of others: what `lake.save_transformation` takes.
    """

    slug: str
    stage: str
    contact: Contact
    fields: Mapping[str, Any]
    file: str = ""
    motivation: str = ""
    advice: str = ""
    waits: str = ""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    reason: str = ""
    contract: bool = False
    delivers_without: Sequence[str] = ()
    made: Mapping[str, Any] = field(default_factory=dict[str, Any])
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    @property
    def organisation(self) -> str:
        return self.contact.organisation

    @property
    def ground(self) -> str:
        return str(self.fields.get("openness_ground", ""))

    @property
    def planned_date(self) -> date | None:
        day = self.fields.get("planned_date")
        return date.fromisoformat(day) if day else None

    @property
    def outcome(self) -> str:
        """What is decided."""
        return self.stage if self.stage in ("planned", "restricted", "closed") else "open"


def stories() -> list[Story]:
    """All of them in the order of their names, those that are made of others last."""
    folder = files("sluis.cli.demo") / "datasets"
    sources = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    told = [read(item.name.removesuffix(".toml"), item.read_text(encoding="utf-8")) for item in sources]
    return sorted(told, key=lambda story: bool(story.made))


def read(slug: str, text: str) -> Story:
    raw = tomllib.loads(text)
    demo = dict(raw["demo"])
    fields = {"languages": ["NLD"], "spatial_label": "Provincie Merwede", "bbox": list(BBOX), **raw["dataset"]}
    return Story(
        slug=slug, contact=CONTACTS[demo.pop("contact")], fields=fields, columns=raw.get("columns", {}), **demo
    )
