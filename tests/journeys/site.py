"""Fills a data folder with a small fixed catalogue, through the real operations by the people of the demo province.

    python -m tests.journeys.site        (with SLUIS_DATA in the environment)

Stands outside: zwemwaterkwaliteit and gemeentegrenzen (open; one with a map), wide (60 columns), hostile (every text
and cell is an attack), kwetsbare-soorten (closed), inspectie-kunstwerken (restricted), energieverbruik-gebouwen
(planned), reizigers-veerponten (withdrawn). The data requests of the demo
are there too. Everybody of the demo province has an account; the passwords stand in the folder, as `sluis demo` writes
them.
"""

import csv
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.disk import do_not_wait_for_it

OPEN = ("zwemwaterkwaliteit", "gemeentegrenzen")
KEPT_IN = ("kwetsbare-soorten", "inspectie-kunstwerken", "energieverbruik-gebouwen", "reizigers-veerponten")
RUN = "<script>window.attacked=1</script>"
ATTACKS = (
    RUN,
    "<img src=x onerror=window.attacked=1>",
    '"><svg onload=window.attacked=1>',
    "' onmouseover=window.attacked=1 x='",
    "</script></title></textarea>" + RUN,
    "javascript:window.attacked=1",
    "[klik](javascript:window.attacked=1)",
    "{{ settings.SECRET_KEY }}{% debug %}",
    'https://example.org/"onmouseover="window.attacked=1',
    "=cmd|' /C calc'!A0",
)


def build(data: Path) -> None:
    from sluis.cli.start import collect_assets, migrate, start

    start()
    do_not_wait_for_it(settings.DATABASES["default"])
    from sluis.cli.demo import people
    from sluis.cli.demo.catalogue import stories
    from sluis.cli.demo.load import _handlers, _team, bring
    from sluis.cli.demo.requests import REQUESTS, bring_request

    migrate()
    collect_assets()
    people.settle(data)
    teams = {body.slug: _team(body.slug) for body in people.BODIES}
    for story in stories():
        if story.slug in (*OPEN, *KEPT_IN):
            bring(story, teams[story.organisation], data / "sources")
    team = teams[people.PROVINCE]
    for asked in REQUESTS:
        bring_request(asked, _handlers(team))
    _own(
        team,
        data,
        "wide",
        _wide(),
        [[f"k{n}" for n in range(60)], *[[f"{r * n}" for n in range(60)] for r in range(40)]],
    )
    _own(team, data, "hostile", _hostile(), _hostile_rows())


def _own(team: Any, data: Path, slug: str, fields: dict[str, Any], rows: list[list[str]]) -> None:
    """A dataset of our own, from a CSV file to the outside."""
    from sluis.cli.demo.catalogue import CONTACTS, Story
    from sluis.cli.demo.load import _described, _through_the_lock
    from sluis.cli.imports import take_in

    columns = {name: {"meaning": fields["description"]} for name in fields.pop("described", ())}
    story = Story(slug, "published", CONTACTS["team-data"], fields, motivation=fields["description"], columns=columns)
    dataset = _described(story, team.steward)
    path = data / f"{slug}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    take_in(team.steward, dataset.id, path)
    _through_the_lock(story, team, dataset.id)


def _wide() -> dict[str, Any]:
    return {
        "title": "Brede tabel", "description": "Een tabel met zestig kolommen.", "themes": ["TRAN"],
        "licence": "CC0", "keywords": ["breed"], "frequency": "ANNUAL",
    }  # fmt: skip


def _hostile() -> dict[str, Any]:
    every = " ".join(ATTACKS)
    return {
        "title": "Vijandig " + RUN,
        "title_en": "Hostile " + RUN,
        "description": every,
        "description_en": every,
        "purpose": every,
        "limits": every,
        "provenance": every,
        "keywords": ["vijandig", *ATTACKS[:4]],
        "spatial_label": ATTACKS[2],
        "themes": ["TRAN"],
        "licence": "CC0",
        "frequency": "ANNUAL",
    }


def _hostile_rows() -> list[list[str]]:
    head = ["soort", RUN, "tekst"]
    return [head, *[[f"soort {number % 3}", attack, attack * 2] for number, attack in enumerate(ATTACKS * 3)]]


if __name__ == "__main__":
    build(Path(os.environ["SLUIS_DATA"]))
    sys.stdout.write("ready\n")
