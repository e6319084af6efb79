"""A large catalogue over HTTP: search with facets, a dataset, lists and the feed; SQLite in process beside it."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Spread, alternating, run, timed
from benchmarks.report import Line
from benchmarks.scale import Scale
from benchmarks.server import Server, serving

WORDS = (
    "grondwater", "fietstellingen", "laadpalen", "bomen", "subsidies", "luchtkwaliteit leerdam", "bushaltes vianen",
    "zonneparken 2021", "monumenten gorinchem", "grondwaterstanden werkendam", "fietstelingen", "laadpaalen vianen",
    "monumnten", "gegevens provincie", "kaart", "weidevogels 2015 leerdam", "registratie", "waterkeringen dijken",
    "elektrisch laden", "zzzz bestaat niet",
)  # fmt: skip


def measure(scale: Scale) -> list[Line]:
    """Seeds the catalogue once per data folder."""
    seeded = _seeded(scale)
    reference = _reference(scale.catalogue)
    with serving(scale.catalogue) as server:
        slugs = [one["slug"] for one in server.json("/api/v1/datasets?pageSize=100&kind=open")["datasets"]]
        lines = [*seeded, *_searches(server, reference, scale), *_records(server, reference, slugs, scale)]
        lines += [_page(server, path, what, scale) for path, what in _PAGES if _answers(server, path)]
        lines += _feed(server)
        lines.append(Line("Geheugen van de server na deze vragen", f"{server.memory_mb():.0f} MB"))
    return lines


_PAGES = (
    ("/api/v1/datasets", "Lijst van datasets in de API, met facetten"),
    ("/api/v1/not-open", "Register van wat niet open is"),
    ("/", "Voorpagina"),
    ("/datasets", "Zoekpagina zonder woorden"),
)


def _seeded(scale: Scale) -> list[Line]:
    """The folder is named after the number, so another number is another folder."""
    mark = scale.catalogue / f"seeded-{scale.datasets}"
    if mark.exists():
        return []
    shutil.rmtree(scale.catalogue, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.catalogue", str(scale.datasets)]
    made = run(command, SLUIS_DATA=str(scale.catalogue))
    mark.touch()
    said = f"{scale.datasets / made.seconds:.0f}/s, {made.peak_mb:.0f} MB"
    return [Line(f"Projectie en zoekindex van {scale.datasets:,} datasets maken", said)]


def _reference(data: Path) -> sqlite3.Connection:
    """The same texts in SQLite's own full text search, in memory."""
    database = sqlite3.connect(":memory:")
    database.execute("ATTACH ? AS outside", [f"file:{data / 'sluis.sqlite3'}?mode=ro"])
    database.execute("CREATE VIRTUAL TABLE words USING fts5(slug UNINDEXED, title, description, keywords)")
    database.execute(
        "INSERT INTO words SELECT slug, title, description, keywords FROM outside.release_publicdataset "
        "WHERE kind <> 'withdrawn'"
    )
    return database


def _searches(server: Server, reference: sqlite3.Connection, scale: Scale) -> list[Line]:
    def found(number: int) -> list[Any]:
        query = " ".join(f'"{word}"*' for word in WORDS[number % len(WORDS)].split())
        sql = "SELECT slug, bm25(words) AS rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT 20"
        return reference.execute(sql, [query]).fetchall()

    def ask(path: str) -> Callable[[int], bytes]:
        return lambda number: (
            server.client.get(path, params={"q": WORDS[number % len(WORDS)]}).raise_for_status().content
        )

    for number in (0, 5):
        assert server.client.get("/api/v1/datasets", params={"q": WORDS[number]}).json()["total"] > 0
    lines: list[Line] = []
    for path, what in (("/api/v1/datasets", "Zoeken in de API"), ("/datasets", "Zoeken op de pagina")):
        if not _answers(server, path):
            continue
        ours, theirs = alternating(ask(path), found, rounds=scale.asks * 4)
        what = f"{what}: 20 treffers met facetten, ook tikfouten (p50 / p95 / min, ms)"
        lines.append(Line(what, str(ours), f"FTS5 zonder facetten {theirs}", ours.p95, 50, "ms"))
    return lines


def _records(server: Server, reference: sqlite3.Connection, slugs: Sequence[str], scale: Scale) -> list[Line]:
    def row(number: int) -> Any:
        sql = "SELECT document FROM outside.release_publicdataset WHERE slug = ?"
        return reference.execute(sql, [slugs[number % len(slugs)]]).fetchone()

    lines: list[Line] = []
    for path, what in (("/datasets", "Datasetpagina"), ("/api/v1/datasets", "Dataset in de API")):
        if not _answers(server, f"{path}/{slugs[0]}"):
            continue
        ours, theirs = alternating(
            lambda number, path=path: server.get(f"{path}/{slugs[number % len(slugs)]}").content,
            row,
            rounds=scale.asks * 4,
        )
        lines.append(Line(f"{what} (p50 / p95 / min, ms)", str(ours), f"SQLite rij {theirs}", ours.p50, 25, "ms"))
    return lines


def _page(server: Server, path: str, what: str, scale: Scale) -> Line:
    (ours,) = alternating(lambda _: server.get(path).content, rounds=scale.asks)
    return Line(f"{what} (p50 / p95 / min, ms)", str(ours))


def _answers(server: Server, path: str) -> bool:
    return server.client.get(path).status_code == 200


def _feed(server: Server) -> list[Line]:
    """Every page, following the links as a harvester does."""
    lines: list[Line] = []
    for form in ("ttl", "jsonld"):
        seconds: list[float] = []
        address, size = f"/catalog.{form}", 0
        while address:
            took, answer = timed(lambda address=address: server.get(address))
            seconds.append(took)
            size += len(answer.content)
            address = answer.links.get("next", {}).get("url", "")
        spread = Spread.of(seconds)
        whole = f"{len(seconds)} bladzijden, {size / 1e6:.0f} MB, {sum(seconds):.0f} s"
        lines.append(
            Line(
                f"Feed /catalog.{form}: {whole} (p50 / p95 / min, ms)",
                str(spread),
                "langzaamste bladzijde",
                max(seconds),
                1,
                "s",
            )
        )
    return lines
