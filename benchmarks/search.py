"""A large catalogue over HTTP: search with facets, a dataset, lists and the feed; SQLite in process beside it."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.catalogue import GROUND, GROUNDS
from benchmarks.measure import WARM, Spread, alternating, run, timed
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
        lines += [_page(server, path, what, bound, scale) for path, what, bound in _PAGES if _answers(server, path)]
        lines += _feed(server)
        lines.append(Line("Geheugen van de server na deze vragen", f"{server.memory_mb():.0f} MB"))
    return lines


_GROUND = f"ground={GROUND}{GROUNDS[0]}"
# Address, what it is, and the p50 asked in milliseconds.
_PAGES = (
    ("/", "Voorpagina", 25),
    ("/datasets", "Zoekpagina zonder woorden", None),
    ("/api/v1/datasets", "Lijst van datasets in de API, met facetten", None),
    ("/not-open", "Register van wat niet open is", None),
    (f"/not-open?{_GROUND}", "Register van wat niet open is, op grond", None),
    (f"/api/v1/not-open?{_GROUND}", "Wat niet open is in de API, op grond", None),
    ("/planned", "Wat gepland is", None),
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
        before = server.cpu()
        ours, theirs = alternating(ask(path), found, rounds=scale.asks * 4)
        cpu = 1000 * (server.cpu() - before) / (scale.asks * 4 + WARM)
        what = f"{what}: treffers met facetten, ook tikfouten (p50 / p95 / min, ms)"
        beside = f"FTS5 zonder facetten {theirs}; {cpu:.1f} ms rekentijd per keer"
        lines.append(Line(what, str(ours), beside, ours.p95, 50, "ms"))
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


def _page(server: Server, path: str, what: str, bound: int | None, scale: Scale) -> Line:
    before = server.cpu()
    (ours,) = alternating(lambda _: server.get(path).content, rounds=scale.asks)
    cpu = 1000 * (server.cpu() - before) / (scale.asks + WARM)
    beside = f"{cpu:.1f} ms rekentijd per keer"
    if bound is None:
        return Line(f"{what} (p50 / p95 / min, ms)", str(ours), beside)
    return Line(f"{what} (p50 / p95 / min, ms)", str(ours), beside, ours.p50, bound, "ms")


def _answers(server: Server, path: str) -> bool:
    return server.client.get(path).status_code == 200


def _feed(server: Server) -> list[Line]:
    """Every page, following the links as a harvester does; then once more as a harvester that has them all."""
    lines: list[Line] = []
    for form in ("ttl", "jsonld", "rdf"):
        seconds, size, tags = list[float](), 0, dict[str, str]()
        address, before = f"/catalog.{form}", server.cpu()
        while address:
            took, answer = timed(lambda address=address: server.get(address))
            seconds.append(took)
            size += len(answer.content)
            tags[address] = answer.headers["etag"]
            address = answer.links.get("next", {}).get("url", "")
        cpu = 1000 * (server.cpu() - before) / len(seconds)
        whole = f"{len(seconds)} bladzijden, {size / 1e6:.0f} MB, {sum(seconds):.0f} s, {cpu:.0f} ms rekentijd per stuk"
        what = f"Feed /catalog.{form}: {whole} (p50 / p95 / min, ms)"
        lines.append(Line(what, str(Spread.of(seconds)), "langzaamste bladzijde", max(seconds), 1, "s"))
        lines.append(
            Line(f"Feed /catalog.{form} voor wie hem al heeft: 304 (p50 / p95 / min, ms)", str(_again(server, tags)))
        )
    return lines


def _again(server: Server, tags: dict[str, str]) -> Spread:
    seconds: list[float] = []
    for address, tag in tags.items():
        took, answer = timed(
            lambda address=address, tag=tag: server.client.get(address, headers={"if-none-match": tag})
        )
        assert answer.status_code == 304
        seconds.append(took)
    return Spread.of(seconds)
