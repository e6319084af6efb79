"""Land, water and air: nature areas, groundwater protection, trees, air quality, bathing water, species."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from sluis.cli.demo import write
from sluis.cli.demo.generate_mobility import CODES, NAMES
from sluis.cli.demo.province import MUNICIPALITIES, ROADS, Floats, along, border, dice, inside, owner_of


def _blob(draw: np.random.Generator, middle: Floats, radius: float, corners: int) -> Floats:
    """A closed, simple, lumpy ring around a point: the angle only grows, so it never crosses itself."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    waves = sum(draw.uniform(0, 0.12) * np.sin(k * angle + draw.uniform(0, 6.28)) for k in (2, 3, 5))
    reach = radius * (1 + waves + draw.normal(0, 0.015, corners))
    ring = middle + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    return np.concatenate([ring, ring[:1]]).round(2)


def _hectares(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return round(abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 20_000, 2)


def nature_areas(folder: Path) -> Path:
    """natuurgebieden.gpkg: areas in RD New, some with a lake cut out."""
    draw = dice("natuur")
    words = ("Griend", "Broek", "Waard", "Zouwe", "Hoeve", "Kil", "Veen", "Uiterwaard")
    shapes, names, kinds, sizes, owners = [], [], [], [], []
    for number in range(96):
        owner = number % len(MUNICIPALITIES)
        middle = inside(owner, draw.uniform(0.15, 0.85, (1, 2)))[0]
        radius = float(draw.uniform(120, 900))
        ring = _blob(draw, middle, radius, 72)
        lake = _blob(draw, middle, radius * 0.25, 36)[::-1]
        wet = number % 6 == 0
        shapes.append(write.area(ring, lake) if wet else write.area(ring))
        sizes.append(_hectares(ring) - (_hectares(lake) if wet else 0))
        names.append(f"{MUNICIPALITIES[owner].seat}se {words[number % len(words)]}")
        kinds.append(draw.choice(["N04.02 Zoete plas", "N12.02 Kruiden- en faunarijk grasland", "N14.01 Rivierbos"]))
        owners.append(NAMES[owner])
    return write.features(
        folder / "natuurgebieden.gpkg",
        "Polygon",
        shapes,
        {
            "gebied_id": np.arange(1, 97, dtype=np.int32),
            "naam": np.array(names, dtype=object),
            "beheertype": np.array(kinds, dtype=object),
            "gemeente": np.array(owners, dtype=object),
            "oppervlakte_ha": np.array(sizes).round(2),
            "begrensd_op": np.datetime64("2012-01-01") + draw.integers(0, 5_000, 96),
        },
    )


def groundwater(folder: Path) -> Path:
    """grondwaterbeschermingsgebieden.zip: a shapefile bundle in RD New."""
    draw = dice("grondwater")
    shapes, rows = [], []
    for number in range(14):
        owner = (number * 5) % len(MUNICIPALITIES)
        middle = inside(owner, draw.uniform(0.25, 0.75, (1, 2)))[0]
        ring = _blob(draw, middle, float(draw.uniform(900, 2_400)), 96)[::-1]
        zone = ("waterwingebied", "grondwaterbeschermingsgebied", "boringsvrije zone")[number % 3]
        shapes.append(write.area(ring))
        rows.append((f"GWB-{number + 1:02d}", f"Pompstation {MUNICIPALITIES[owner].seat}", zone, _hectares(ring)))
    code, name, zone, size = zip(*rows, strict=True)
    return write.shapefile_zip(
        folder / "grondwaterbeschermingsgebieden.zip",
        "Polygon",
        shapes,
        {
            "code": np.array(code, dtype=object),
            "naam": np.array(name, dtype=object),
            "zone": np.array(zone, dtype=object),
            "opp_ha": np.array(size),
        },
    )


_TREES = (
    ("Quercus robur", "zomereik"),
    ("Tilia cordata", "winterlinde"),
    ("Ulmus 'Dodoens'", "iep"),
    ("Alnus glutinosa", "zwarte els"),
    ("Salix alba", "schietwilg"),
    ("Populus × canadensis", "Canadese populier"),
)


def trees(folder: Path) -> Path:
    """bomen-provinciale-wegen.csv: 24,000 trees; a few lines broken by hand editing."""
    draw = dice("bomen")
    rows: list[tuple[object, ...] | str] = []
    names = list(ROADS)
    for block, name in enumerate(names):
        count = 24_000 // len(names)
        side = draw.choice([-1.0, 1.0], count)
        at, mark = along(name, draw.random(count), side * draw.uniform(4, 9, count))
        kind = draw.integers(0, len(_TREES), count)
        year = draw.integers(1935, 2025, count)
        height = np.clip((2026 - year) * draw.uniform(0.18, 0.42, count), 1.5, 34)
        for i in range(count):
            latin, dutch = _TREES[kind[i]]
            rows.append(
                (
                    f"B{block * count + i + 1:06d}",
                    latin,
                    dutch,
                    name,
                    write.comma(float(mark[i]), 3),
                    write.comma(float(at[i, 0])),
                    write.comma(float(at[i, 1])),
                    int(year[i]),
                    write.comma(float(height[i]), 1),
                )
            )
    rows.insert(5_120, "B999001;Quercus robur;zomereik;N801")
    rows.insert(11_044, "B999002;Tilia cordata;winterlinde;N804;12,400;123456,10;421987,55;1988;14,2;gekapt;?;zie mail")
    header = ("boom_id", "soort", "nederlandse_naam", "wegnummer", "kilometer", "rd_x", "rd_y", "plantjaar", "hoogte_m")
    return write.text_table(folder / "bomen-provinciale-wegen.csv", header, rows)


def air_quality(folder: Path) -> Path:
    """luchtkwaliteit-metingen.ndjson: hourly values of six stations during a quarter; one line is cut off."""
    draw = dice("lucht")
    start = datetime(2026, 4, 1)  # noqa: DTZ001 - written with its own offset below
    lines = []
    for station in range(6):
        base = draw.uniform(9, 24)
        for hour in range(24 * 91):
            peak = 1 + 0.5 * np.sin((hour % 24 - 7) / 24 * 2 * np.pi)
            reading = {
                "station": f"NLMW{station + 1:02d}",
                "tijdstip": (start + timedelta(hours=hour)).isoformat() + "+02:00",
                "no2": round(float(base * peak * draw.gamma(9, 1 / 9)), 1),
                "pm10": round(float(base * 0.8 * draw.gamma(8, 1 / 8)), 1),
                "pm25": None if draw.random() < 0.004 else round(float(base * 0.45 * draw.gamma(8, 1 / 8)), 1),
                "gevalideerd": hour < 24 * 61,
            }
            lines.append(json.dumps(reading, ensure_ascii=False))
    lines.insert(7_300, '{"station": "NLMW04", "tijdstip": "2026-05-')
    path = folder / "luchtkwaliteit-metingen.ndjson"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bathing_water(folder: Path) -> Path:
    """zwemwaterkwaliteit.json: one array of objects."""
    draw = dice("zwemwater")
    spots = ("Griendplas", "Molenwiel", "De Kil", "Linge-oever", "Zandput", "Veenbad", "Havenstrand", "Boezem")
    rows = []
    for n, spot in enumerate(spots * 3):
        owner = n % len(MUNICIPALITIES)
        for week in range(22):
            bacteria = int(draw.lognormal(4.2, 1.1))
            rows.append(
                {
                    "locatie": f"{spot} {MUNICIPALITIES[owner].seat}",
                    "gemeentecode": str(CODES[owner]),
                    "datum": (date(2026, 5, 4) + timedelta(weeks=week)).isoformat(),
                    "e_coli_kve_100ml": bacteria,
                    "watertemperatuur_c": round(float(15 + 7 * np.sin(week / 22 * np.pi) + draw.normal(0, 0.8)), 1),
                    "oordeel": "negatief zwemadvies" if bacteria > 900 else "goed",
                }
            )
    path = folder / "zwemwaterkwaliteit.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def vulnerable_species(folder: Path) -> Path:
    """kwetsbare-soorten.csv: nests and setts, closed to protect nature; never published."""
    draw = dice("soorten")
    rows = []
    for number in range(1, 313):
        at = inside(number % len(MUNICIPALITIES), draw.uniform(0.08, 0.92, (1, 2)))[0]
        kind = ("purperreiger", "das", "grote modderkruiper", "zeearend", "groenknolorchis")[number % 5]
        rows.append((f"S{number:04d}", kind, write.comma(at[0]), write.comma(at[1]), int(draw.integers(2018, 2027))))
    return write.text_table(folder / "kwetsbare-soorten.csv", ("waarneming", "soort", "rd_x", "rd_y", "jaar"), rows)


def fauna_passages(folder: Path) -> Path:
    """faunapassages.geojson: points in RD New."""
    draw = dice("fauna")
    names = draw.choice(np.array(list(ROADS), dtype=object), 74)
    at = np.array([along(n, draw.random(1), np.zeros(1))[0][0] for n in names])
    return write.features(
        folder / "faunapassages.geojson",
        "Point",
        write.points(at),
        {
            "passage": np.array([f"FP{n:03d}" for n in range(1, 75)], dtype=object),
            "wegnummer": names,
            "gemeentecode": CODES[owner_of(at)].astype(object),
            "soort": draw.choice(
                np.array(["kleine faunatunnel", "dassentunnel", "ecoduct", "looprichel"], dtype=object), 74
            ),
            "aangelegd_in": draw.integers(1994, 2026, 74).astype(np.int32),
        },
        driver="GeoJSON",
    )


def municipal_borders(folder: Path) -> Path:
    """gemeentegrenzen.geojson: the twelve municipalities, tiling the province."""
    rings = [border(i) for i in range(len(MUNICIPALITIES))]
    return write.features(
        folder / "gemeentegrenzen.geojson",
        "Polygon",
        [write.area(ring) for ring in rings],
        {
            "gemeentecode": CODES.astype(object),
            "gemeentenaam": NAMES.astype(object),
            "inwoners": np.array([m.inhabitants for m in MUNICIPALITIES], dtype=np.int32),
            "oppervlakte_ha": np.array([_hectares(ring) for ring in rings]),
        },
        driver="GeoJSON",
    )
