"""Roads, water and the people on them: charge points, cycle paths, traffic, stops, bridges, ferries, winter routes."""

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sluis.cli.demo import write
from sluis.cli.demo.province import (
    MUNICIPALITIES,
    ROADS,
    along,
    around_towns,
    by_inhabitants,
    dice,
    inside,
    owner_of,
    road,
)

CODES = np.array([m.code for m in MUNICIPALITIES])
NAMES = np.array([m.name for m in MUNICIPALITIES])
OPERATORS = ("Stroompunt", "Merwe Laden", "ElektroVaart", "Plug & Pont")


def charge_points(folder: Path) -> Path:
    """laadpalen.gpkg: points in RD New."""
    draw = dice("laadpalen")
    owners = by_inhabitants(draw, 1_846)
    at = around_towns(draw, owners)
    power = draw.choice([11.0, 22.0, 50.0, 150.0, 300.0], len(at), p=[0.62, 0.24, 0.07, 0.05, 0.02])
    placed = np.datetime64("2016-03-01") + draw.integers(0, 3_700, len(at))
    return write.features(
        folder / "laadpalen.gpkg",
        "Point",
        write.points(at),
        {
            "paal_nr": np.array([f"MW-{n:05d}" for n in range(1, len(at) + 1)], dtype=object),
            "gemeentecode": CODES[owners].astype(object),
            "beheerder": draw.choice(np.array(OPERATORS, dtype=object), len(at)),
            "aansluitingen": draw.integers(1, 5, len(at)).astype(np.int32),
            "vermogen_kw": power,
            "snellader": power >= 50,
            "geplaatst_op": placed.astype("datetime64[D]"),
        },
    )


def cycle_paths(folder: Path) -> Path:
    """fietspaden.gpkg: lines in RD New, one per stretch of provincial road and side."""
    draw = dice("fietspaden")
    shapes, rows = [], []
    for name in ROADS:
        whole = road(name)
        for start in range(0, len(whole) - 12, 11):
            stretch = whole[start : start + 12] + np.array([6.5, -6.5])
            length = float(np.hypot(*np.diff(stretch, axis=0).T).sum())
            shapes.append(write.line(stretch.round(2)))
            rows.append((name, round(length, 1), int(owner_of(stretch[5:6])[0])))
    roads, lengths, owners = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    return write.features(
        folder / "fietspaden.gpkg",
        "LineString",
        shapes,
        {
            "pad_id": np.arange(1, count + 1, dtype=np.int32),
            "wegnummer": roads.astype(object),
            "gemeente": NAMES[owners].astype(object),
            "verharding": draw.choice(np.array(["asfalt", "beton", "tegels"], dtype=object), count, p=[0.7, 0.2, 0.1]),
            "breedte_m": draw.choice([2.0, 2.5, 3.0, 3.5, 4.0], count),
            "tweerichting": draw.random(count) < 0.58,
            "verlicht": draw.random(count) < 0.44,
            "lengte_m": lengths,
            "aangelegd_in": draw.integers(1978, 2026, count).astype(np.int32),
        },
    )


HOURS, COUNTERS = 10_000, 50
_DAY_SHAPE = np.array(
    [8, 5, 4, 4, 9, 28, 72, 118, 126, 92, 80, 82, 86, 88, 94, 112, 134, 130, 92, 66, 50, 40, 28, 16], dtype=np.float64
)


def traffic_counts(folder: Path) -> Path:
    """verkeersintensiteit-per-uur.csv: 1,000,000 rows; 50 counters, two directions, 10,000 hours from 1 July 2025."""
    draw = dice("verkeer")
    hour = np.arange(HOURS)
    weekend = ((hour // 24 + 1) % 7) >= 5
    rhythm = _DAY_SHAPE[hour % 24] * np.where(weekend, 0.62, 1.0)
    level = draw.uniform(1.5, 14.0, (COUNTERS, 2, 1))
    cars = draw.poisson(level * rhythm)
    trucks = draw.binomial(cars, np.where(weekend, 0.03, 0.11))
    speed = np.clip(draw.normal(78, 6, cars.shape) - cars / 90, 12, 118)
    series = pa.table(
        {
            "teller": np.repeat(np.arange(COUNTERS, dtype=np.int32), 2 * HOURS),
            "richting": np.tile(np.repeat(np.arange(2, dtype=np.int8), HOURS), COUNTERS),
            "uur": np.tile(hour.astype(np.int32), 2 * COUNTERS),
            "voertuigen": cars.ravel().astype(np.int32),
            "vracht": trucks.ravel().astype(np.int32),
            "snelheid": speed.ravel(),
        }
    )
    return _write_series(folder / "verkeersintensiteit-per-uur.csv", series)


def _write_series(path: Path, series: pa.Table) -> Path:
    names = list(ROADS)
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2; SET preserve_insertion_order = true")
        engine.register("series", series)
        engine.register("roads", pa.table({"nr": list(range(len(names))), "weg": names}))
        # the path is ours, but a quote in a folder name must not end the literal
        target = str(path).replace("'", "''")
        engine.execute(
            f"""COPY (
                SELECT printf('T%03d', teller + 1) AS telpunt, weg AS wegnummer,
                       CASE richting WHEN 0 THEN 'oplopend' ELSE 'aflopend' END AS richting,
                       strftime(TIMESTAMP '2025-07-01' + to_hours(uur), '%d-%m-%Y %H:%M') AS begin_uur,
                       voertuigen, vracht AS vrachtverkeer,
                       replace(printf('%.1f', snelheid), '.', ',') AS gemiddelde_snelheid
                FROM series JOIN roads ON nr = teller % {len(names)} ORDER BY teller, richting, uur
            ) TO '{target}' (HEADER, DELIMITER ';')"""  # noqa: S608 - numbers and our own file name only
        )
    return path


def stop_usage(folder: Path) -> Path:
    """ov-haltes-gebruik.tsv: tabs, UTF-16 with a byte order mark, as an export from a spreadsheet."""
    draw = dice("haltes")
    owners = by_inhabitants(draw, 640)
    at = around_towns(draw, owners)
    places = (
        "Station",
        "Markt",
        "Kerkplein",
        "Sluisweg",
        "Ziekenhuis",
        "Dorpsstraat",
        "Haven",
        "Molendijk",
        "Sportpark",
    )
    rows = []
    for i, owner in enumerate(owners):
        for quarter in ("2025-K3", "2025-K4", "2026-K1", "2026-K2"):
            busy = int(draw.gamma(1.6, 95))
            name = f"{MUNICIPALITIES[owner].seat}, {places[i % len(places)]}"
            seen = "" if busy < 10 else busy
            rows.append((f"{31_000_000 + i}", name, *(write.comma(v, 1) for v in at[i]), quarter, seen))
    return write.text_table(
        folder / "ov-haltes-gebruik.tsv",
        ("haltenummer", "haltenaam", "rd_x", "rd_y", "kwartaal", "instappers_per_dag"),
        rows,
        delimiter="\t",
        encoding="utf-16",
    )


def bridges(folder: Path) -> Path:
    """bruggen-en-sluizen.xlsx: typed cells, dates, and a second sheet with the legend."""
    draw = dice("bruggen")
    kinds = ("vaste brug", "beweegbare brug", "schutsluis", "duiker", "viaduct")
    rows: list[tuple[object, ...]] = []
    for number in range(1, 187):
        name = list(ROADS)[number % len(ROADS)]
        at, mark = along(name, draw.random(1), np.zeros(1))
        rows.append(
            (
                f"KW{number:04d}",
                kinds[int(draw.choice(5, p=[0.46, 0.18, 0.07, 0.2, 0.09]))],
                name,
                float(mark[0]),
                float(at[0, 0]),
                float(at[0, 1]),
                int(draw.integers(1921, 2024)),
                date(2024, 1, 8) + timedelta(days=int(draw.integers(0, 900))),
                float(draw.integers(12, 1_450)) * 1_000.0,
            )
        )
    header = (
        "kunstwerk",
        "soort",
        "wegnummer",
        "kilometer",
        "rd_x",
        "rd_y",
        "bouwjaar",
        "laatste_inspectie",
        "vervangingswaarde",
    )
    legend = [
        ("kolom", "uitleg"),
        ("vervangingswaarde", "in euro, prijspeil 2025"),
        ("kilometer", "vanaf het begin van de weg"),
    ]
    return write.workbook(folder / "bruggen-en-sluizen.xlsx", {"Kunstwerken": [header, *rows], "Toelichting": legend})


def ferries(folder: Path) -> Path:
    """reizigers-veerponten.csv: the dataset that is withdrawn because the counters were wrong."""
    draw = dice("pont")
    rows = []
    for month in range(18):
        first = date(2025 + month // 12, month % 12 + 1, 1)
        for ferry in ("Grienddam–Dijkwoude", "Sluisoord–Waterkerke", "Oeverzicht–Lingedam"):
            people = int(draw.normal(14_000, 2_500))
            rows.append((ferry, first.strftime("%d-%m-%Y"), people, int(people * draw.uniform(0.5, 0.7))))
    return write.text_table(
        folder / "reizigers-veerponten.csv", ("veer", "maand", "reizigers", "waarvan_met_fiets"), rows
    )


def winter_routes(folder: Path) -> Path:
    """strooiroutes.geojson: lines in RD New with the old `crs` member."""
    draw = dice("strooi")
    names = list(ROADS)
    return write.features(
        folder / "strooiroutes.geojson",
        "LineString",
        [write.line(road(name)) for name in names],
        {
            "route": np.array([f"R{n:02d}" for n in range(1, len(names) + 1)], dtype=object),
            "wegnummer": np.array(names, dtype=object),
            "steunpunt": draw.choice(np.array(["Merwestad", "Lingedam", "Sluisoord"], dtype=object), len(names)),
            "doel_minuten": draw.choice(np.array([90, 105, 120], dtype=np.int32), len(names)),
        },
        driver="GeoJSON",
    )


def roadworks(folder: Path) -> Path:
    """wegwerkzaamheden.csv: planned work; commas between fields, ISO times, a quoted line break in the remarks."""
    draw = dice("werk")
    rows = []
    for number in range(1, 141):
        name = list(ROADS)[int(draw.integers(len(ROADS)))]
        start = datetime(2026, 1, 12) + timedelta(days=int(draw.integers(0, 420)), hours=20)  # noqa: DTZ001 - local time, as in the file
        days = int(draw.integers(1, 40))
        remark = "Fietsers via de parallelweg.\nBussen rijden door." if number % 9 == 0 else "Omleiding is aangegeven"
        rows.append(
            (f"W-{number:04d}", name, start.isoformat(), (start + timedelta(days=days)).date().isoformat(), remark)
        )
    return write.text_table(
        folder / "wegwerkzaamheden.csv",
        ("werk", "wegnummer", "begin", "einde", "opmerking"),
        rows,
        delimiter=",",
        newline="\n",
    )


def street_lights(folder: Path) -> Path:
    """openbare-verlichting.csv: lamp posts; returned by the owner because the coordinates are too coarse."""
    draw = dice("lampen")
    rows = []
    for index in range(4_200):
        owner = index % len(MUNICIPALITIES)
        at = inside(owner, draw.uniform(0.05, 0.95, (1, 2)))[0]
        lamp = "led" if draw.random() < 0.7 else "natrium"
        rows.append(
            (f"LM{index + 1:06d}", CODES[owner], round(at[0], -2), round(at[1], -2), lamp, int(draw.integers(18, 151)))
        )
    return write.text_table(
        folder / "openbare-verlichting.csv", ("mast", "gemeentecode", "rd_x", "rd_y", "lamp", "vermogen_w"), rows
    )
