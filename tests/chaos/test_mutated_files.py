"""Broken on purpose, by chance but repeatable: no mutated file crosses the fence, hangs, or half-loads."""

import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.chaos.conftest import Tell
from tests.chaos.counts import parts

from sluis.foundation import sandbox
from sluis.foundation.sandbox import Limits

SEED = 20261123
CSV = "code;plaats;bedrag;datum\n" + "".join(f"{n:04};Gorinchem;1.{n:03},50;{n % 27 + 1}-03-2026\n" for n in range(200))
RING = [[5, 52], [5.1, 52], [5.1, 52.1], [5, 52]]
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Polygon", "coordinates": [RING]}}
            for n in range(40)
        ],
    }
)
GML = (
    '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
    'xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="a">'
    + "".join(
        f'<ogr:featureMember><ogr:weg gml:id="w.{n}"><ogr:code>{n:03}</ogr:code><ogr:geom><gml:Point gml:id="p{n}" '
        f'srsName="urn:ogc:def:crs:EPSG::28992"><gml:pos>{155000 + n} 463000</gml:pos></gml:Point></ogr:geom></ogr:weg>'
        "</ogr:featureMember>"
        for n in range(20)
    )
    + "</ogr:FeatureCollection>"
)


def _xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    for n in range(60):
        book.active.append([f"naam {n}", n, n / 3])  # type: ignore[union-attr]
    book.save(path)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tabel.csv", CSV)


def _gpkg(path: Path) -> None:
    import pyogrio
    import shapely

    table = pa.table({"n": [1, 2, 3], "geom": shapely.to_wkb([shapely.Point(155000 + n, 463000) for n in range(3)])})
    pyogrio.write_arrow(
        table, path, driver="GPKG", geometry_name="geom", geometry_type="Point", crs="EPSG:28992", layer="punten"
    )


def _shapefile(path: Path) -> None:
    import pyogrio
    import shapely

    folder = path.with_suffix(".parts")
    folder.mkdir()
    table = pa.table(
        {"n": [1, 2, 3], "geometry": shapely.to_wkb([shapely.Point(155000 + n, 463000) for n in range(3)])}
    )
    pyogrio.write_arrow(
        table, folder / "weg.shp", driver="ESRI Shapefile", geometry_name="geometry", geometry_type="Point",
        crs="EPSG:28992",
    )  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    shutil.rmtree(folder)


SEEDS: dict[str, Callable[[Path], object]] = {
    "csv": lambda path: path.write_text(CSV),
    "utf16.csv": lambda path: path.write_text(CSV, encoding="utf-16"),
    "json": lambda path: path.write_text('[{"a": 1, "b": [1, 2], "c": {"d": "é"}}, {"a": 2.5, "b": null}]'),
    "ndjson": lambda path: path.write_text('{"a": 1}\n{"a": 2, "b": "x"}\n' * 30),
    "geojson": lambda path: path.write_text(GEOJSON),
    "gml": lambda path: path.write_text(GML),
    "parquet": lambda path: pq.write_table(pa.table({"a": list(range(500)), "b": ["x", None] * 250}), path),
    "xlsx": _xlsx,
    "csv.zip": _zip,
    "gpkg": _gpkg,
    "shp.zip": _shapefile,
}


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to eight changes: bits, bytes, cuts, repeats, swaps and telling numbers."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if not made:
            break
        at = chance.randrange(len(made))
        kind = chance.randrange(7)
        if kind == 0:
            made[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            made[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\0\x80"])
        elif kind == 2:
            del made[at : at + chance.randint(1, 64)]
        elif kind == 3:
            made[at:at] = made[at : at + chance.randint(1, 256)] * chance.randint(1, 20)
        elif kind == 4:
            made[at:at] = chance.choice(
                [b"\0", b'"', b"\n", b";" * 50, b"\xef\xbb\xbf", b"[" * 200, b"9" * 400, b"\x1a"]
            )
        elif kind == 5:
            made[at:] = b""
        else:
            made[at : at + 16] = chance.randbytes(16)
    return bytes(made)


def attack(kind: str, count: int, seed: int, folder: Path, out: Path) -> dict[str, dict[str, object]]:
    """Reads `count` mutations of one kind; a mutation that kills its child is named and counts as refused."""
    chance = random.Random(f"{seed}-{kind}")
    original = folder / f"origineel.{kind}"
    SEEDS[kind](original)
    data = original.read_bytes()
    original.unlink()
    names = [f"{n:05}.{kind}" for n in range(count)]
    for name in names:
        (folder / name).write_bytes(mutate(data, chance))
    outcomes: dict[str, dict[str, object]] = {}
    while left := [name for name in names if name not in outcomes]:
        outcomes |= _read(folder, left, out)
    return outcomes


def _read(folder: Path, names: list[str], out: Path) -> dict[str, dict[str, object]]:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    request = {"folder": str(folder), "out": str(out), "names": names}
    limits = Limits(memory_mb=1500, cpu_seconds=600, wall_seconds=900)
    try:
        return sandbox.run("chaos_entries:read_each", request, reads=[folder], writes=out, limits=limits)
    except sandbox.SandboxFailure as failure:
        if len(names) == 1:
            return {names[0]: {"refused": failure.code, "text": str(failure), "way_out": True}}
        half = len(names) // 2
        return _read(folder, names[:half], out) | _read(folder, names[half:], out)


def assert_accounted(outcomes: dict[str, dict[str, object]]) -> None:
    for name, outcome in outcomes.items():
        if "refused" in outcome:
            assert outcome["refused"] not in ("sandbox.time", "sandbox.memory", "sandbox.output"), (name, outcome)
            assert outcome["text"], name
        else:
            assert outcome["rows_read"] == int(str(outcome["rows_loaded"])) + int(str(outcome["rows_rejected"])), name


@pytest.mark.parametrize("kind", SEEDS)
def test_mutated_files_are_refused_or_read_to_the_last_row(kind: str, our_entries: None, tmp_path: Path) -> None:
    folder = tmp_path / "mutated"
    folder.mkdir()
    outcomes = attack(kind, 30, SEED, folder, tmp_path / "out")
    assert len(outcomes) == 30
    assert_accounted(outcomes)


@pytest.mark.slow
@pytest.mark.parametrize(("part", "files"), parts(10_010 // len(SEEDS), 5, 91))
@pytest.mark.parametrize("kind", SEEDS)
def test_many_mutated_files(kind: str, part: int, files: int, our_entries: None, tmp_path: Path, tell: Tell) -> None:
    folder = tmp_path / "mutated"
    folder.mkdir()
    outcomes = attack(kind, files, SEED + part, folder, tmp_path / "out")
    assert len(outcomes) == files
    assert_accounted(outcomes)
    tell(1, mutated=f"{files} {kind} files", seed=SEED + part)
