"""Which function makes which source file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sluis.cli.demo import generate_government as government
from sluis.cli.demo import generate_mobility as mobility
from sluis.cli.demo import generate_nature as nature

GENERATORS: Mapping[str, Callable[[Path], Path]] = {
    "begroting.xlsx": government.budget,
    "bomen-provinciale-wegen.csv": nature.trees,
    "bruggen-en-sluizen.xlsx": mobility.bridges,
    "faunapassages.geojson": nature.fauna_passages,
    "fietspaden.gpkg": mobility.cycle_paths,
    "geluidsbelasting.csv": government.road_noise,
    "gemeenten-codelijst.csv": government.municipal_codes,
    "gemeentegrenzen.geojson": nature.municipal_borders,
    "grondwaterbeschermingsgebieden.zip": nature.groundwater,
    "inspectie-kunstwerken.csv": government.inspections,
    "kwetsbare-soorten.csv": nature.vulnerable_species,
    "laadpalen.gpkg": mobility.charge_points,
    "luchtkwaliteit-metingen.ndjson": nature.air_quality,
    "natuurgebieden.gpkg": nature.nature_areas,
    "openbare-verlichting.csv": mobility.street_lights,
    "ov-haltes-gebruik.tsv": mobility.stop_usage,
    "reizigers-veerponten.csv": mobility.ferries,
    "strooiroutes.geojson": mobility.winter_routes,
    "subsidies.csv": government.subsidies,
    "vergunninghouders.csv": government.permit_holders,
    "verkeersintensiteit-per-uur.csv": mobility.traffic_counts,
    "wegwerkzaamheden.csv": mobility.roadworks,
    "zwemwaterkwaliteit.json": nature.bathing_water,
}


def source_file(name: str, folder: Path) -> Path:
    """Makes one source file in `folder`, which is made when missing; an existing file is written again."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    return GENERATORS[name](folder)
